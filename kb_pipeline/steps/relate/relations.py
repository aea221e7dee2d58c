"""How candidates stand to existing entries and to each other: scores, guards, one decision each. No I/O, no models.

Near-linear: each candidate is compared in full only with its nearest by vectors and by rare words, never with all.
"""

from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.changes import Relation, RelationKind
from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts.compare import Key, comparison_value
from kb_pipeline.steps.language.negation import negations
from kb_pipeline.steps.language.opposites import opposed, verdict
from kb_pipeline.steps.relate.compared import ComparedEntry
from kb_pipeline.steps.relate.index import BLOCK, EntryIndex, Rarity

# All thresholds: benchmarks/relations.py with multilingual-e5-small on 488 labelled English question pairs.
WORDS_WEIGHT = 0.1  # of shared words beside the cosine; the best of 0.02 to 0.3 (F1 .926; cosine alone .920)
SAME_QUESTION = 0.937  # cosine + WORDS_WEIGHT * words: precision .98 there
SURE_WORDS = 0.4  # with these words or that cosine, on top of SAME_QUESTION: precision .994, recall .64
SURE_COSINE = 0.93
LIKE_QUESTION = 0.915  # best F1 there (precision .956, recall .898): the same question only if the answers are alike
SAME_ANSWER = 0.93  # cosine of answers; unrelated answers of one subject reach it in 1 of 1,000 pairs
LIKE_ANSWER = 0.88
SAME_WORDING = 90.0  # rapidfuzz ratio: where answers are worded alike, a negation more or less turns the meaning

_HARD = (FactKind.MONEY, FactKind.PERCENT, FactKind.DURATION, FactKind.DATE)
_WEIGHT = {RelationKind.NEW: 0, RelationKind.COMPLEMENTARY: 1, RelationKind.DUPLICATE: 2, RelationKind.CONTRADICTORY: 3}


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
    index.learn((*others, *candidates))
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
        relations[candidate.id] = _relation(candidate, rivals, own.of(candidate), index.rarity, relations)


def relation_of(candidate: ComparedEntry, index: EntryIndex, own: ComparedEntry | None) -> Relation:
    """The relation of one text to the entries of `index`, which stays as it is; `own` is the entry that it is a new text of."""
    (rivals,) = index.nearest([candidate])
    return _relation(candidate, rivals, own, index.rarity, {})


def _relation(
    candidate: ComparedEntry,
    rivals: Sequence[ComparedEntry],
    own: ComparedEntry | None,
    rarity: Rarity,
    decided: Mapping[str, Relation],
) -> Relation:
    """What a person must know of first: what it contradicts; then whose update it is; then the strongest of the others."""
    others = [rival for rival in rivals if own is None or rival.id != own.id]
    strongest = _settle([compare_pair(candidate, rival, rarity) for rival in others], decided)
    if own is None or strongest.kind is RelationKind.CONTRADICTORY:
        return strongest
    return Relation(kind=RelationKind.UPDATE, twin_id=own.id, scores=scores_of(candidate, own, rarity))


def compare_pair(candidate: ComparedEntry, other: ComparedEntry, rarity: Rarity = lambda _: 1.0) -> Relation:
    """How `candidate` stands to one other text. `rarity` weighs words by how few entries have them."""
    scores = scores_of(candidate, other, rarity)
    match, answer = scores["match"], scores["answer"]
    same = _identical(candidate, other) or match >= SAME_QUESTION or (match >= LIKE_QUESTION and answer >= SAME_ANSWER)
    if not same and match < LIKE_QUESTION:
        return Relation(kind=RelationKind.NEW, scores=scores)
    kind, guards = _guarded(candidate, other, scores) if same else (RelationKind.COMPLEMENTARY, ())
    return Relation(kind=kind, twin_id=other.id, scores=scores, guards=guards)


def contradiction(one: ComparedEntry, other: ComparedEntry, rarity: Rarity = lambda _: 1.0) -> str:
    """The amounts, shares, periods or dates in which two answers to surely the same question differ; empty: in none.

    Stricter than `compare_pair`: what it finds keeps a release from going live. Symmetric.
    """
    if not (_identical(one, other) or _is_sure(scores_of(one, other, rarity))):
        return ""
    if _conflict(one.question_facts, other.question_facts):
        return ""
    differing = _conflict(_hard(one.answer_facts), _hard(other.answer_facts))
    return differing[1] if differing else ""


def _identical(one: ComparedEntry, other: ComparedEntry) -> bool:
    questions = (comparison_key(each.text.question).casefold() for each in (one, other))
    return len(set(questions)) == 1


