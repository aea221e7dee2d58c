"""Durations: a number and a unit of time. Unit words come from CLDR, and from the language's file where CLDR has none."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.units import format_unit

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts.money import pair
from kb_pipeline.steps.facts.number_words import number_words
from kb_pipeline.steps.facts.numbers import REACH, at_numbers, number_beginnings, number_pattern, range_pattern
from kb_pipeline.steps.facts.recogniser import shortest
from kb_pipeline.steps.language.patterns import any_of, longest_first, parts
from kb_pipeline.steps.language.reader import everywhere, language_of
from kb_pipeline.steps.language.tags import primary

UNITS = ("second", "minute", "hour", "day", "week", "month", "year")


@cache
def _words(language: str) -> dict[str, str]:
    """Each unit word of `language`, in lower case, with its unit."""
    listed = language_of(language).durations.units
    words = {word.lower(): unit for unit, variants in listed.items() for word in variants}
    try:
        locale = Locale.parse(primary(language))
    except (UnknownLocaleError, ValueError):
        return words
    for unit in UNITS:
        for count in (1, 2, 5):  # one, few and many
            words.setdefault(_word(count, unit, locale), unit)
    return words


def _word(count: int, unit: str, locale: Locale) -> str:
    """CLDR's word for `unit` with `count`; where it has no long form (Thai days, all of Chinese), the short one."""
    name = f"duration-{unit}"
    shown = format_unit(count, name, locale=locale)
    if name in shown:
        shown = format_unit(count, name, length="short", locale=locale)
    return shown.replace(str(count), "").strip().lower()


@cache
def _pattern(language: str) -> re.Pattern[str]:
    listed, number = language_of(language).durations, number_pattern(language)
    words = longest_first(_words(language))
    latin = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in words if word[0] < "\u0300")
    other = "|".join(re.escape(word) + _no_more(word, listed.not_before) for word in words if word[0] >= "\u0300")
    endings = f"[a-z]{{0,{listed.endings}}}" if listed.endings else ""
    unit = "|".join(part for part in (rf"(?:{latin}){endings}(?![^\W\d_])" if latin else "", other) if part)
    alone = r"(?<![0-9])(?<![0-9][.,])"
    halves = parts(listed.halves)
    half, half_more = (
        (rf"(?:\s?(?P<half>{halves.pattern}))?", rf"(?:\s?(?P<half_more>{halves.pattern}))?") if halves else ("", "")
    )
    between = rf"{half}(?:\s{{1,2}}|-)?{_fillers()}"
    pattern = rf"{alone}(?:(?P<low>{number}){range_pattern()})?(?P<number>{number}){between}(?P<unit>{unit}){half_more}"
    return re.compile(pattern, re.IGNORECASE)


def _no_more(word: str, not_before: Mapping[str, str]) -> str:
    return f"(?!{not_before[word]})" if word in not_before else ""


@cache
def _fillers() -> str:
    """What may stand between a number and its unit, in texts of any language: 3 full days."""
    return rf"(?:(?:{any_of(everywhere(lambda language: language.durations.fillers))})\s)?"


def duration_cues(language: str) -> tuple[str, ...]:
    """What a text holds if it has a duration: a unit of time, or a word that is a duration alone."""
    return (*shortest(_words(language)), *_alone(language))


@cache
def _alone(language: str) -> dict[str, tuple[str, str]]:
    """Words and phrases that are a duration without a number, the longest first, in lower case."""
    own = language_of(language).durations
    table = {**own.one_word, **own.fractions}
    return {word.lower(): table[word] for word in longest_first(table)}


@cache
def _cues(language: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(duration_cues(language), key=len, reverse=True))))


def may_hold_durations(lowered: str, language: str) -> bool:
    """Whether a unit of time stands shortly behind a number, or a word is a duration alone."""
    numbers, alone = number_beginnings(language), _alone(language)
    return any(
        cue[0] in alone or numbers.search(lowered, max(0, cue.start() - REACH), cue.start())
        for cue in _cues(language).finditer(lowered)
    )


def durations(text: str, language: str) -> Iterator[Fact]:
    """Durations in `language`, number words included: `5 to 10 business days` gives two with the same unit."""
    found = [*_in_one_word(text, language), *_with_unit(text, language)]
    found.sort(key=lambda fact: fact.start - fact.end)
    for place, fact in enumerate(found):
        if not any(fact.start < longer.end and longer.start < fact.end for longer in found[:place]):
            yield fact


def _with_unit(text: str, language: str) -> Iterator[Fact]:
    words = _words(language)
    for match in at_numbers(_pattern(language), text, language):
        word = re.sub(r"\s", " ", match["unit"].lower())
        unit = words.get(word) or next(words[stem] for stem in (word[:-1], word[:-2]) if stem in words)
        if number_words(language).is_vague(match["number"]) or (unit == "year" and re.fullmatch("[0-9]{4}", match["number"])):
            continue  # a few days; 2025年 is a year, no duration
        yield from pair(match, FactKind.DURATION, unit, language)


def is_in_one_word(fact: Fact) -> bool:
    """Whether a duration is written as one word without a number: `biweekly`, which another language may call otherwise."""
    return fact.raw.lower() in _one_words()


@cache
def _one_words() -> frozenset[str]:
    return frozenset(everywhere(lambda language: language.durations.one_word))


def _in_one_word(text: str, language: str) -> Iterator[Fact]:
    table = _alone(language)
    lowered = text.lower()
    taken: list[tuple[int, int]] = []
    for word, (value, unit) in table.items():
        at = lowered.find(word)
        while at >= 0:
            end = at + len(word)
            if not any(at < e and s < end for s, e in taken):
                taken.append((at, end))
                yield Fact(kind=FactKind.DURATION, value=value, unit=unit, raw=text[at:end], start=at, end=end)
            at = lowered.find(word, end)
