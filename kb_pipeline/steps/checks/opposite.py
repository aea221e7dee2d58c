"""Whether the target denies what the source denies, and nothing else. Words of negation are counted, meanings are not known."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rapidfuzz import fuzz

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.language.negation import denials, hints_at_denial, may_deny, negative_words, rendered_denials
from kb_pipeline.steps.language.prose import prose
from kb_pipeline.steps.language.sentence_marks import has_two_sentences
from kb_pipeline.steps.localize.side_by_side import side_by_side

_SAME_WORDING = 90.0  # rapidfuzz ratio within one language: a negation more or less is no other way to say it
_FAR = 0.2  # of a line's length: a negation that stands so much earlier or later is another one


@rule("polarity", MqmCategory.ACCURACY, Severity.CRITICAL)
def polarity(subject: Subject) -> Iterable[Flaw]:
    """No negation is dropped, none put in. Critical where one side has none at all, major where it has fewer.

    Within one language, in nearly the same words, always critical.
    """
    source, target = subject.source_text, subject.target_text
    language, tag = subject.source_language, subject.market.tag
    if not (may_deny(source, language) or may_deny(target, tag)):
        return ()  # most texts deny nothing
    pairs = [(prose(one), prose(other)) for one, other in side_by_side(source, target) if one != other]
    found = [(one, other, flaw) for one, other in pairs for flaw in _opposed(one, other, language, tag)]
    if not subject.same_language:
        return [flaw for _, _, flaw in found]
    return [replace(flaw, severity=None) if fuzz.ratio(one, other) >= _SAME_WORDING else flaw for one, other, flaw in found]


def _opposed(source: str, target: str, language: str, tag: str) -> Iterator[Flaw]:
    """What is denied on one side only, in a line and its translation."""
    here, there = denials(source, language), denials(target, tag)
    if here is None or there is None:
        return
    rendered = rendered_denials(target, tag) if here else 0
    negative = negative_words(source, language, tag) if here or not there else []
    if here and not there and not rendered:
        yield Flaw(f"the source denies ('{_around(source, here[0])}'), the text does not; say it as the source does")
    elif here and (len(here) + len(negative) > len(there) + rendered or _is_elsewhere(source, target, here, there)):
        message = f"a negation of the source seems to be missing (such as '{_around(source, here[0])}'); check each of them"
        yield Flaw(message, severity=Severity.MAJOR)
    elif negative and not there:
        message = f"the source says '{negative[0]}', and the text denies nothing; say it as the source does"
        yield Flaw(message, severity=Severity.MAJOR)
    elif there and not here and not hints_at_denial(source, language):
        message = f"'{_around(target, there[0])}' denies what the source does not; say it as the source does"
        yield Flaw(message, severity=Severity.MAJOR)


def _is_elsewhere(source: str, target: str, here: tuple[int, ...], there: tuple[int, ...]) -> bool:
    """Whether the target has its negations where the source has none. Never in one sentence, whose word order may be any."""
    if len(there) > 3 or len(there) < len(here) or not has_two_sentences(source):
        return False
    return _distance([at / len(source) for at in here], [at / len(target) for at in there]) > _FAR


def _distance(here: list[float], there: list[float]) -> float:
    """The largest shift if every place of `here` has one of its own `there`, in order, as near as possible."""
    best = [0.0] * (len(there) + 1)
    for place in here:
        row = [1.0]
        for n, other in enumerate(there):
            row.append(min(row[n], max(best[n], abs(place - other))))
        best = row
    return best[-1]


def _around(text: str, at: int) -> str:
    return " ".join(text[max(0, at - 20) : at + 30].split())
