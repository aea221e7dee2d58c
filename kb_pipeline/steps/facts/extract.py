"""Finding facts: each recogniser sees only what the ones before it have not claimed."""

import html
import re
from bisect import bisect_right
from collections.abc import Callable
from functools import cache
from operator import attrgetter, itemgetter

from kb_pipeline.domain.facts import Fact
from kb_pipeline.steps.facts.dates import han_dates, month_names, named_dates, numeric_dates, years
from kb_pipeline.steps.facts.durations import duration_cues, durations
from kb_pipeline.steps.facts.money import money, money_cues, percent_cues, percent_word_cues, percent_words, percentages
from kb_pipeline.steps.facts.numbers import plain
from kb_pipeline.steps.facts.recogniser import Recogniser, shortest
from kb_pipeline.steps.facts.times import NAME_CUES, TIME_CUES, named_times, times
from kb_pipeline.steps.facts.tokens import counts, emails, labels, phones, placeholders, urls


def _any_of(*cues: str) -> Callable[[str], tuple[str, ...]]:
    """The same cues in every language."""
    return lambda language: cues


@cache
def _months(language: str) -> tuple[str, ...]:
    return shortest(month_names(language))


# The order matters: what is more particular comes first, bare numbers come last.
RECOGNISERS = (
    Recogniser(urls, _any_of("://", "www.", "]("), digits=False),
    Recogniser(emails, _any_of("@"), digits=False),
    Recogniser(placeholders, _any_of("{", "%", "[", "<"), digits=False),
    Recogniser(labels, _any_of("**"), digits=False),
    Recogniser(numeric_dates, _any_of("/", "-", ".")),
    Recogniser(named_dates, _months),
    Recogniser(han_dates, _any_of("月")),
    Recogniser(years, _any_of("พ.ศ.", "ค.ศ.", "ปี", "年")),
    Recogniser(times, _any_of(*TIME_CUES)),
    Recogniser(named_times, _any_of(*NAME_CUES), digits=False),
    Recogniser(money, money_cues),
    Recogniser(percentages, percent_cues),
    Recogniser(percent_words, percent_word_cues, digits=False),
    Recogniser(durations, duration_cues, digits=False),
    Recogniser(phones, None),
    Recogniser(counts, None),
)
_WITHOUT_DIGITS = tuple(recogniser for recogniser in RECOGNISERS if not recogniser.digits)
_DIGIT = re.compile("[0-9]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_CLAIMED = "\x00"
_START = attrgetter("start")


def extract(text: str, language: str) -> tuple[Fact, ...]:
    """The facts of `text` (plain or Markdown) in order, none overlapping; spans are offsets into `text` as given."""
    decoded, starts = _decode(text) if "&" in text else (text, [])
    rest = plain(decoded)
    lowered, has_digits = rest.lower(), _DIGIT.search(rest) is not None
    found: list[Fact] = []
    for recogniser in RECOGNISERS if has_digits else _WITHOUT_DIGITS:
        if not recogniser.may_find(lowered, language):
            continue
        if facts := sorted(recogniser.find(rest, language), key=_START):
            rest = _without(facts, rest)
            found += facts
    found.sort(key=_START)
    return tuple(found) if not starts and text.isascii() else tuple(_place(fact, text, starts) for fact in found)


def _without(facts: list[Fact], text: str) -> str:
    """`text` with what the facts (in order) have claimed blanked out; same length."""
    parts, at = list[str](), 0
    for fact in facts:
        parts += (text[at : fact.start], _CLAIMED * (fact.end - fact.start))
        at = fact.end
    return "".join((*parts, text[at:]))


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
    """`fact` with its span in the original text, and as it is written there."""
    start, end = (_original(fact.start, starts), _original(fact.end, starts)) if starts else (fact.start, fact.end)
    if text[start:end] == fact.raw and start == fact.start:
        return fact
    return fact.model_copy(update={"raw": text[start:end], "start": start, "end": end})


def _original(offset: int, starts: list[tuple[int, int]]) -> int:
    decoded, original = starts[bisect_right(starts, offset, key=itemgetter(0)) - 1]
    return original + offset - decoded
