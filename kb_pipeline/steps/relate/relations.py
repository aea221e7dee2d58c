"""How candidates stand to existing entries and to each other, one decision each. No I/O, no models.

Each candidate is compared only with those whose questions come near, never with all.
"""

from collections.abc import Iterable, Mapping, Sequence

from kb_pipeline.domain.changes import Relation, RelationKind
from kb_pipeline.domain.relations import Comparison, Rival
from kb_pipeline.steps.relate.compared import ComparedEntry
from kb_pipeline.steps.relate.decision import Thresholds, decide, is_one_question, thresholds_of
from kb_pipeline.steps.relate.discrepancies import hard_conflict, of_answers, of_questions
from kb_pipeline.steps.relate.index import BLOCK, EntryIndex

_WEIGHT = {RelationKind.NEW: 0, RelationKind.COMPLEMENTARY: 1, RelationKind.DUPLICATE: 2, RelationKind.CONTRADICTORY: 3}
_RIVALS = 5  # that are kept beside the twin
_NOTHING = Relation(kind=RelationKind.NEW)


def relate(candidates: Sequence[ComparedEntry], others: Sequence[ComparedEntry]) -> dict[str, Relation]:
    """The relation of each candidate, by its id, to `others` (existing entries) and to the candidates before it.

    A candidate with an existing entry of its own (same id, or same source FAQ) is its update, unless it contradicts another
    one. The text that a candidate replaces is compared with no other.
    """
    texts = {candidate.id: candidate.text for candidate in candidates}
    index = EntryIndex()
    for other in others:
        if texts.get(other.id, other.text) == other.text:
            index.add(other)
    own = OwnEntries(others)
    relations: dict[str, Relation] = {}
    for first in range(0, len(candidates), BLOCK):
        relate_next(candidates[first : first + BLOCK], index, own, relations)
    return relations


class OwnEntries:
    """Finds the existing entry that a candidate is a new text of."""

    def __init__(self, entries: Iterable[ComparedEntry] = ()) -> None:
        self._by_id: dict[str, ComparedEntry] = {}
        self._by_source: dict[str, ComparedEntry] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: ComparedEntry) -> None:
        """Take one in, in the place of one with its id."""
        self._by_id[entry.id] = entry
        if entry.source_faq_id:
            self._by_source[entry.source_faq_id] = entry

    def remove(self, id_: str) -> None:
        """Let one go; nothing for an unknown one."""
        entry = self._by_id.pop(id_, None)
        if entry and self._by_source.get(entry.source_faq_id or "") is entry:
            del self._by_source[entry.source_faq_id or ""]

    def of(self, candidate: ComparedEntry) -> ComparedEntry | None:
        """The entry with the candidate's id or source FAQ."""
        return self._by_id.get(candidate.id) or self._by_source.get(candidate.source_faq_id or "")


def relate_next(
    candidates: Sequence[ComparedEntry], index: EntryIndex, own: OwnEntries, relations: dict[str, Relation]
) -> None:
    """Write the relation of each candidate to the entries of `index`, which then has them too, and to the candidates before it.

    `relations` has those of earlier candidates: the twin of a duplicate is never itself one of them.
    """
    for candidate in candidates:
        index.add(candidate)
    for candidate, rivals in zip(candidates, index.nearest(candidates, earlier=True), strict=True):
        relations[candidate.id] = _relation(candidate, rivals, own.of(candidate), relations)


def relation_of(candidate: ComparedEntry, index: EntryIndex, own: ComparedEntry | None) -> Relation:
    """The relation of one text to the entries of `index`, which stays as it is; `own` is the entry that it is a new text of."""
    (rivals,) = index.nearest([candidate])
    return _relation(candidate, rivals, own, {})


def compare_texts(one: ComparedEntry, other: ComparedEntry) -> Comparison:
    """How alike two texts are and in what they differ. Symmetric but for the order of the sides.

    Where the questions differ, nobody looks in what the answers do.
    """
    question = float((one.question_vectors @ other.question_vectors.T).max())
    identical = one.question_key == other.question_key
    differing = [] if identical else of_questions(one, other)
    if not differing:
        differing = of_answers(one, other)
    return Comparison(
        question=round(question, 3),
        answer=round(float(one.answer_vector @ other.answer_vector), 3),
        words=round(_shared(one.asked.concepts, other.asked.concepts), 3),
        identical=identical,
        discrepancies=tuple(differing),
    )


def settle(
    compared: Iterable[tuple[str, Comparison]],
    own: tuple[str, Comparison | None] | None,
    decided: Mapping[str, Relation],
    thresholds: Thresholds,
) -> Relation:
    """What a person must know of first: what a text contradicts; then whose update it is; then the strongest of the others.

    `compared`: each other entry's id with what was found; `own`: the entry that it is a new text of; `decided`: those of texts
    before it. A duplicate of a duplicate is one of the first.
    """
    others = [(id_, found) for id_, found in compared if own is None or id_ != own[0]]
    kinds = {id_: decide(found, thresholds) for id_, found in others}
    ranked = sorted(others, key=lambda each: (-_WEIGHT[kinds[each[0]]], -each[1].question, -each[1].answer))
    near = [(id_, found) for id_, found in ranked if kinds[id_] is not RelationKind.NEW]
    strongest = _of(kinds[near[0][0]], *near[0]) if near else _NOTHING
    if own is not None and strongest.kind is not RelationKind.CONTRADICTORY:
        strongest = _of(RelationKind.UPDATE, own[0], own[1]) if own[1] else Relation(kind=RelationKind.UPDATE, twin_id=own[0])
    elif not near and ranked:
        strongest = _NOTHING.model_copy(update={"scores": ranked[0][1].scores})
    twin = decided.get(strongest.twin_id or "")
    if strongest.kind is RelationKind.DUPLICATE and twin and twin.kind is RelationKind.DUPLICATE:
        strongest = strongest.model_copy(update={"twin_id": twin.twin_id})
    rest = [(id_, found) for id_, found in near if id_ != strongest.twin_id][:_RIVALS]
    rivals = tuple(Rival(twin_id=id_, scores=f.scores, discrepancies=f.discrepancies) for id_, f in rest)
    return strongest.model_copy(update={"rivals": rivals})


def contradiction(one: ComparedEntry, other: ComparedEntry) -> str:
    """The amounts, shares, periods, dates or times in which two answers to one question differ; empty: in none.

    Stricter than `decide`: what it finds keeps a release from going live. Symmetric.
    """
    found = compare_texts(one, other)
    return hard_conflict(one, other) if is_one_question(found, thresholds_of(one.language)) else ""


def _relation(
    candidate: ComparedEntry, rivals: Sequence[ComparedEntry], own: ComparedEntry | None, decided: Mapping[str, Relation]
) -> Relation:
    compared = [(rival.id, compare_texts(candidate, rival)) for rival in rivals]
    ours = (own.id, compare_texts(candidate, own)) if own else None
    return settle(compared, ours, decided, thresholds_of(candidate.language))


def _of(kind: RelationKind, twin_id: str, found: Comparison) -> Relation:
    guards = tuple(map(str, found.discrepancies))
    return Relation(kind=kind, twin_id=twin_id, scores=found.scores, guards=guards, discrepancies=found.discrepancies)


def _shared(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """Dice's coefficient."""
    total = len(mine) + len(theirs)
    return 2 * len(mine & theirs) / total if total else 0.0
