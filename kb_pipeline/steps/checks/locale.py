"""Dates, times and numbers as the market writes them: its era, its clock, its marks. After CLDR (Babel) and the pack."""

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names, get_time_format

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.facts.numbers import decimal_sign

_ERA = 543  # years that the Buddhist era is ahead
_DIGIT = re.compile("[0-9]")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|\]\([^)\n]*\)|<[^>\n]{1,200}>|https?://\S+", re.DOTALL)
_NOTHING = re.compile(r"(?!)")
_TWELVE = re.compile(
    r"(?<![\d.:])(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5]\d))?[ \u00a0\u202f]?(?P<half>[AaPp])\.?[Mm]\b\.?"
)
_GROUPED = {
    ".": re.compile(r"(?<![\d.,\w])[1-9]\d{0,2}(?:(?:\.\d{3}){2,}(?:,\d+)?|(?:\.\d{3})+,\d{1,2})(?![\d.,]*\d)"),
    ",": re.compile(r"(?<![\d.,\w])[1-9]\d{0,2}(?:(?:,\d{3}){2,}(?:\.\d+)?|(?:,\d{3})+\.\d{1,2})(?![\d.,]*\d)"),
}


@rule("date-form", MqmCategory.LOCALE, Severity.MINOR)
def date_form(subject: Subject) -> Iterator[Flaw]:
    """Years in the market's era, times on its clock. A year of the wrong era under the era's own name is major."""
    buddhist, whole_day = subject.market.conventions.buddhist_era, _has_whole_day(subject.market.tag)
    if not (buddhist or whole_day):
        return
    for part, original in subject.parts():
        if not _DIGIT.search(original):
            continue
        years = _years(subject.market.tag) if buddhist else _NOTHING
        if not (years.search(original) or _TWELVE.search(original)):
            continue
        text = _CODE.sub(_blank, original)
        for match in years.finditer(text):
            year, named = int(match["year"]), match["era"] is not None
            message = f"write {year + _ERA}, not {year}: years are of the Buddhist era here"
            severity = Severity.MAJOR if named else Severity.MINOR
            yield Flaw(message, part, match.span("year"), str(year + _ERA), severity)
        for match in _TWELVE.finditer(text) if whole_day else ():
            hour = int(match["hour"]) % 12 + 12 * (match["half"] in "Pp")
            yield Flaw(f"'{match[0]}' is {hour:02}:{match['minute'] or '00'} on the market's 24-hour clock", part, match.span())


@rule("number-form", MqmCategory.LOCALE, Severity.MINOR)
def number_form(subject: Subject) -> Iterator[Flaw]:
    """Numbers grouped and pointed as CLDR says for the market: `1,000.50` or `1.000,50`."""
    own = decimal_sign(subject.market.tag)
    if own not in _GROUPED:
        return
    for part, original in subject.parts():
        if original.count(own) == 0 or not _DIGIT.search(original):
            continue
        text = _CODE.sub(_blank, original)
        for match in _GROUPED[own].finditer(text):
            fix = match[0].translate(str.maketrans(".,", ",."))
            yield Flaw(f"write {fix}, not {match[0]}", part, match.span(), fix)


@cache
def _has_whole_day(tag: str) -> bool:
    """Whether the market's clock counts 24 hours; CLDR's short time has an `a` where it has not."""
    try:
        return "a" not in get_time_format("short", Locale.parse(tag, sep="-")).pattern.replace("'", "")
    except (UnknownLocaleError, ValueError):
        return False


@cache
def _years(tag: str) -> re.Pattern[str]:
    """A Gregorian year under the Buddhist era's name, or after a day and a month; one that says `ค.ศ.` is right."""
    locale = Locale.parse(tag, sep="-")
    names = {name for width in ("wide", "abbreviated") for name in get_month_names(width, locale=locale).values()}
    months = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(
        rf"(?:(?P<era>พ\.?ศ\.?)[ \u00a0]?|[0-3]?[0-9][ \u00a0]?(?:{months})[ \u00a0]?)(?P<year>(?:19|20)[0-9]{{2}})(?![0-9])"
    )


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
