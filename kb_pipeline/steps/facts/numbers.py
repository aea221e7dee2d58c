"""Numbers as they are written: digits of several scripts, grouping, ranges, scales. Knows nothing of units."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import islice

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol

from kb_pipeline.steps.facts.number_words import number_words
from kb_pipeline.steps.language.patterns import any_of, is_spaced, longest_first
from kb_pipeline.steps.language.reader import everywhere

# Length-preserving, so that offsets stay true: Thai and full-width digits, and the signs that stand beside them.
OTHER_DIGITS = "๐๑๒๓๔๕๖๗๘๙０１２３４５６７８９％＄￥．："
_NO_WIDTH = "\u200b"  # which some Thai text has between its words: as good as a space
_PLAIN = str.maketrans(f"{OTHER_DIGITS}{_NO_WIDTH}", "01234567890123456789%$¥.: ")
_TO_PLAIN = re.compile(f"[{OTHER_DIGITS}{_NO_WIDTH}]")

_GAP = "[ \u00a0]"
_DIGITS = re.compile("[0-9]+")
# How far a fact reaches from its digits, or a unit from its number, in characters: the last letter of
# `5 million pounds sterling` stands 24 behind the digit, `day` 27 behind the start of `seventeen calendar business days`.
REACH = 32


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
    """Regex source of a number in digits or in words, as far as the language's file has words."""
    own = number_words(language).pattern
    return f"(?:{digits_pattern(language)}|{own})" if own else digits_pattern(language)


@cache
def range_pattern() -> str:
    """Regex source of what joins the ends of a range, in any language: `5-10`, `5 to 10`, `5 และ 10`; see `is_range`."""
    words = everywhere(lambda language: (*language.numbers.to, *language.numbers.joins))
    spaced, others = any_of(filter(is_spaced, words)), any_of(word for word in words if not is_spaced(word))
    return (
        rf"(?:(?<=[0-9%]){_GAP}{{0,2}}[-–—~～〜]{_GAP}{{0,2}}|(?<=[a-z])(?<!ty)[-–](?=[a-z])"  # ten-twelve, not twenty-five
        rf"|{_GAP}{{1,2}}(?:{spaced}){_GAP}{{1,2}}|{_GAP}{{0,2}}(?:{others}){_GAP}{{0,2}})"
    )


@cache
def scales() -> dict[str, int]:
    """What words behind a number multiply it by, in any language: million, ล้าน, 万."""
    return dict(everywhere(lambda language: language.numbers.scales.items()))


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
    return re.compile("|".join(("[0-9]+", *longest_first(number_words(language).beginnings))))


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
    joins, between = _range_words()
    return not joins.fullmatch(joined) or bool(between.search(match.string, 0, match.start()))


@cache
def _range_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What joins two numbers to a range only behind a word of the second pattern."""
    joins, between = (any_of(everywhere(words)) for words in (lambda own: own.numbers.joins, lambda own: own.numbers.between))
    return re.compile(rf"\s*(?:{joins})\s*", re.IGNORECASE), re.compile(rf"(?:{between})\s*$", re.IGNORECASE)


def canonical(raw: str, language: str, scale: str | None = None) -> str:
    """The decimal that `raw` writes, without grouping and trailing zeros: `1,000.50` is `1000.5`."""
    if scale is None and raw.isascii() and raw.isdigit():
        return raw.lstrip("0") or "0"
    number = _digits(raw, language) if raw[0].isascii() and raw[0].isdigit() else Decimal(number_words(language).value(raw))
    number *= scales()[scale.lower()] if scale else 1
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digits(raw: str, language: str) -> Decimal:
    text = re.sub(r"[\u00a0\u202f]", "", raw)
    if decimal_sign(language) == ",":
        if "," in text or re.search(r"\.[0-9]{3}(?![0-9])", text):
            text = text.replace(".", "").replace(",", ".")
    else:
        text = text.replace(",", "")
    return Decimal(text)
