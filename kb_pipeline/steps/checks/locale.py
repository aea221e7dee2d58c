"""Dates, times and numbers as the market writes them: its era, its clock, its marks. After CLDR (Babel) and the pack."""

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_symbol

from kb_pipeline.domain.facts import BUDDHIST_OFFSET
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Place, Subject, rule
from kb_pipeline.steps.facts.numbers import decimal_sign
from kb_pipeline.steps.language.patterns import NEVER
from kb_pipeline.steps.language.prose import blanked
from kb_pipeline.steps.language.reader import language_of

_SWAPPED = str.maketrans(".,", ",.")
_YEAR = re.compile("(?:19|20)[0-9]{2}(?![0-9])")
_HALF_DAY = re.compile(r"[0-9][ \u00a0\u202f]?[AaPp]\.?[Mm]")
_TWELVE = re.compile(
    r"(?<![\d.:])(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5][0-9]))?[ \u00a0\u202f]?(?P<half>[AaPp])\.?[Mm]\b\.?"
)
_GROUPED = {  # each begins with its digit, by which it is looked for; what stands before that is asked afterwards
    ".": re.compile(r"[1-9](?<![\d.,\w].)\d{0,2}(?:(?:\.\d{3}){2,}(?:,\d+)?|(?:\.\d{3})+,\d{1,2})(?![\d.,]*\d)"),
    ",": re.compile(r"[1-9](?<![\d.,\w].)\d{0,2}(?:(?:,\d{3}){2,}(?:\.\d+)?|(?:,\d{3})+\.\d{1,2})(?![\d.,]*\d)"),
}


@rule("date-form", MqmCategory.LOCALE, Severity.MINOR)
def date_form(subject: Subject) -> Iterator[Flaw]:
    """Years in the market's era, times on its clock. A year of the wrong era under the era's own name is major."""
    if not subject.has_digit:
        return
    text, market = subject.written, subject.market
    if market.conventions.buddhist_era and _YEAR.search(text):
        for part, match in _outside_code(_years(market.tag), subject):
            year, named = int(match["year"]), match["era"] is not None
            message = f"write {year + BUDDHIST_OFFSET}, not {year}: years are of the Buddhist era here"
            severity = Severity.MAJOR if named else Severity.MINOR
            yield Flaw(message, part, match.span("year"), str(year + BUDDHIST_OFFSET), severity)
    if _HALF_DAY.search(text) and _has_whole_day(market.tag):
        for part, match in _outside_code(_TWELVE, subject):
            hour = int(match["hour"]) % 12 + 12 * (match["half"] in "Pp")
            yield Flaw(f"'{match[0]}' is {hour:02}:{match['minute'] or '00'} on the market's 24-hour clock", part, match.span())


@rule("number-form", MqmCategory.LOCALE, Severity.MINOR)
def number_form(subject: Subject) -> Iterator[Flaw]:
    """Numbers grouped and pointed as CLDR says for the market: `1,000.50` or `1.000,50`; a sign on its side: `฿50`."""
    yield from _signs_behind(subject)
    own = decimal_sign(subject.market.tag)
    if own not in _GROUPED or own not in subject.written or not subject.has_digit:
        return
    for part, match in _outside_code(_GROUPED[own], subject):
        fix = match[0].translate(_SWAPPED)
        yield Flaw(f"write {fix}, not {match[0]}", part, match.span(), fix)


def _signs_behind(subject: Subject) -> Iterator[Flaw]:
    sign = _sign_before(subject.market.tag, subject.market.conventions.currency)
    if sign and sign in subject.written and subject.has_digit:
        for part, match in _outside_code(re.compile(rf"[0-9][0-9.,]*\s?{re.escape(sign)}(?![0-9])"), subject):
            fix = sign + match[0].removesuffix(sign).rstrip()
            yield Flaw(f"write {fix}, not {match[0]}", part, match.span(), fix)


@cache
def _sign_before(tag: str, currency: str) -> str:
    """The sign of a market's currency, if it stands before amounts; empty if it stands behind, or is a word."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return ""
    sign = get_currency_symbol(currency, locale=locale)
    return sign if locale.currency_formats["standard"].pattern.startswith("¤") and not sign.isalpha() else ""


def _outside_code(pattern: re.Pattern[str], subject: Subject) -> Iterator[tuple[Place, re.Match[str]]]:
    """Where the pattern matches in what is neither code nor address. Code is only looked for where it matches at all."""
    for part, text in subject.parts():
        if pattern.search(text):
            for match in pattern.finditer(blanked(text)):
                yield part, match


@cache
def _has_whole_day(tag: str) -> bool:
    """Whether the market's clock counts 24 hours; CLDR's short time has an `a` where it has not."""
    try:
        return "a" not in Locale.parse(tag, sep="-").time_formats["short"].pattern.replace("'", "")
    except (UnknownLocaleError, ValueError):
        return False


@cache
def _years(tag: str) -> re.Pattern[str]:
    """A Gregorian year under the Buddhist era's name, or after a day and a month; one that says `ค.ศ.` is right."""
    widths = Locale.parse(tag, sep="-").months["format"]
    names = {name for width in ("wide", "abbreviated") for name in widths[width].values()}
    eras = "|".join(re.escape(era).replace(r"\.", r"\.?") for era in language_of(tag).dates.buddhist_eras) or NEVER
    months = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(
        rf"(?:(?P<era>{eras})[ \u00a0]?|[0-3]?[0-9][ \u00a0]?(?:{months})[ \u00a0]?)(?P<year>(?:19|20)[0-9]{{2}})(?![0-9])"
    )
