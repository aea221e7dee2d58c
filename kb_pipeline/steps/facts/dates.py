"""Dates, as ISO values. Buddhist years become Gregorian ones. Month names come from CLDR."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

from babel import Locale, UnknownLocaleError

from kb_pipeline.domain.facts import BUDDHIST_OFFSET, Fact, FactKind
from kb_pipeline.steps.facts.numbers import at_digits, lowered, matches_at
from kb_pipeline.steps.facts.recogniser import shortest
from kb_pipeline.steps.language.definition import Language
from kb_pipeline.steps.language.patterns import any_of, longest_first
from kb_pipeline.steps.language.reader import everywhere, language_of
from kb_pipeline.steps.language.tags import primary

NUMERIC_CUE = "[0-9][/.-][0-9]{1,2}[/.-][0-9]"
_FIRST_BUDDHIST = 2400  # a year from here on is one of the Buddhist era

_ISO = re.compile(r"(?<![0-9/.-])(?P<y>[0-9]{4})([-/])(?P<m>[0-9]{2})\2(?P<d>[0-9]{2})(?![0-9/-])")
_SLASHED = re.compile(r"(?<![0-9/.-])(?P<a>[0-9]{1,2})([/.])(?P<b>[0-9]{1,2})\2(?P<y>[0-9]{4})(?![0-9/-])")
_SIGNS: tuple[Callable[[Language], tuple[str, ...]], ...] = (  # of year, month and day
    lambda language: language.dates.year_signs,
    lambda language: language.dates.month_signs,
    lambda language: language.dates.day_signs,
)
_DAY = r"(?P<d>[0-9]{1,2})(?![0-9])"
_FULL_YEAR = r"(?P<y>[0-9]{4}(?![0-9])|['’][0-9]{2}(?![0-9]))"
_SHORT_YEAR = r"|(?<=\.)\s?(?P<short>[0-9]{2})(?![0-9.,:%])"  # 3 มี.ค. 68


@cache
def _months(language: str) -> dict[str, int]:
    try:
        names = Locale.parse(primary(language)).months["format"]
    except (UnknownLocaleError, ValueError):
        return {}
    table = {name.lower(): number for width in ("wide", "abbreviated") for number, name in names[width].items()}
    table |= language_of(language).dates.months
    return {name: number for name, number in table.items() if not name[0].isdigit()}


@cache
def month_cues(language: str) -> tuple[str, ...]:
    """What a text holds, in lower case, if it has a month's name."""
    return shortest(_months(language))


@cache
def _beginnings(language: str) -> re.Pattern[str]:
    """Where a date with a month's name may begin, in lower case; without look-behind, so that the engine skips."""
    return re.compile("|".join(("[0-9]+", *map(re.escape, sorted(_months(language), key=len, reverse=True)))))


@cache
def _named(language: str) -> tuple[re.Pattern[str], ...]:
    """Day month year, month day year, month year; the year may be missing where there is a day."""
    months = _months(language)
    if not months:
        return ()
    listed = language_of(language).dates
    names = longest_first(name.capitalize() if listed.capitalized_months else name for name in months)
    month = rf"(?P<m>{any_of(names)})"
    month = rf"(?<![^\W\d_]){month}\.?(?![^\W\d_])" if listed.whole_months else month
    ordinal, of, of_year = any_of(listed.ordinals), any_of(listed.of), any_of(listed.of_year)
    year = rf"\s{{0,2}}(?:(?:{of_year})\s|,\s?)?(?:{any_of(listed.eras)})?\s?{_FULL_YEAR}"
    hyphened = r"-(?P<y2>[0-9]{4})(?![0-9])"  # 14-Jun-2025
    after = f"{year}|{hyphened}{_SHORT_YEAR if listed.century else ''}"
    forms = (
        rf"(?<![0-9.,:/-]){_DAY}(?:{ordinal}|\.)?(?:\s{{0,2}}|-)(?:(?:{of})\s)?{month}(?:{after})?",
        rf"{month}\s{{1,2}}{_DAY}(?:{ordinal})?(?:,?\s{{1,2}}(?P<y>[0-9]{{4}})(?![0-9]))?",
        f"{month}{year}",
    )
    flags = re.NOFLAG if listed.capitalized_months else re.IGNORECASE
    return tuple(re.compile(form, flags) for form in forms)


