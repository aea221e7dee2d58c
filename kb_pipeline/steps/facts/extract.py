"""Finding facts: each recogniser sees only what the ones before it have not claimed."""

import html
import re
from bisect import bisect_right
from functools import cache
from operator import attrgetter, itemgetter

from kb_pipeline.domain.facts import Fact
from kb_pipeline.steps.facts.dates import (
    NUMERIC_CUE,
    han_cues,
    han_dates,
    month_cues,
    named_dates,
    numeric_dates,
    year_cues,
    years,
)
from kb_pipeline.steps.facts.durations import duration_cues, durations, may_hold_durations
from kb_pipeline.steps.facts.list_marks import without_list_marks
from kb_pipeline.steps.facts.money import money, money_cue, percent_cues, percent_word_cues, percent_words, percentages
from kb_pipeline.steps.facts.numbers import OTHER_DIGITS, REACH, around_digits, plain
from kb_pipeline.steps.facts.recogniser import CLAIMED, Recogniser, any_listed, any_named, any_of, matching, shortest
from kb_pipeline.steps.facts.times import name_cues, named_times, time_cue, times
from kb_pipeline.steps.facts.tokens import PHONE_CUE, counts, emails, labels, phones, placeholders, urls

# The order matters: what is more particular comes first, bare numbers come last.
_EXACT = (
    Recogniser(urls, any_of("://", "www.", "](", "[[")),
    Recogniser(emails, any_of("@")),
    Recogniser(placeholders, any_of("{", "%", "[", "<", "$")),
    Recogniser(labels, any_of("**")),
)
_VALUES = (
    Recogniser(numeric_dates, matching(lambda: NUMERIC_CUE), digits=True),
    Recogniser(named_dates, any_named(month_cues), digits=True),
    Recogniser(han_dates, any_listed(han_cues), digits=True),
    Recogniser(years, any_listed(year_cues), digits=True),
    Recogniser(times, matching(time_cue), digits=True),
    Recogniser(named_times, any_listed(name_cues)),
    Recogniser(money, matching(money_cue), digits=True),
    Recogniser(percentages, any_listed(percent_cues), digits=True),
    Recogniser(percent_words, any_named(percent_word_cues)),
    Recogniser(durations, may_hold_durations),
    Recogniser(phones, matching(lambda: PHONE_CUE), digits=True),
    Recogniser(counts, digits=True),
)
RECOGNISERS = (*_EXACT, *_VALUES)
_DIGIT = re.compile("[0-9]")
_SIGN = re.compile(rf"[0-9{OTHER_DIGITS}@{{%\[<*:$]")  # what every fact has but `www.shop.co` and those in words
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_START = attrgetter("start")


def extract(text: str, language: str) -> tuple[Fact, ...]:
    """The facts of `text` (plain or Markdown) in order, none overlapping; spans are offsets into `text` as given."""
    decoded, starts = _decode(text) if "&" in text else (text, [])
    has_signs = _SIGN.search(decoded) is not None or "www." in decoded
    rest = readable = plain(decoded) if has_signs else decoded
    found, near = list[Fact](), ""
    for recogniser in _EXACT if has_signs else ():
        if recogniser.may_find(readable, language):
            rest = _claim(recogniser, rest, language, found)
    if has_signs and _DIGIT.search(rest):
        rest = without_list_marks(rest, language)
        near = around_digits(rest).lower()
    lowered = rest.lower()
    word = _words(language).search(lowered)
    anywhere = lowered[max(0, word.start() - REACH) :] if word else ""
    for recogniser in _VALUES if near or anywhere else ():
        place = near if recogniser.digits else anywhere
        if place and recogniser.may_find(place, language):
            rest = _claim(recogniser, rest, language, found)
    found.sort(key=_START)
    return tuple(found) if readable is text else tuple(_place(fact, text, starts) for fact in found)


def _claim(recogniser: Recogniser, text: str, language: str, found: list[Fact]) -> str:
    """What is left of `text` by the facts of a recogniser, which join those that are `found`."""
    facts = sorted(recogniser.find(text, language), key=_START)
    found += facts
    return _without(facts, text) if facts else text


@cache
def _words(language: str) -> re.Pattern[str]:
    """What a text holds, in lower case, if it has a fact without digits and signs."""
    cues = shortest((*name_cues(), *percent_word_cues(language), *duration_cues(language)))
    return re.compile("|".join(map(re.escape, cues)))


def _without(facts: list[Fact], text: str) -> str:
    """`text` with what the facts (in order) have claimed blanked out; same length."""
    parts, at = list[str](), 0
    for fact in facts:
        parts += (text[at : fact.start], CLAIMED * (fact.end - fact.start))
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
