"""Numbers as they are written: digits of several scripts, grouping, number words. Knows nothing of units."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import islice

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol

from kb_pipeline.steps.language.tags import primary

# Length-preserving, so that offsets stay true: Thai and full-width digits, and the signs that stand beside them.
OTHER_DIGITS = "๐๑๒๓๔๕๖๗๘๙０１２３４５６７８９％＄￥．："
_PLAIN = str.maketrans(OTHER_DIGITS, "01234567890123456789%$¥.:")
_TO_PLAIN = re.compile(f"[{OTHER_DIGITS}]")

_EN_UNITS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN = {word: n for n, word in enumerate(_EN_UNITS, start=1)} | {word: 10 * n for n, word in enumerate(_EN_TENS, start=2)}
_TH = {"หนึ่ง": 1, "เอ็ด": 1, "สอง": 2, "ยี่": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9}
_TH_PLACES = {"สิบ": 10, "ร้อย": 100, "พัน": 1000}
_ZH = {"一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_ZH_PLACES = {"十": 10, "百": 100, "千": 1000}
_DE_UNITS = (
    "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf", "dreizehn", "vierzehn",
    "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
)  # fmt: skip
_DE_TENS = ("zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")
_DE = {word: n for n, word in enumerate(_DE_UNITS, start=1)} | {word: 10 * n for n, word in enumerate(_DE_TENS, start=2)}
_DE |= {f"{unit}und{ten}": _DE[unit] + _DE[ten] for unit in _DE_UNITS[:9] for ten in _DE_TENS}
_DE |= {f"ein{ending}": 1 for ending in ("e", "em", "en", "er", "es", "s")} | {"hundert": 100}
_SCALES = {
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "พัน": 10**3, "หมื่น": 10**4, "แสน": 10**5, "ล้าน": 10**6,
    "千": 10**3, "万": 10**4, "萬": 10**4, "百万": 10**6, "亿": 10**8, "億": 10**8,
}  # fmt: skip

SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_GAP = "[ \u00a0]"
RANGE = (
    rf"(?:(?<=[0-9%]){_GAP}{{0,2}}[-–—~～〜]{_GAP}{{0,2}}|(?<=[a-z])(?<!ty)[-–](?=[a-z])"
    rf"|{_GAP}{{1,2}}(?:to|and|or|bis|und|oder|hasta|sampai){_GAP}{{1,2}}"
    rf"|{_GAP}{{0,2}}(?:ถึง|หรือ|และ|至|到|から){_GAP}{{0,2}})"
)
_DIGITS = re.compile("[0-9]+")
# How far a fact reaches from its digits, or a unit from its number, in characters: the last letter of
# `5 million pounds sterling` stands 24 behind the digit, `day` 27 behind the start of `seventeen calendar business days`.
REACH = 32
_JOINS = re.compile(r"\s*(?:and|und|และ)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:between|zwischen|ระหว่าง)\s*$", re.IGNORECASE)


def plain(text: str) -> str:
    """`text` with ASCII digits, percent and colon signs in place of Thai and full-width ones; same length."""
    return text if text.isascii() or not _TO_PLAIN.search(text) else text.translate(_PLAIN)


def lowered(text: str) -> str:
    """`text` in lower case; same length, so that a text with `İ`, which becomes two letters, stays as it is."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text


@cache
def decimal_sign(language: str) -> str:
    """What separates decimals in `language`, after CLDR; a point for languages that CLDR does not know."""
    try:
        return get_decimal_symbol(Locale.parse(language, sep="-"))
    except (UnknownLocaleError, ValueError):
        return "."


@cache
def digits_pattern(language: str) -> str:
    """Regex source of a number in digits, grouped or not, with decimals or not."""
    if decimal_sign(language) == ",":
        return r"(?:[0-9]{1,3}(?:[.\u00a0\u202f][0-9]{3})+(?![0-9])(?:,[0-9]+)?|[0-9]+(?:[.,][0-9]+)?)"
    return r"(?:[0-9]{1,3}(?:[,\u00a0\u202f][0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"


@cache
def number_pattern(language: str) -> str:
    """Regex source of a number in digits or in words; words only of the languages below."""
    own = _WORD_PATTERNS.get(primary(language))
    return f"(?:{digits_pattern(language)}|{own})" if own else digits_pattern(language)


