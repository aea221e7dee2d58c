"""Whether the target commits to what the source commits to: a rule for each kind, one comparison for all of them."""

from collections.abc import Iterable

from rapidfuzz import fuzz

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Rule, Subject
from kb_pipeline.steps.meaning import Difference, Kind, Status
from kb_pipeline.steps.meaning.precision import is_sure

_SAME_WORDING = 90.0  # rapidfuzz ratio within one language: a negation more or less is no other way to say it
_DENIED = "no"
_AROUND = 24  # characters shown on each side of a word that says little by itself


def _flaw(one: Difference, subject: Subject, severity: Severity) -> Flaw:
    """What differs, in plain words, with the place in the target; a kind that is not sure enough only asks."""
    here, there = _said(one.here, one.here_span, subject.source_text), _said(one.there, one.there_span, subject.target_text)
    if one.status is Status.EXTRA:
        message = f"the text says {there}, the source does not; say only what the source says"
    else:
        other = there if one.status is Status.DIFFERING else "does not"
        message = f"the source says {here}, the text {other}; say what the source says"
    severity = _severity(one, subject, severity) if is_sure(one.kind) else Severity.MINOR
    if one.there_span is None:
        return Flaw(message, severity=severity)
    place, start, end = subject.place(*one.there_span)
    return Flaw(message, place, (start, end), severity=severity)


def _severity(one: Difference, subject: Subject, usual: Severity) -> Severity:
    """A denial is critical where nothing is left of it, and where both texts are nearly the same words of one language."""
    if one.kind is not Kind.DENIAL:
        return usual
    same = subject.same_language and fuzz.ratio(subject.source_text, subject.target_text) >= _SAME_WORDING
    return Severity.CRITICAL if same or (one.status is Status.MISSING and one.here == _DENIED) else Severity.MAJOR


def _said(value: str, span: tuple[int, int] | None, text: str) -> str:
    """A value with the words that say it, or, where these say little by themselves, with what stands around them."""
    start, end = span or (0, 0)
    if value == _DENIED:
        start, end = max(0, start - _AROUND), end + _AROUND
    words = " ".join(text[start:end].split())
    return f"'{words}'" if words.lower() == value else f"{value} ('{words}')"


def _is_fact(one: Difference, subject: Subject) -> bool:
    """Whether the rule about facts says it already."""
    if one.kind is not Kind.NUMBER or one.there_span is None:
        return False
    return any(fact.start == one.there_span[0] for fact in subject.facts.extra)


def _rule(name: str, severity: Severity, wanted: str, *kinds: Kind) -> Rule:
    """A rule for the differences of some kinds; `wanted` is what it wants, for people."""

    def find(subject: Subject) -> Iterable[Flaw]:
        if not subject.differences:
            return ()
        return [
            _flaw(one, subject, severity) for one in subject.differences if one.kind in kinds and not _is_fact(one, subject)
        ]

    find.__doc__ = wanted
    return Rule(name, MqmCategory.ACCURACY, severity, find)


COMMITMENT_RULES: tuple[Rule, ...] = (
    _rule(
        "polarity",
        Severity.CRITICAL,
        "No negation is dropped, none put in. Critical where the text denies nothing of what the source denies, and within one "
        "language in nearly the same words; else major.",
        Kind.DENIAL,
    ),
    _rule(
        "number",
        Severity.MAJOR,
        "A number in words, a number below 10, an ordinal has not become another one, nor got the classifier of another thing.",
        Kind.NUMBER,
        Kind.ORDINAL,
    ),
    _rule("bound", Severity.CRITICAL, "At most has not become at least, nor the reverse.", Kind.BOUND),
    _rule("condition", Severity.MAJOR, "No condition is dropped, no unless has become if.", Kind.CONDITION),
    _rule("time-relation", Severity.MAJOR, "Before has not become after, delivery not order or payment.", Kind.TIME),
    _rule("role", Severity.MAJOR, "Who does something does it in the text, too: no buyer for the seller.", Kind.ROLE),
    _rule("restriction", Severity.MAJOR, "No only and no except is dropped or put in.", Kind.ONLY),
    _rule("quantifier", Severity.MAJOR, "All has not become some, not all has not become none.", Kind.QUANTITY),
    _rule("alternative", Severity.MAJOR, "Or has not become and, nor the reverse.", Kind.ALTERNATIVE),
    _rule("modality", Severity.MAJOR, "Must has not become can, need not has not become must not.", Kind.MODALITY),
    _rule(
        "promise",
        Severity.MAJOR,
        "The text promises what the source promises: free, guaranteed, at once, in full.",
        Kind.PROMISE,
    ),
    _rule("name", Severity.MAJOR, "No name of a product, a platform or a plan has become another one.", Kind.NAME),
)
