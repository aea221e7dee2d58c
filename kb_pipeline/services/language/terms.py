"""Keep a market's term base: what an import would change, where the app's labels disagree, what reviewers' edits propose."""

from collections.abc import Iterable, Sequence

from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.markets import Market, Term, TermStatus, UiString
from kb_pipeline.ports.changes import Edits
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.localize.term_candidates import TermCandidate, mine

_WANTED = (TermStatus.PREFERRED, TermStatus.ADMITTED, TermStatus.DO_NOT_TRANSLATE)


class TermConflict(Value):
    """A term that contradicts the term base. A person decides; the term base stays as it is."""

    term: Term
    present: Term
    reason: str


class TermMerge(Value):
    """What becomes of terms from outside: each is added, known already, or in conflict."""

    added: tuple[Term, ...]
    known: tuple[Term, ...]
    conflicts: tuple[TermConflict, ...]


class LabelConflict(Value):
    """A live label whose text is not a rendering that the term base allows for the same source."""

    label: UiString
    terms: tuple[Term, ...]


def merge(present: Iterable[Term], incoming: Iterable[Term]) -> TermMerge:
    """Sort `incoming` by what the term base says already; an earlier one counts as present for the later ones."""
    by_source: dict[str, list[Term]] = {}
    for term in present:
        by_source.setdefault(_fold(term.source), []).append(term)
    added, known, conflicts = list[Term](), list[Term](), list[TermConflict]()
    for term in incoming:
        rivals = [t for t in by_source.get(_fold(term.source), ()) if _meet(t.source_lang, term.source_lang)]
        same = [t for t in rivals if _fold(t.target) == _fold(term.target)]
        clash = next(filter(None, (_clash(term, t) for t in (*same, *rivals))), None)
        if any(t.status is term.status for t in same):
            known.append(term)
        elif clash:
            conflicts.append(clash)
        else:
            added.append(term)
            by_source.setdefault(_fold(term.source), []).append(term)
    return TermMerge(added=tuple(added), known=tuple(known), conflicts=tuple(conflicts))


def label_conflicts(market: Market) -> tuple[LabelConflict, ...]:
    """The live labels that the term base renders otherwise: one of the two is wrong, or the rendering is to be admitted."""
    found = []
    for label in market.ui_strings:
        same = [t for t in market.terms if _fold(t.source) == _fold(label.source) and _meet(t.source_lang, label.source_lang)]
        wanted = tuple(t for t in same if t.status in _WANTED)
        if wanted and _fold(label.target) not in {_fold(t.target) for t in wanted}:
            found.append(LabelConflict(label=label, terms=wanted))
    return tuple(found)


def candidates(store: Edits, market: Market, least: int = 2) -> tuple[TermCandidate, ...]:
    """What reviewers replaced at least `least` times and the term base does not say yet; the surest first."""
    found = mine(store.edits(market.tag), market.tag, least)
    return tuple(c for c in found if not all(t in merge(market.terms, (t,)).known for t in c.terms()))


def accepted(chosen: Sequence[TermCandidate], by: str) -> tuple[Term, ...]:
    """The rows of candidates that a person took over; the note names the person and the evidence."""
    return tuple(term.model_copy(update={"note": f"{c.count} edits; accepted by {by}"}) for c in chosen for term in c.terms())


def _clash(term: Term, present: Term) -> TermConflict | None:
    same = _fold(term.target) == _fold(present.target)
    if same and term.status is not present.status:
        reason = f"it is {present.status.value} there"
    elif not same and term.status is present.status is TermStatus.PREFERRED:
        reason = f"'{present.target}' is preferred there"
    elif not same and TermStatus.DO_NOT_TRANSLATE in (term.status, present.status) and present.status in _WANTED:
        reason = f"'{present.target}' is {present.status.value} there"
    else:
        return None
    return TermConflict(term=term, present=present, reason=reason)


def _meet(one: str, other: str) -> bool:
    """Whether two source languages of rows may be the same; an empty one is every language."""
    return not one or not other or primary(one) == primary(other)


def _fold(text: str) -> str:
    return comparison_key(text).casefold()
