"""Texts as a page shows them: runs with marks for findings and differences. Plain values; templates escape them."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, Severity, TextPart
from kb_pipeline.services.review.card import Card
from kb_pipeline.steps.language.diff import word_diff

SYMBOLS = {Severity.CRITICAL: "✕", Severity.MAJOR: "▲", Severity.MINOR: "●"}


class Span(NamedTuple):
    """A stretch of a text and what marks it."""

    start: int
    end: int
    mark: str  # added, removed, critical, major, minor


class Run(NamedTuple):
    """A stretch of a text with all its marks, empty for a plain one."""

    text: str
    marks: str


class Passage(NamedTuple):
    """A question or an answer: what was approved, and what is proposed."""

    part: str
    old: tuple[Run, ...]  # empty when nothing was approved before
    new: tuple[Run, ...]


def runs(text: str, spans: Iterable[Span]) -> tuple[Run, ...]:
    """`text` cut wherever a span begins or ends; joined, the runs are `text` again."""
    inside = [Span(max(0, s.start), min(len(text), s.end), s.mark) for s in spans]
    edges = sorted({0, len(text), *(edge for s in inside if s.start < s.end for edge in (s.start, s.end))})
    return tuple(
        Run(text[a:b], " ".join(dict.fromkeys(s.mark for s in inside if s.start <= a and b <= s.end)))
        for a, b in pairwise(edges)
    )


def passages(card: Card) -> tuple[Passage, ...]:
    """The proposal's question and answer, with the differences to the approved text and the findings marked."""
    revision = card.change.revision
    if revision is None:
        return ()
    old, new = card.approved and card.approved.text, revision.text
    return tuple(
        _passage(part, before, after, revision.language, card.change.findings)
        for part, before, after in (
            (TextPart.QUESTION, old.question if old else None, new.question),
            (TextPart.ANSWER, old.answer if old else None, new.answer),
        )
    )


def beside(card: Card, old: FaqText | None) -> tuple[Passage, ...]:
    """An earlier text beside the one that is decided on, part by part, with what went and what came."""
    revision = card.change.revision
    if old is None or revision is None:
        return ()
    new, language = revision.text, revision.language
    parts = (
        (TextPart.QUESTION, old.question, new.question),
        (TextPart.ANSWER, old.answer, new.answer),
        (TextPart.PHRASING, "\n".join(old.phrasings), "\n".join(new.phrasings)),
    )
    return tuple(_passage(part, before, after, language, ()) for part, before, after in parts if before or after)


def _passage(part: TextPart, old: str | None, new: str, language: str, findings: Sequence[Finding]) -> Passage:
    found = spans_of(findings, part)
    if old is None:
        return Passage(part.value, (), runs(new, found))
    removed, added = differences(old, new, language)
    return Passage(part.value, runs(old, removed), runs(new, (*added, *found)))


def phrasings_of(card: Card) -> tuple[tuple[Run, ...], ...]:
    """The proposal's phrasings with their findings marked; behind them the approved ones that it no longer has."""
    if card.change.revision is None:
        return ()
    text, old = card.change.revision.text, card.approved.text.phrasings if card.approved else ()
    gone = [runs(phrasing, [Span(0, len(phrasing), "removed")]) for phrasing in old if phrasing not in text.phrasings]
    return (*marked_phrasings(text, card.change.findings), *gone)


def marked_phrasings(text: FaqText, findings: Sequence[Finding]) -> tuple[tuple[Run, ...], ...]:
    """Each phrasing with its findings marked."""
    spans = (spans_of(findings, TextPart.PHRASING, number) for number in range(len(text.phrasings)))
    return tuple(runs(phrasing, found) for phrasing, found in zip(text.phrasings, spans, strict=True))


def spans_of(findings: Iterable[Finding], part: TextPart, phrasing: int | None = None) -> tuple[Span, ...]:
    """Where the findings of one text are."""
    placed = ((f.start, f.end, f.severity.value) for f in findings if f.is_in(part, phrasing))
    return tuple(Span(start, end, mark) for start, end, mark in placed if start is not None and end is not None)


def differences(old: str, new: str, language: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """What `old` loses and what `new` brings, word by word."""
    removed, added = [], []
    before = after = 0
    for kind, text in word_diff(old, new, language):
        if kind != "added":
            if kind == "removed":
                removed.append(Span(before, before + len(text), "removed"))
            before += len(text)
        if kind != "removed":
            if kind == "added":
                added.append(Span(after, after + len(text), "added"))
            after += len(text)
    return tuple(removed), tuple(added)


def mixed(old: str, new: str, language: str) -> tuple[Run, ...]:
    """Both texts in one, with what went and what came."""
    return tuple(Run(piece.text, "" if piece.kind == "same" else piece.kind) for piece in word_diff(old, new, language))