def at_digits(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches of a pattern that begins with digits: as `finditer`, but tried only where digits begin, which is faster."""
    return matches_at(_DIGITS, pattern, text)


def at_numbers(pattern: re.Pattern[str], text: str, language: str) -> Iterator[re.Match[str]]:
    """The same for a pattern that begins with a number in digits or in words of `language`."""
    return matches_at(number_beginnings(language), pattern, text, lowered(text))


def matches_at(
    beginning: re.Pattern[str], pattern: re.Pattern[str], text: str, searched: str | None = None
) -> Iterator[re.Match[str]]:
    """The matches of `pattern` where `beginning` matches in `searched`, which is `text` or the same in lower case."""
    end = 0
    for start in beginning.finditer(text if searched is None else searched):
        if start.start() >= end and (match := pattern.match(text, start.start())):
            end = match.end()
            yield match


@cache
def number_beginnings(language: str) -> re.Pattern[str]:
    """Where a number may begin; without look-behind and flags, so that the regex engine skips by first letters."""
    words = sorted(_WORDS.get(primary(language), ()), key=len, reverse=True)
    return re.compile("|".join(("[0-9]+", *words)))


def around_digits(text: str) -> str:
    """What stands within 32 characters of a digit, which is further than any fact reaches; empty where there is none."""
    most = len(text) // (2 * REACH) + 1
    spans = [match.span() for match in islice(_DIGITS.finditer(text), most)]
    if len(spans) == most:
        return text
    return "\n".join([text[max(0, start - REACH) : end + REACH] for start, end in spans])


def is_range(match: re.Match[str]) -> bool:
    """Whether `low` and `number` of a match are one range: `source 2 and 50 percent` is none, `between 2 and 50` is."""
    joined = match.string[match.end("low") : match.start("number")]
    return not _JOINS.fullmatch(joined) or bool(_BETWEEN.search(match.string, 0, match.start()))


def canonical(raw: str, language: str, scale: str | None = None) -> str:
    """The decimal that `raw` writes, without grouping and trailing zeros: `1,000.50` is `1000.5`."""
    if scale is None and raw.isascii() and raw.isdigit():
        return raw.lstrip("0") or "0"
    number = _digits(raw, language) if raw[0].isascii() and raw[0].isdigit() else Decimal(_words(raw))
    number *= _SCALES[scale.lower()] if scale else 1
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_vague(raw: str) -> bool:
    """Whether number words name no number: สองสาม and 两三 are "a few"."""
    digits = "|".join((*_TH, *_ZH))
    return bool(re.search(f"(?:{digits}){{2}}", raw.replace("เอ็ด", "").replace("ยี่สิบ", "")))


def _digits(raw: str, language: str) -> Decimal:
    text = re.sub(r"[\u00a0\u202f]", "", raw)
    if decimal_sign(language) == ",":
        if "," in text or re.search(r"\.[0-9]{3}(?![0-9])", text):
            text = text.replace(".", "").replace(",", ".")
    else:
        text = text.replace(",", "")
    return Decimal(text)


def _words(raw: str) -> int:
    if (german := _DE.get(raw.lower())) is not None:
        return german
    if raw[0].isascii():
        return _english_value(raw.lower())
    places = _TH_PLACES | _ZH_PLACES
    total, digit = 0, 0
    for word in re.findall("|".join((*_TH, *_TH_PLACES, *_ZH, *_ZH_PLACES)), raw):
        if word in places:
            total, digit = total + (digit or 1) * places[word], 0
        else:
            digit = (_TH | _ZH)[word]
    return total + digit


def _english_value(raw: str) -> int:
    total = 0
    for word in re.split(r"[\s-]+", raw):
        total = total * 100 if word == "hundred" else total + _EN[word]
    return total


def _english() -> str:
    units, tens = "|".join(sorted(_EN_UNITS, key=len, reverse=True)), "|".join(_EN_TENS)
    return rf"(?<![A-Za-z])(?:(?:{tens})(?:[ -](?:{units}))?|(?:{units}))(?: hundred)?(?![A-Za-z])"


def _joined(*tables: dict[str, int]) -> str:
    return f"(?:{'|'.join(word for table in tables for word in table)}){{1,8}}"


def _german() -> str:
    return rf"(?<![^\W\d_])(?:{'|'.join(sorted(_DE, key=len, reverse=True))})(?![^\W\d_])"


_HAN = _joined(_ZH, _ZH_PLACES)
_WORD_PATTERNS = {"en": _english(), "th": _joined(_TH, _TH_PLACES), "zh": _HAN, "ja": _HAN, "de": _german()}
_WORDS: dict[str, tuple[str, ...]] = {
    "en": tuple(_EN),
    "th": (*_TH, *_TH_PLACES),
    "zh": (*_ZH, *_ZH_PLACES),
    "ja": (*_ZH, *_ZH_PLACES),
    "de": tuple(_DE),
}
