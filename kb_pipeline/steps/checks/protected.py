"""Code, links, e-mail addresses and placeholders come through to the letter, each as often as in the source."""

from collections import Counter
from collections.abc import Iterator

from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import ANSWER, QUESTION, Flaw, Place, Subject, rule
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.localize.masking import is_mark, protected
from kb_pipeline.steps.localize.prompt_values import in_market_values


@rule("protected-text", MqmCategory.DESIGN, Severity.MAJOR)
def protected_text(subject: Subject) -> Iterator[Flaw]:
    """Code, links, addresses and placeholders stand as often as in the source, in question and answer each; a mark that stands
    for nothing, left by a model, is critical. What is gone altogether is found by `link`, `code` and `placeholder`.
    """
    language, citations, tag = subject.source_language, subject.citations, subject.market.tag
    source = in_market_values(subject.source, language, subject.market, subject.day, citations)
    for place, before, after in (
        (QUESTION, source.question, subject.target.question),
        (ANSWER, source.answer, subject.target.answer),
    ):
        yield from _compared(place, _counts(before, language), after, tag)
    if phrasings := subject.phrasings():
        known = _counts("\n".join((source.question, source.answer, *source.phrasings)), language)
        for place, phrasing in phrasings:
            yield from _invented(place, known, phrasing, tag)


def _compared(place: Place, wanted: Counter[str], target: str, language: str) -> Iterator[Flaw]:
    present = _counts(target, language)
    for piece, times in wanted.items():
        found = present[piece]
        if found != times and (found or is_mark(piece)) and not _is_placeholder(piece, language):
            message = f"'{piece}' stands {found} times, in the source {times} times; write it as often, letter by letter"
            yield Flaw(message, place)
    yield from _invented(place, wanted, target, language)


def _invented(place: Place, known: Counter[str], target: str, language: str) -> Iterator[Flaw]:
    """Marks that stand for no piece of the source."""
    for start, end in protected(target, language):
        piece = target[start:end]
        if piece not in known and is_mark(piece) and not _is_placeholder(piece, language):
            message = f"'{piece}' stands for nothing in the source; remove it"
            yield Flaw(message, place, (start, end), severity=Severity.CRITICAL)


def _is_placeholder(piece: str, language: str) -> bool:
    return any(f.kind is FactKind.PLACEHOLDER and f.raw == piece for f in extract(piece, language))


def _counts(text: str, language: str) -> Counter[str]:
    return Counter(text[start:end] for start, end in protected(text, language))
