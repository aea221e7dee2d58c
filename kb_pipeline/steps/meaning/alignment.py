"""Which part of a text stands for which part of another: lines, cells of tables, sentences where both have as many. No words."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from operator import attrgetter

from kb_pipeline.steps.language.sentence_marks import STOPS, WIDE_STOPS
from kb_pipeline.steps.meaning.lexicon import may_say
from kb_pipeline.steps.meaning.names import names
from kb_pipeline.steps.meaning.reading import Reading
from kb_pipeline.steps.meaning.values import Commitment, Kind, Span

_LINE = re.compile(r"[^\n]*[^\s][^\n]*")
_CELL = re.compile(r"[^|\n]+")
_SENTENCE = re.compile(rf"[{STOPS}](?:['\")*_\]]*)\s+(?=\S)|[{WIDE_STOPS}](?=.)")
_START = attrgetter("start")


class Part:
    """A stretch of a text with what it commits to. Spans stay those of the whole text.

    `values` are the first commitments by their value; numbers, ordinals and names, whose values are endless, by their kind.
    """

    def __init__(self, reading: Reading, span: Span, commitments: tuple[Commitment, ...]) -> None:
        self.reading, self.span, self.commitments = reading, span, commitments
        self.language = reading.language
        self.values: dict[str, Commitment] = {}
        for one in commitments:
            self.values.setdefault(one.value if one.kind not in _ENDLESS else one.kind, one)

    @cached_property
    def key(self) -> str:
        """The text of this part, as cues are looked for."""
        return self.reading.key[self.span[0] : self.span[1]]

    @cached_property
    def names(self) -> list[Commitment]:
        """The names of this part."""
        return names(self.reading, self.span)

    @cached_property
    def sentence_ends(self) -> list[int]:
        """Where in `key` sentences end, but for the last."""
        return [match.end() for match in _SENTENCE.finditer(self.key)]

    def of(self, kind: Kind) -> list[Commitment]:
        """The commitments of one kind."""
        return [one for one in self.commitments if one.kind is kind]

    def says(self, *values: str) -> Commitment | None:
        """The first commitment to one of the values."""
        return next((self.values[value] for value in values if value in self.values), None)

    def may_say(self, kind: Kind, *values: str) -> bool:
        """Whether it commits to one of the values, or has words that may do so."""
        return any(value in self.values or may_say(self.key, self.language, kind, value) for value in values)


_ENDLESS = (Kind.NUMBER, Kind.ORDINAL, Kind.NAME)


def pairs(one: Reading, other: Reading) -> Iterator[tuple[Part, Part]]:
    """The parts that say the same, if the second text says what the first says; the texts as wholes if nothing is known."""
    spans = [(0, len(one.key))], [(0, len(other.key))]
    if "\n" in one.key or "\n" in other.key:
        spans = _together(spans, one, other, _LINE)
        if "|" in one.key and "|" in other.key:
            spans = _together(spans, one, other, _CELL)
    ours, theirs = _cut(one, spans[0]), _cut(other, spans[1])
    for part, counterpart in zip(ours, theirs, strict=True):
        yield from _by_sentence(part, counterpart)


def _together(
    spans: tuple[list[Span], list[Span]], one: Reading, other: Reading, pattern: re.Pattern[str]
) -> tuple[list[Span], list[Span]]:
    """Pairs of spans, each cut where both sides give as many pieces."""
    ours: list[Span] = []
    theirs: list[Span] = []
    for here, there in zip(*spans, strict=True):
        pieces = [match.span() for match in pattern.finditer(one.key, *here)]
        others = [match.span() for match in pattern.finditer(other.key, *there)]
        whole = len(pieces) != len(others) or not pieces
        ours += [here] if whole else pieces
        theirs += [there] if whole else others
    return ours, theirs


def _by_sentence(part: Part, counterpart: Part) -> Iterator[tuple[Part, Part]]:
    if not part.sentence_ends or len(part.sentence_ends) != len(counterpart.sentence_ends):
        yield part, counterpart
        return
    ours, theirs = (_cut(one.reading, _sentences(one)) for one in (part, counterpart))
    yield from zip(ours, theirs, strict=True)


def _sentences(part: Part) -> list[Span]:
    ends = [part.span[0] + end for end in part.sentence_ends]
    return list(zip((part.span[0], *ends), (*ends, part.span[1]), strict=True))


def _cut(reading: Reading, spans: list[Span]) -> list[Part]:
    if len(spans) == 1 and spans[0] == (0, len(reading.key)):
        return [Part(reading, spans[0], reading.commitments)]
    found = reading.commitments
    return [
        Part(reading, (a, b), found[bisect_left(found, a, key=_START) : bisect_left(found, b, key=_START)]) for a, b in spans
    ]
