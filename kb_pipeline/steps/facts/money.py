"""Amounts of money and percentages. Never converts anything."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_symbol, get_territory_currencies

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts.number_words import number_words
from kb_pipeline.steps.facts.numbers import (
    REACH,
    at_digits,
    canonical,
    digits_pattern,
    is_range,
    number_pattern,
    range_pattern,
    scales,
)
from kb_pipeline.steps.facts.recogniser import shortest
from kb_pipeline.steps.language.patterns import NEVER, any_of, literal, longest_first
from kb_pipeline.steps.language.reader import everywhere, language_of
from kb_pipeline.steps.language.tags import primary

_SIGNS = {
    "US$": "USD", "A$": "AUD", "C$": "CAD", "S$": "SGD", "HK$": "HKD", "NT$": "TWD", "R$": "BRL", "MX$": "MXN", "฿": "THB",
    "€": "EUR", "£": "GBP", "₫": "VND", "₹": "INR", "₩": "KRW", "₱": "PHP", "Rp": "IDR", "RM": "MYR",
    "RMB": "CNY", "CN¥": "CNY", "JP¥": "JPY",
}  # fmt: skip
_CODES = "USD EUR GBP JPY CNY THB VND IDR MYR SGD PHP INR KRW TWD HKD AUD NZD CAD CHF MXN BRL SEK NOK DKK PLN TRY ZAR AED"


@cache
def _signs() -> dict[str, str]:
    """What stands before or behind an amount, with its currency; `$` and `¥` say which only with a language."""
    return _SIGNS | dict(everywhere(lambda language: language.money.signs.items()))


@cache
def _words() -> dict[str, str]:
    """The words of currencies in all languages, which stand behind an amount."""
    return dict(everywhere(lambda language: language.money.currencies.items()))


def money_cue() -> str:
    """Regex source of what a place has if it has an amount, in lower case."""
    return "|".join(map(re.escape, shortest((*_signs(), "$", "¥", *_CODES.split(), *_words()))))


@cache
def percent_cues() -> tuple[str, ...]:
    """What a place has if it has a percentage, in lower case."""
    return shortest(("%", *(word.strip("*") for word in everywhere(lambda language: language.money.percent))))


def percent_word_cues(language: str) -> tuple[str, ...]:
    """What a text holds, in lower case, if it has a percentage that is not of digits and a sign behind them."""
    own = language_of(language).money
    percent = (word.strip("*").lower() for word in own.percent) if number_words(language).pattern else ()
    return (*own.percent_before, *own.percent_alone, *own.fractions, *own.tenths, *own.tenths_left, *percent)


@cache
def _local_sign(sign: str, language: str) -> str:
    """What `$` or `¥` means in `language`: the territory's own currency if it is written so, else USD and CNY."""
    default = {"$": "USD", "¥": "JPY" if primary(language) == "ja" else "CNY"}[sign]
    try:
        territory = Locale.parse(language, sep="-").territory
    except (UnknownLocaleError, ValueError):
        return default
    own = get_territory_currencies(territory)[0] if territory else default
    return own if get_currency_symbol(own, locale="en").endswith(sign) or (own == "MXN" and sign == "$") else default


def _currency(mark: str, language: str) -> str:
    if mark in ("$", "¥"):
        return _local_sign(mark, language)
    return _signs().get(mark) or _words().get(mark.removeprefix("US").strip().lower()) or mark.upper()


@cache
def _money_patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    number = digits_pattern(language)
    signs, words, scale = any_of((*_signs(), "$", "¥")), any_of(_words()), any_of(scales())
    codes = _CODES.replace(" ", "|")
    amount = rf"(?:(?P<low>{number}){range_pattern()})?(?P<number>{number})(?:\s?(?P<scale>{scale}))?"
    before = rf"(?<![A-Za-z])(?P<mark>{signs}|(?:{codes})(?![A-Za-z]))\s?{amount}(?![0-9])"
    alone = r"(?<![0-9])(?<![0-9][.,])"
    after = rf"{alone}{amount}(?:\s{{0,2}}|-)(?P<mark>{signs}|(?:{codes})(?![A-Za-z])|(?:US\s)?(?i:{words})(?![A-Za-z]))"
    return re.compile(before), re.compile(after)


@cache
def _percent_after(language: str) -> re.Pattern[str]:
    number = digits_pattern(language)
    pair = rf"(?:(?P<low>{number})\s?%?{range_pattern()})?(?P<number>{number})"
    return re.compile(rf"(?<![0-9])(?<![0-9][.,]){pair}\s?(?:%|{_percent_words()})", re.IGNORECASE)