def _guarded(candidate: ComparedEntry, other: ComparedEntry, scores: dict[str, float]) -> tuple[RelationKind, tuple[str, ...]]:
    """What two texts with the same question by all scores are, after the guards."""
    language = candidate.language
    question, opposing = candidate.text.question, other.text.question
    guards: list[str] = []
    if differing := _conflict(candidate.question_facts, other.question_facts):
        hard = any(kind in _HARD for kind, _, _ in differing[0])
        return RelationKind.CONTRADICTORY if hard else RelationKind.COMPLEMENTARY, (f"facts differ: {differing[1]}",)
    if bool(negations(question, language)) != bool(negations(opposing, language)):
        guards.append("one question is negated")
    if pair := opposed(question, opposing, language):
        guards.append(f"the questions are opposed: {pair}")
    if guards:
        return RelationKind.COMPLEMENTARY, tuple(guards)
    if conflict := _opposed_answers(candidate, other):
        plain = _differ_in_hard_facts(candidate, other) or (_is_sure(scores) and not _other_case(candidate, other))
        return RelationKind.CONTRADICTORY if plain else RelationKind.COMPLEMENTARY, conflict
    if _values(candidate.answer_facts) - _values(other.answer_facts):
        return RelationKind.COMPLEMENTARY, ("the answer has facts that its twin's has not",)
    if scores["answer"] < LIKE_ANSWER:
        return RelationKind.COMPLEMENTARY, ("the answers differ",)
    return RelationKind.DUPLICATE, ()


def _is_sure(scores: dict[str, float]) -> bool:
    """Whether the questions alone leave no doubt that they are the same."""
    return scores["match"] >= SAME_QUESTION and (scores["words"] >= SURE_WORDS or scores["question"] >= SURE_COSINE)


def _differ_in_hard_facts(candidate: ComparedEntry, other: ComparedEntry) -> bool:
    """Whether the answers name different amounts, shares, periods or dates; other numbers may be article or version numbers."""
    differing = _conflict(_hard(candidate.answer_facts), _hard(other.answer_facts))
    return differing is not None


def _other_case(candidate: ComparedEntry, other: ComparedEntry) -> bool:
    """Whether the answers name different articles, orders or patches: ungrouped numbers of five digits and more."""
    mine, theirs = ({f.value for f in each.answer_facts if f.raw.isdigit() and len(f.raw) > 4} for each in (candidate, other))
    return bool(mine and theirs and mine != theirs)


def _hard(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.kind in _HARD)


def _opposed_answers(candidate: ComparedEntry, other: ComparedEntry) -> tuple[str, ...]:
    """Why two answers to one question cannot both be true."""
    language, mine, theirs = candidate.language, candidate.text.answer, other.text.answer
    guards: list[str] = []
    if differing := _conflict(candidate.answer_facts, other.answer_facts):
        guards.append(f"facts differ: {differing[1]}")
    verdicts = (verdict(mine, language), verdict(theirs, language))
    if None not in verdicts and verdicts[0] != verdicts[1]:
        guards.append("one answers yes, the other no")
    if fuzz.ratio(comparison_key(mine), comparison_key(theirs)) >= SAME_WORDING:
        if negations(mine, language) != negations(theirs, language):
            guards.append("one answer is negated")
        if pair := opposed(mine, theirs, language):
            guards.append(f"the answers are opposed: {pair}")
    return tuple(guards)


def _conflict(mine: tuple[Fact, ...], theirs: tuple[Fact, ...]) -> tuple[set[Key], str] | None:
    """Facts of one kind and unit of which each side has some that the other has not; with the words for a reader."""
    left, right = _values(mine), _values(theirs)
    for kind, unit in sorted({(kind, unit) for kind, _, unit in left ^ right}):
        here = {key for key in left - right if (key[0], key[2]) == (kind, unit)}
        there = {key for key in right - left if (key[0], key[2]) == (kind, unit)}
        if here and there:
            shown = [
                next(f.raw.strip() for f in facts if comparison_value(f) in keys)
                for facts, keys in ((mine, here), (theirs, there))
            ]
            return here | there, " / ".join(shown)
    return None


def _values(facts: tuple[Fact, ...]) -> set[Key]:
    return {comparison_value(fact) for fact in facts if fact.kind is not FactKind.COUNT or len(fact.value) > 1}


def scores_of(candidate: ComparedEntry, other: ComparedEntry, rarity: Rarity) -> dict[str, float]:
    """`question`: the best cosine over all phrasings; `words`: shared rare words; `match`: both; `answer`: cosine."""
    question = float((candidate.question_vectors @ other.question_vectors.T).max())
    shared = _shared(candidate.words, other.words, rarity)
    answer = float(candidate.answer_vector @ other.answer_vector)
    scores = {"question": question, "words": shared, "match": question + WORDS_WEIGHT * shared, "answer": answer}
    return {name: round(score, 3) for name, score in scores.items()}


def _shared(mine: frozenset[str], theirs: frozenset[str], rarity: Rarity) -> float:
    """Dice's coefficient of two sets of words, each weighed by its rarity."""
    total = sum(map(rarity, mine)) + sum(map(rarity, theirs))
    return 2 * sum(map(rarity, mine & theirs)) / total if total else 0.0


def _settle(relations: list[Relation], decided: Mapping[str, Relation]) -> Relation:
    """The relation that a person must know of first; a duplicate of a duplicate is one of the first."""
    strongest = max(relations, key=lambda r: (_WEIGHT[r.kind], r.scores["match"]), default=Relation(kind=RelationKind.NEW))
    twin = decided.get(strongest.twin_id or "")
    if strongest.kind is RelationKind.DUPLICATE and twin and twin.kind is RelationKind.DUPLICATE:
        return strongest.model_copy(update={"twin_id": twin.twin_id})
    return strongest