def named_dates(text: str, language: str) -> Iterator[Fact]:
    """Dates with a month's name: `3 March 2025`, `March 3`, `3 มี.ค. 68`, `3. März 2025`."""
    taken: list[tuple[int, int]] = []
    searched = lowered(text)
    for form in _named(language):
        for match in matches_at(_beginnings(language), form, text, searched):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            groups = match.groupdict()
            year = groups.get("y") or groups.get("y2")
            if short := groups.get("short"):
                year = str(language_of(language).dates.century + int(short))
            if year and not year[0].isdigit():
                year = f"20{year[1:]}"
            taken.append(match.span())
            yield from _fact(match, year, str(_months(language)[match["m"].lower()]), groups.get("d"))


def numeric_dates(text: str, language: str) -> Iterator[Fact]:
    """`2025-03-03`, and `13/3/2025` where only one reading is a date; where days always come first, any reading."""
    for match in at_digits(_ISO, text):
        yield from _fact(match, match["y"], match["m"], match["d"])
    for match in at_digits(_SLASHED, text):
        first, second = int(match["a"]), int(match["b"])
        if first == second or first > 12 or not language_of(language).dates.month_first:
            yield from _fact(match, match["y"], match["b"], match["a"])
        elif second > 12:
            yield from _fact(match, match["y"], match["a"], match["b"])


def han_dates(text: str, language: str) -> Iterator[Fact]:
    """`2025年3月3日`, `3月3日`, `2025年3月`, in whatever language they stand."""
    for match in _han().finditer(text):
        if match["y"] or match["d"]:
            yield from _fact(match, match["y"], match["m"], match["d"])


def years(text: str, language: str) -> Iterator[Fact]:
    """Years marked as such: `ปี 2568`, `พ.ศ. 2568`, `2025年`; a year is the value `2025`."""
    for match in _years().finditer(text):
        year = gregorian(match["y"] or match["han"]) if not match["era"] else _of_era(match["era"], match["nth"])
        yield Fact(kind=FactKind.DATE, value=year, raw=match[0], start=match.start(), end=match.end())


_IN_BRACKETS = r"(?:[（(][^（）()\n]{1,8}[）)]\s?)?"  # the same year as another era counts it


@cache
def _han() -> re.Pattern[str]:
    year, month, day = (any_of(everywhere(signs)) for signs in _SIGNS)
    return re.compile(
        rf"(?:(?P<y>[0-9]{{4}})\s?(?:{year})\s?{_IN_BRACKETS})?(?<![0-9])(?P<m>[0-9]{{1,2}})\s?(?:{month})"
        rf"(?:\s?(?P<d>[0-9]{{1,2}})\s?(?:{day}))?"
    )


@cache
def _years() -> re.Pattern[str]:
    before, after = any_of(_year_words()), any_of(everywhere(_SIGNS[0]))
    firsts = any_of(everywhere(lambda language: language.dates.first_years))
    return re.compile(
        rf"(?:{before})\s?(?P<y>[0-9]{{4}})(?![0-9])|(?<![0-9])(?P<han>[0-9]{{4}})\s?(?:{after})"
        rf"|(?P<era>{any_of(_eras())})\s?(?P<nth>[0-9]{{1,2}}|{firsts})\s?(?:{after})"
    )


@cache
def _eras() -> dict[str, int]:
    """The names of eras in all languages, each with the year before its first."""
    return dict(everywhere(lambda language: language.dates.era_names.items()))


def _of_era(name: str, nth: str) -> str:
    return str(_eras()[name] + (int(nth) if nth.isdigit() else 1))


def _year_words() -> tuple[str, ...]:
    return everywhere(lambda language: (*language.dates.eras, *language.dates.year_words))


@cache
def year_cues() -> tuple[str, ...]:
    """What a text holds if it has a year that is marked as such."""
    return (*_year_words(), *everywhere(_SIGNS[0]))


@cache
def han_cues() -> tuple[str, ...]:
    """What a text holds if it has a date with signs for year, month and day."""
    return everywhere(_SIGNS[1])


def gregorian(year: str) -> str:
    """The Gregorian year of a year that may be of the Buddhist era."""
    return str(int(year) - BUDDHIST_OFFSET) if int(year) >= _FIRST_BUDDHIST else year


def _fact(match: re.Match[str], year: str | None, month: str, day: str | None) -> Iterator[Fact]:
    """The date of a match, if the calendar has it."""
    whole = gregorian(year) if year else None
    try:
        date(int(whole or 2000), int(month), int(day or 1))
    except ValueError:
        return
    value = f"{whole or '-'}-{int(month):02d}" + (f"-{int(day):02d}" if day else "")
    yield Fact(kind=FactKind.DATE, value=value, raw=match[0], start=match.start(), end=match.end())