@cache
def _percent_words() -> str:
    words = longest_first(everywhere(lambda language: language.money.percent))
    return "|".join(literal(word.removesuffix("*")) + ("" if word.endswith("*") else "(?![a-z])") for word in words)


@cache
def _percent_in_words(language: str) -> re.Pattern[str]:
    """A word and a number, a number in words and a word, tenths, or one word."""
    own, number = language_of(language).money, number_pattern(language)
    words = "|".join(literal(word.removesuffix("*")) for word in longest_first(own.percent)) or NEVER
    return re.compile(
        rf"(?:{any_of(own.percent_before)})\s?(?P<before>{number})|(?P<alone>{any_of((*own.percent_alone, *own.fractions))})"
        rf"|(?P<words>{number_words(language).pattern or NEVER})\s?(?:{words})"
        rf"|(?P<tenths>{number})\s?(?:{any_of(own.tenths)})|(?P<left>{number})\s?(?:{any_of(own.tenths_left)})",
        re.IGNORECASE,
    )


def money(text: str, language: str) -> Iterator[Fact]:
    """Amounts with their ISO 4217 code as unit: `$4.99`, `50 บาท`, `RMB 30`; a range gives two."""
    before, after = _money_patterns(language)
    found = list(before.finditer(text))
    taken = [match.span() for match in found]
    found += [m for m in at_digits(after, text) if not any(m.start() < end and start < m.end() for start, end in taken)]
    for match in found:
        yield from pair(match, FactKind.MONEY, _currency(match["mark"], language), language)


def percentages(text: str, language: str) -> Iterator[Fact]:
    """Percentages: `5%`, `5 percent`."""
    for match in at_digits(_percent_after(language), text):
        yield from pair(match, FactKind.PERCENT, "", language)


def percent_words(text: str, language: str) -> Iterator[Fact]:
    """Percentages in words: `ร้อยละ 5`, `ten percent`, `2割`, `九折`, `half price`."""
    found: dict[int, re.Match[str]] = {}
    for cue in _percent_cue(language).finditer(text):
        near = _percent_in_words(language).finditer(text, max(0, cue.start() - REACH), cue.end() + REACH)
        found |= {match.start(): match for match in near if match.end() >= cue.end() and match.start() <= cue.start()}
    for match in found.values():
        value = _percent_value(match, language)
        if value is not None:
            yield Fact(kind=FactKind.PERCENT, value=value, raw=match[0], start=match.start(), end=match.end())


@cache
def _percent_cue(language: str) -> re.Pattern[str]:
    return re.compile(any_of(percent_word_cues(language)), re.IGNORECASE)


def _percent_value(match: re.Match[str], language: str) -> str | None:
    """The percentage of a match; None for a number that is none of tenths."""
    if word := match["alone"]:
        own = language_of(language).money
        return str({**own.percent_alone, **own.fractions}[word.lower()])
    if number := match["before"] or match["words"]:
        return canonical(number, language)
    known, tenths = number_words(language), match["tenths"] or match["left"]
    digits = "".join(str(known.value(sign)) for sign in tenths) if known.is_vague(tenths) else canonical(tenths, language)
    part = Decimal(digits) / (10 ** (len(digits) - 1) if "." not in digits else 1)  # 八五折 are 8.5 tenths
    if not 0 < part < 10:
        return None
    percent = 10 * part if match["tenths"] else 100 - 10 * part
    return format(percent.normalize(), "f")


def is_fraction(fact: Fact) -> bool:
    """Whether a percentage is written as a fraction in words: a quarter of."""
    return fact.raw.lower() in _fractions()


@cache
def _fractions() -> frozenset[str]:
    return frozenset(everywhere(lambda language: language.money.fractions))


def pair(match: re.Match[str], kind: FactKind, unit: str, language: str) -> Iterator[Fact]:
    """The one or two facts of a match with the groups `low` (a range's lower end) and `number`."""
    groups = match.groupdict()
    scale = groups.get("scale")
    start = match.start()
    if (low := groups.get("low")) and not is_range(match):
        start = match.start("number")
    elif low:
        middle = match.end("low")
        yield Fact(
            kind=kind,
            value=canonical(low, language, scale),
            unit=unit,
            raw=text_of(match, start, middle),
            start=start,
            end=middle,
        )
        start = match.start("number")
    value = canonical(match["number"], language, scale)
    if groups.get("half") or groups.get("half_more"):
        value = format(Decimal(value) + Decimal("0.5"), "f")
    yield Fact(kind=kind, value=value, unit=unit, raw=text_of(match, start, match.end()), start=start, end=match.end())


def text_of(match: re.Match[str], start: int, end: int) -> str:
    """The characters of the matched text from `start` to `end`."""
    return match.string[start:end]
