"""Amounts of money and percentages. Never converts anything."""

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_symbol, get_territory_currencies

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts.numbers import (
    RANGE,
    SCALE,
    at_digits,
    canonical,
    digits_pattern,
    is_range,
    number_pattern,
)
from kb_pipeline.steps.facts.recogniser import shortest
from kb_pipeline.steps.language.tags import primary

_SIGNS = {
    "US$": "USD", "A$": "AUD", "C$": "CAD", "S$": "SGD", "HK$": "HKD", "NT$": "TWD", "R$": "BRL", "MX$": "MXN", "฿": "THB",
    "€": "EUR", "£": "GBP", "₫": "VND", "₹": "INR", "₩": "KRW", "₱": "PHP", "Rp": "IDR", "RM": "MYR",
    "RMB": "CNY", "CN¥": "CNY", "JP¥": "JPY", "人民币": "CNY",
}  # fmt: skip
_CODES = "USD EUR GBP JPY CNY THB VND IDR MYR SGD PHP INR KRW TWD HKD AUD NZD CAD CHF MXN BRL SEK NOK DKK PLN TRY ZAR AED"
_WORDS = {
    "baht": "THB", "dollars": "USD", "dollar": "USD", "euros": "EUR", "euro": "EUR", "yuan": "CNY", "yen": "JPY",
    "pounds sterling": "GBP", "rupiah": "IDR", "pesos": "MXN", "บาท": "THB", "ดอลลาร์สหรัฐ": "USD", "ดอลลาร์": "USD",
    "เหรียญสหรัฐ": "USD", "ยูโร": "EUR", "หยวน": "CNY", "เยน": "JPY", "人民币": "CNY", "美元": "USD", "欧元": "EUR",
    "泰铢": "THB", "日元": "JPY", "元": "CNY", "円": "JPY", "バーツ": "THB", "ドル": "USD",
}  # fmt: skip
_PERCENT_BEFORE = {"th": "ร้อยละ", "zh": "百分之"}
_PERCENT_AFTER = r"%|percent(?![a-z])|per cent(?![a-z])|เปอร์เซ็นต์|Prozent|por ciento|persen|パーセント"


MONEY_CUE = "|".join(map(re.escape, shortest((*_SIGNS, "$", "¥", *_CODES.split(), *_WORDS))))  # in lower case
PERCENT_CUES = shortest(("%", "percent", "per cent", "เปอร์เซ็นต์", "prozent", "por ciento", "persen", "パーセント"))


def percent_word_cues(language: str) -> tuple[str, ...]:
    """What a text holds if it has a percentage before a number."""
    return tuple(filter(None, [_PERCENT_BEFORE.get(primary(language))]))


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
    return _SIGNS.get(mark) or _WORDS.get(mark.removeprefix("US").strip().lower()) or mark.upper()


@cache
def _money_patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    number = digits_pattern(language)
    signs = "|".join(re.escape(sign) for sign in sorted((*_SIGNS, "$", "¥"), key=len, reverse=True))
    codes = _CODES.replace(" ", "|")
    amount = rf"(?:(?P<low>{number}){RANGE})?(?P<number>{number})(?:\s?(?P<scale>{SCALE}))?"
    words = "|".join(sorted(_WORDS, key=len, reverse=True))
    before = rf"(?<![A-Za-z])(?P<mark>{signs}|(?:{codes})(?![A-Za-z]))\s?{amount}(?![0-9])"
    alone = r"(?<![0-9])(?<![0-9][.,])"
    after = rf"{alone}{amount}(?:\s{{0,2}}|-)(?P<mark>{signs}|(?:{codes})(?![A-Za-z])|(?:US\s)?(?i:{words})(?![A-Za-z]))"
    return re.compile(before), re.compile(after)


@cache
def _percent_after(language: str) -> re.Pattern[str]:
    number = digits_pattern(language)
    pair = rf"(?:(?P<low>{number})\s?%?{RANGE})?(?P<number>{number})"
    return re.compile(rf"(?<![0-9])(?<![0-9][.,]){pair}\s?(?:{_PERCENT_AFTER})", re.IGNORECASE)


@cache
def _percent_before(language: str) -> re.Pattern[str]:
    return re.compile(rf"{_PERCENT_BEFORE[primary(language)]}\s?(?P<number>{number_pattern(language)})")


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
    """Percentages that a word announces: `ร้อยละ 5`, `百分之五`."""
    for match in _percent_before(language).finditer(text) if primary(language) in _PERCENT_BEFORE else ():
        value = canonical(match["number"], language)
        yield Fact(kind=FactKind.PERCENT, value=value, raw=match[0], start=match.start(), end=match.end())


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
    yield Fact(kind=kind, value=value, unit=unit, raw=text_of(match, start, match.end()), start=start, end=match.end())


def text_of(match: re.Match[str], start: int, end: int) -> str:
    """The characters of the matched text from `start` to `end`."""
    return match.string[start:end]
