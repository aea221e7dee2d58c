"""Which part of a text stands for which part of another: lines, cells of tables, sentences where both have as many. No words."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from operator import attrgetter

from kb_pipeline.steps.language.negation import may_deny
from kb_pipeline.steps.language.sentence_marks import STOPS, WIDE_STOPS
from kb_pipeline.steps.meaning.lexicon import may_say
from kb_pipeline.steps.meaning.reading import Reading
from kb_pipeline.steps.meaning.values import Commitment, Kind, Span

_LINE = re.compile(r"[^\n]*[^\s][^\n]*")
_CELL = re.compile(r"[^|\n]+")
_SENTENCE = re.compile(rf"[{STOPS}](?:['\")*_\]]*)\s+(?=\S)|[{WIDE_STOPS}](?=.)")
_START = attrgetter("start")


class Part:
    """A stretch of a text with what it commits to. Spans stay those of the whole text."""

    def __init__(self, reading: Reading, span: Span, commitments: tuple[Commitment, ...]) -> None:
        self.reading, self.span, self.commitments = reading, span, commitments
        self.language = reading.language
        self._by_kind: dict[Kind, list[Commitment]] = {}
        for one in commitments:
            self._by_kind.setdefault(one.kind, []).append(one)

    @cached_property
    def key(self) -> str:
        """The text of this part, as cues are looked for."""
        return self.reading.key[self.span[0] : self.span[1]]

    @cached_property
    def sentence_ends(self) -> list[int]:
        """Where in `key` sentences end, but for the last."""
        return [match.end() for match in _SENTENCE.finditer(self.key)]

    def of(self, kind: Kind) -> list[Commitment]:
        """The commitments of one kind."""
        return self._by_kind.get(kind, [])

    def says(self, kind: Kind, *values: str) -> Commitment | None:
        """The first commitment to one of the values."""
        return next((one for one in self.of(kind) if one.value in values), None)

    def may_say(self, kind: Kind, *values: str) -> bool:
        """Whether it commits to one of the values, or has words that may do so."""
        return self.says(kind, *values) is not None or any(may_say(self.key, self.language, kind, one) for one in values)


def pairs(one: Reading, other: Reading) -> Iterator[tuple[Part, Part]]:
    """The parts that say the same, if the second text says what the first says; the texts as wholes if nothing is known."""
    spans = [(0, len(one.key))], [(0, len(other.key))]
    if "\n" in one.key or "\n" in other.key:
        spans = _together(spans, one, other, _LINE)
        if "|" in one.key and "|" in other.key:
            spans = _together(spans, one, other, _CELL)
    ours, theirs = _cut(one, spans[0]), _cut(other, spans[1])
    for part, counterpart in zip(ours, theirs, strict=True):
        if part.commitments or counterpart.commitments or may_deny(part.key, part.language):
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
    ends, others = (
        [match.end() for match in _SENTENCE.finditer(one.reading.key, *one.span)] for one in (part, counterpart)
    )
    if not ends or len(ends) != len(others):
        yield part, counterpart
        return
    yield from zip(_cut(part.reading, _spans(part, ends)), _cut(counterpart.reading, _spans(counterpart, others)), strict=True)


def _spans(part: Part, ends: list[int]) -> list[Span]:
    return list(zip((part.span[0], *ends), (*ends, part.span[1]), strict=True))


def _cut(reading: Reading, spans: list[Span]) -> list[Part]:
    if len(spans) == 1:
        return [Part(reading, spans[0], reading.commitments)]
    found = reading.commitments
    return [
        Part(reading, (a, b), found[bisect_left(found, a, key=_START) : bisect_left(found, b, key=_START)]) for a, b in spans
    ]
