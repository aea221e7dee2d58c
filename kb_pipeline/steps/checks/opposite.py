"""Whether the target denies what the source denies, and nothing else. Words of negation are counted, meanings are not known."""

import re
from collections.abc import Iterator

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.polarity import denials, hints_at_denial, may_deny, negative_words

_FAR = 0.2  # of a line's length: a negation that stands so much earlier or later is another one
_SENTENCE_END = re.compile(r"[.!?] +[A-Z]|[。！？].")
_UNSAID = re.compile(r"\]\([^)\s]*\)|https?://\S+|<[^>\n]{1,200}>|`[^`\n]*`")


@rule("polarity", MqmCategory.ACCURACY, Severity.CRITICAL)
def polarity(subject: Subject) -> Iterator[Flaw]:
    """No negation is dropped, none put in. Critical where one side has none at all, major where it has fewer."""
    if not (may_deny(subject.source_text, subject.source_language) or may_deny(subject.target_text, subject.market.tag)):
        return
    for source, target in _lines(subject.source_text, subject.target_text):
        said, found = denials(source, subject.source_language), denials(target, subject.market.tag)
        if said is None or found is None or not (said or found):
            continue
        if said and not found:
            yield Flaw(f"the source denies ('{_around(source, said[0])}'), the text does not; say it as the source does")
        elif said and _is_fewer(source, target, said, found, subject.source_language):
            message = f"a negation of the source seems to be missing (such as '{_around(source, said[0])}'); check each of them"
            yield Flaw(message, severity=Severity.MAJOR)
        elif found and not said and not hints_at_denial(source, subject.source_language):
            message = f"'{_around(target, found[0])}' denies what the source does not; say it as the source does"
            yield Flaw(message, severity=Severity.MAJOR)


def _lines(source: str, target: str) -> Iterator[tuple[str, str]]:
    """The texts line by line where both have as many lines, else as wholes; code, addresses and tags left out."""
    source, target = (_UNSAID.sub(" ", text) if any(c in text for c in "`</") else text for text in (source, target))
    if "\n" in source.strip():
        lines, others = ([line for line in text.splitlines() if line.strip()] for text in (source, target))
        if len(lines) == len(others):
            for one, other in zip(lines, others, strict=True):
                yield from _cells(one, other)
            return
    yield source, target


def _cells(source: str, target: str) -> Iterator[tuple[str, str]]:
    cells, others = source.split("|"), target.split("|")
    yield from zip(cells, others, strict=True) if len(cells) == len(others) > 3 else ((source, target),)


def _is_fewer(source: str, target: str, said: tuple[int, ...], found: tuple[int, ...], language: str) -> bool:
    """Whether the target has too few negations, or has them where the source has others."""
    if len(said) + negative_words(source, language) > len(found):
        return True
    sentences = _SENTENCE_END.search(source) is not None  # in one sentence, word order may be any
    return (
        sentences and len(found) < 4 and _distance([at / len(source) for at in said], [at / len(target) for at in found]) > _FAR
    )


def _distance(said: list[float], found: list[float]) -> float:
    """The largest shift if every place in `said` has one of its own in `found`, in order, as near as possible."""
    best = [0.0] * (len(found) + 1)
    for place in said:
        row = [1.0]
        for n, other in enumerate(found):
            row.append(min(row[n], max(best[n], abs(place - other))))
        best = row
    return best[-1]


def _around(text: str, at: int) -> str:
    return " ".join(text[max(0, at - 20) : at + 30].split())
