"""What a text commits to, read from its language's cues and its facts. The same text is read once. No I/O."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.language.negation import denials, may_deny, negative_words
from kb_pipeline.steps.language.prose import blanked
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.meaning.lexicon import Hit, find, key
from kb_pipeline.steps.meaning.numbers import numbers
from kb_pipeline.steps.meaning.values import Commitment, Kind, Span

_NEAR = 14  # characters between a bound and its number: `up to about 5`, `5 photos or more`
_GOVERNED, _GOVERNED_BEHIND = 34, 14  # characters after, or before, the word of a time in which its event is looked for
_MARK = re.compile(r"[,.;:!?，；：、。！？\n|()]")
_SIGNS = re.compile(r"[`<]|://|\]\(")
_BESIDE = (Kind.BOUND, Kind.TIME, Kind.EVENT, Kind.DENIAL, Kind.NUMBER)  # what is not said by its cue alone
_PROTECTED = (FactKind.URL, FactKind.EMAIL, FactKind.PLACEHOLDER)
_START = attrgetter("start")


class Reading(NamedTuple):
    """A text as it was read: `commitments` by place, but for names, which are found when two texts are compared.

    `text` is without code and links, `key` the same as cues are looked for, both of the text's own length. `protected` are the
    spans of addresses and placeholders.
    """

    text: str
    key: str
    language: str
    commitments: tuple[Commitment, ...]
    protected: tuple[Span, ...] = ()

    def of(self, kind: Kind) -> list[Commitment]:
        """The commitments of one kind."""
        return [one for one in self.commitments if one.kind is kind]


@lru_cache(maxsize=4096)
def commitments(text: str, language: str) -> Reading:
    """What `text`, in the language of a BCP-47 tag, commits to. A language without cues has facts and negations only."""
    return read(text, language, extract(text, language))


def read(text: str, language: str, facts: Sequence[Fact]) -> Reading:
    """The same where the `facts` of `text` are known."""
    prose = blanked(text) if _SIGNS.search(text) else text
    words = key(prose)
    hits = find(words, language)
    counted = numbers(words, language, facts, hits)
    bounds = list(_bounds(words, language, hits, counted))
    denied, negative = _denied(words, language, bounds) if may_deny(words, language) else ([], [])
    found = [*counted, *bounds, *_plain(words, language, hits, denied), *_times(words, language, hits)]
    found += [Commitment(Kind.DENIAL, "no", at, at + 1) for at in denied]
    found += [Commitment(Kind.DENIAL, "negative", *span) for span in negative]
    found += _denying_words(hits, bounds)
    found.sort(key=_START)
    protected = tuple([(fact.start, fact.end) for fact in facts if fact.kind in _PROTECTED]) if facts else ()
    return Reading(prose, words, language, tuple(found), protected)


def _denied(text: str, language: str, bounds: Sequence[Commitment]) -> tuple[list[int], list[Span]]:
    """Where negations stand that are not part of a bound, and words that some languages say with one."""
    places = [at for at in denials(text, language) or () if not any(one.start <= at < one.end for one in bounds)]
    return places, negative_words(text, language)


def _denying_words(hits: Iterable[Hit], bounds: Sequence[Commitment]) -> Iterator[Commitment]:
    """Verbs that deny, and phrases that hold a negation, but for those of a bound."""
    for start, end, sense in hits:
        if sense.kind is Kind.DENIAL and not any(one.start < end and start < one.end for one in bounds):
            yield Commitment(Kind.DENIAL, sense.value, start, end)


def _plain(text: str, language: str, hits: Iterable[Hit], denied: Sequence[int]) -> Iterator[Commitment]:
    """What is said by its cue alone, or by it and the negation in its clause."""
    negated = language_of(language).cues.negated if denied else {}
    for start, end, sense in hits:
        if sense.kind in _BESIDE:
            continue
        value = sense.value
        if (
            value in negated
            and sense.kind is Kind.MODALITY
            and any(at > end and not _MARK.search(text, end, at) for at in denied)
        ):
            value = negated[value]
        yield Commitment(sense.kind, value, start, end)


def _bounds(text: str, language: str, hits: Iterable[Hit], counted: Sequence[Commitment]) -> Iterator[Commitment]:
    """The bounds that have a number; `about` is its value. None of a price's tenths: from 七折 on is up to 30 % less."""
    bounds = [hit for hit in hits if hit.sense.kind is Kind.BOUND] if counted else ()
    firm = [one for one in counted if one.kind is Kind.NUMBER] if bounds else []
    starts = [one.start for one in firm]
    left = language_of(language).money.tenths_left
    for start, end, sense in bounds:
        after = bisect_left(starts, end)
        if not (after < len(firm) if sense.ahead else after):
            continue
        number = firm[after if sense.ahead else after - 1]
        between = text[end : number.start] if sense.ahead else text[number.end : start]
        if left and text[number.start : number.end].endswith(left):
            continue
        if len(between) <= _NEAR and not _MARK.search(between.strip(" .")):
            yield Commitment(Kind.BOUND, sense.value, start, end, number.value)


def _times(text: str, language: str, hits: Sequence[Hit]) -> Iterator[Commitment]:
    """Before and after; `about` are the events that stand with them."""
    times = [hit for hit in hits if hit.sense.kind is Kind.TIME]
    behind = bool(times) and Kind.TIME in language_of(language).cues.behind
    for start, end, sense in times:
        low, high = (max(0, start - _GOVERNED_BEHIND), start) if behind else (end, end + _GOVERNED)
        marks = [mark.start() for mark in _MARK.finditer(text, low, high)]
        low, high = (max((low, *marks)), high) if behind else (low, min((high, *marks)))
        events = {hit.sense.value for hit in hits if hit.sense.kind is Kind.EVENT and low <= hit.start and hit.end <= high}
        if len(events) > 1:
            events.discard("order")  # what is paid, sent and received is an order, too
        yield Commitment(Kind.TIME, sense.value, start, end, "+".join(sorted(events)))
