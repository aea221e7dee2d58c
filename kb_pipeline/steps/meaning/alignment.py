"""Which part of a text stands for which of another: lines, cells of tables, sentences where both have as many. No words."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from kb_pipeline.steps.language.sentence_marks import STOPS, WIDE_STOPS
from kb_pipeline.steps.meaning.lexicon import may_say
from kb_pipeline.steps.meaning.names import names
from kb_pipeline.steps.meaning.reading import Reading
from kb_pipeline.steps.meaning.values import Commitment, Kind, Span

_SENTENCE = re.compile(rf"[{STOPS}](?:['\")*_\]]*)\s+(?=\S)|[{WIDE_STOPS}](?=.)")
_LATIN = re.compile("[A-Za-z]")


class Part:
    """A stretch of a text with what it commits to. Spans stay those of the whole text.

    `key` is its text as cues are looked for. `values` are the first commitments by their value; numbers and ordinals, whose
    values are endless, by their kind.
    """

    __slots__ = ("commitments", "key", "language", "reading", "span", "values")

    def __init__(self, reading: Reading, span: Span, commitments: Sequence[Commitment]) -> None:
        self.reading, self.span, self.commitments = reading, span, commitments
        self.language, self.key = reading.language, reading.key[span[0] : span[1]]
        self.values: dict[str, Commitment] = {}
        for one in commitments:
            self.values.setdefault(one.kind if one.kind is Kind.NUMBER or one.kind is Kind.ORDINAL else one.value, one)

    def of(self, kind: Kind) -> list[Commitment]:
        """The commitments of one kind."""
        return [one for one in self.commitments if one.kind is kind]

    def names(self) -> list[Commitment]:
        """The names of this part."""
        return names(self.reading, self.span) if _LATIN.search(self.key) else []

    def sentence_ends(self) -> list[int]:
        """Where in `key` sentences end, but for the last."""
        return [match.end() for match in _SENTENCE.finditer(self.key)]

    def says(self, *values: str) -> Commitment | None:
        """The first commitment to one of the values."""
        return next((self.values[value] for value in values if value in self.values), None)

    def may_say(self, kind: Kind, *values: str) -> bool:
        """Whether it commits to one of the values, or has words that may do so."""
        return any(value in self.values or may_say(self.key, self.language, kind, value) for value in values)


def pairs(one: Reading, other: Reading) -> Iterator[tuple[Part, Part]]:
    """The parts that say the same, if the second text says what the first says; the texts as wholes if nothing is known."""
    spans = [((0, len(one.key)), (0, len(other.key)))]
    if "\n" in one.key:
        spans = _together(spans, one.key, other.key, _lines)
        if "|" in one.key:
            spans = _together(spans, one.key, other.key, _cells)
    spans = _together(spans, one.key, other.key, _sentences)
    if len(spans) == 1:
        yield Part(one, spans[0][0], one.commitments), Part(other, spans[0][1], other.commitments)
        return
    ours, theirs = ([found.start for found in reading.commitments] for reading in (one, other))
    for (a, b), (c, d) in spans:
        here = one.commitments[bisect_left(ours, a) : bisect_left(ours, b)]
        there = other.commitments[bisect_left(theirs, c) : bisect_left(theirs, d)]
        yield Part(one, (a, b), here), Part(other, (c, d), there)


def _together(
    spans: list[tuple[Span, Span]], one: str, other: str, cut: Callable[[str, Span], list[Span]]
) -> list[tuple[Span, Span]]:
    """Pairs of spans, each cut where both sides give as many pieces."""
    found: list[tuple[Span, Span]] = []
    for here, there in spans:
        pieces = cut(one, here)
        others = cut(other, there) if len(pieces) > 1 else ()
        found += zip(pieces, others, strict=True) if len(pieces) == len(others) else [(here, there)]
    return found


def _lines(text: str, span: Span) -> list[Span]:
    """Where lines that are not blank stand."""
    return [(start, end) for start, end in _split(text, span, "\n") if not text[start:end].isspace() and start < end]


def _cells(text: str, span: Span) -> list[Span]:
    return list(_split(text, span, "|"))


def _split(text: str, span: Span, mark: str) -> Iterator[Span]:
    start = span[0]
    for piece in text[span[0] : span[1]].split(mark):
        yield start, start + len(piece)
        start += len(piece) + 1


def _sentences(text: str, span: Span) -> list[Span]:
    ends = [match.end() for match in _SENTENCE.finditer(text, *span)]
    return list(pairwise((span[0], *ends, span[1]))) if ends else [span]
