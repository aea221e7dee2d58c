"""Finding facts: each recogniser sees only what the ones before it have not claimed."""

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from operator import itemgetter

from kb_pipeline.domain.facts import Fact
from kb_pipeline.steps.facts.dates import han_dates, named_dates, numeric_dates, years
from kb_pipeline.steps.facts.durations import durations
from kb_pipeline.steps.facts.money import money, percentages
from kb_pipeline.steps.facts.numbers import plain
from kb_pipeline.steps.facts.times import times
from kb_pipeline.steps.facts.tokens import counts, emails, labels, phones, placeholders, urls

Recogniser = Callable[[str, str], Iterator[Fact]]

# The order matters: what is more particular comes first, bare numbers come last.
_RECOGNISERS: tuple[Recogniser, ...] = (
    urls, emails, placeholders, labels, numeric_dates, named_dates, han_dates, years, times, money, percentages, durations,
    phones, counts,
)  # fmt: skip
_IN_DIGITS = frozenset({numeric_dates, named_dates, han_dates, years, times, money, phones, counts})  # find nothing without one
_DIGIT = re.compile("[0-9]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_CLAIMED = "\x00"


def extract(text: str, language: str) -> tuple[Fact, ...]:
    """The facts of `text` (plain or Markdown) in order, none overlapping; spans are offsets into `text` as given."""
    decoded, starts = _decode(text)
    rest = plain(decoded)
    found: list[Fact] = []
    for recognise in _RECOGNISERS:
        if recognise in _IN_DIGITS and not _DIGIT.search(rest):
            continue
        facts = tuple(recognise(rest, language))
        for fact in facts:
            rest = rest[: fact.start] + _CLAIMED * (fact.end - fact.start) + rest[fact.end :]
        found.extend(facts)
    placed = (_place(fact, text, starts) for fact in found)
    return tuple(sorted(placed, key=lambda fact: fact.start))


def _decode(text: str) -> tuple[str, list[tuple[int, int]]]:
    """`text` with HTML entities decoded, and where each stretch of it begins: (decoded offset, original offset)."""
    parts: list[str] = []
    starts = [(0, 0)]
    at = length = 0
    for match in _ENTITY.finditer(text):
        character = html.unescape(match[0])
        if character == match[0]:
            continue
        parts += [text[at : match.start()], character]
        length += match.start() - at + len(character)
        at = match.end()
        starts.append((length, at))
    return "".join((*parts, text[at:])), starts


def _place(fact: Fact, text: str, starts: list[tuple[int, int]]) -> Fact:
    """`fact` with its span in the original text."""
    start, end = _original(fact.start, starts), _original(fact.end, starts)
    return fact.model_copy(update={"raw": text[start:end], "start": start, "end": end})


def _original(offset: int, starts: list[tuple[int, int]]) -> int:
    decoded, original = starts[bisect_right(starts, offset, key=itemgetter(0)) - 1]
    return original + offset - decoded
