"""The numbers and ordinals of a text: those of its facts, and those in words. No I/O but the languages' files."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts.number_words import number_words
from kb_pipeline.steps.facts.numbers import canonical, digits_pattern, plain, scales
from kb_pipeline.steps.facts.units import unit_after
from kb_pipeline.steps.facts.values import comparison_value
from kb_pipeline.steps.language.patterns import LETTER, NEVER, any_of, is_spaced, longest_first, whole
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.meaning.lexicon import Hit
from kb_pipeline.steps.meaning.values import Commitment, Kind

_NUMBERED = (FactKind.COUNT, FactKind.DURATION, FactKind.MONEY, FactKind.PERCENT, FactKind.TIME, FactKind.DATE)


def numbers(text: str, language: str, facts: Iterable[Fact], hits: Iterable[Hit]) -> list[Commitment]:
    """The numbers and ordinals of `text`, a key whose `facts` and cues are known, by place.

    The value is the number; `about` is the unit of a count, and of other facts their kind, unit and number as it is written:
    `duration:minute:2` of 2 days, whose value is 2880.
    """
    found = [_of_fact(fact) for fact in facts if fact.kind in _NUMBERED] if facts else []
    in_words = any(hit.sense.kind is Kind.NUMBER for hit in hits)
    if not in_words and not (found and _patterns(language).marked_digits.search(text)):
        return found
    taken = [(one.start, one.end) for one in found]
    words = (*_alone(text, language), *_in_words(text, language)) if in_words else ()
    for one in (*_ordinals(text, language), *words):
        if one.kind is Kind.ORDINAL or not any(start < one.end and one.start < end for start, end in taken):
            taken.append((one.start, one.end))
            found.append(one)
    found.sort(key=lambda one: one.start)
    return found


def is_count(one: Commitment) -> bool:
    """Whether a number counts something, rather than being an amount, a time and the like."""
    return ":" not in one.about


def written(one: Commitment) -> str:
    """A number without its unit: 2 of `2 days`, and of `2 dates`."""
    return one.value if is_count(one) else one.about.rpartition(":")[2]


def possible_numbers(text: str, language: str) -> set[str]:
    """All numbers that `text`, a key, may speak of: digits wherever they stand, words such as `both`."""
    digits = {canonical(match[0], language) for match in _patterns(language).digits.finditer(plain(text))}
    return digits | words_for_numbers(text, language)


def words_for_numbers(text: str, language: str) -> set[str]:
    """The numbers for which words of `text` may stand: both, a dozen."""
    patterns = _patterns(language)
    return {str(patterns.of_may[match[0]]) for match in patterns.may.finditer(text)}


def possible_words(text: str, language: str, offset: int) -> list[Commitment]:
    """The same with their places, in a text in which `text` begins at `offset`."""
    patterns = _patterns(language)
    found = [(str(patterns.of_may[match[0]]), *match.span()) for match in patterns.may.finditer(text)]
    return [Commitment(Kind.NUMBER, value, offset + start, offset + end) for value, start, end in found]


def _of_fact(fact: Fact) -> Commitment:
    kind, value, unit = comparison_value(fact)
    about = fact.unit if fact.kind is FactKind.COUNT else f"{kind}:{unit}:{fact.value}"
    return Commitment(Kind.NUMBER, value, fact.start, fact.end, about)


class _Patterns(NamedTuple):
    """The numbers of a language, compiled."""

    digits: re.Pattern[str]
    marked_digits: re.Pattern[str]  # ordinals in digits
    words: re.Pattern[str]
    ordinals: re.Pattern[str]
    of_ordinals: dict[str, int]
    alone: re.Pattern[str] | None
    of_alone: Mapping[str, int]
    may: re.Pattern[str]
    of_may: dict[str, int]


def _in_words(text: str, language: str) -> Iterator[Commitment]:
    patterns, own = _patterns(language), number_words(language)
    for match in patterns.words.finditer(text):
        value = Decimal(own.value(match["number"]))
        if match["scale"]:
            value *= scales()[match["scale"]]
        if value >= _LEAST and not own.is_vague(match["number"]):
            unit = unit_after(text, match.end("number"), language)
            yield Commitment(Kind.NUMBER, str(value), match.start(), match.end(), unit)


_LEAST = 2  # one is also an article, a pronoun


def _alone(text: str, language: str) -> Iterator[Commitment]:
    patterns = _patterns(language)
    for match in patterns.alone.finditer(text) if patterns.alone else ():
        yield Commitment(Kind.NUMBER, str(patterns.of_alone[match[0]]), match.start(), match.end(), "time")


def _ordinals(text: str, language: str) -> Iterator[Commitment]:
    patterns, own = _patterns(language), number_words(language)
    for match in patterns.ordinals.finditer(text):
        number = next((group for group in match.groups() if group), "")
        value = number if number.isdigit() else str(own.value(number) if number else patterns.of_ordinals[match[0]])
        yield Commitment(Kind.ORDINAL, value, match.start(), match.end())


@lru_cache(maxsize=64)
def _patterns(language: str) -> _Patterns:
    listed, own = language_of(language).numbers, number_words(language)
    spaced = {word: value for word, value in listed.ordinals.items() if is_spaced(word)}
    marks = [_marked(mark, own.pattern) for mark in listed.ordinal_marks]
    may = listed.may
    return _Patterns(
        digits=re.compile(digits_pattern(language)),
        marked_digits=re.compile("|".join(_marked(mark, "") for mark in listed.ordinal_marks) or NEVER),
        words=re.compile(_words(language)),
        ordinals=re.compile("|".join((*marks, *map(whole, longest_first(listed.ordinals)))) or NEVER),
        of_ordinals={**spaced, **listed.ordinals},
        alone=re.compile("|".join(map(whole, listed.alone))) if listed.alone else None,
        of_alone=listed.alone,
        may=re.compile("|".join(map(whole, longest_first(may))) or NEVER),
        of_may=dict(may),
    )


def _marked(mark: str, words: str) -> str:
    before, _, after = mark.partition("_")
    number = rf"([0-9]{{1,3}}{'|' + words if words else ''})"
    return rf"{re.escape(before)}\s?{number}\s?{re.escape(after)}"


def _words(language: str) -> str:
    """Regex source of a number in words; in a script without spaces only where what it counts, or a scale, follows."""
    listed, own = language_of(language).numbers, number_words(language)
    if not own.pattern:
        return NEVER
    scale = rf"(?:\s?(?P<scale>{any_of(listed.scales)}))?" if listed.scales else "(?P<scale>(?!))?"
    edge = f"(?![{LETTER}])"
    times = rf"(?:{any_of(listed.times)})?" if listed.times else ""
    if listed.writing != "joined":
        if listed.writing == "listed":
            joined = own.pattern.removesuffix(r"(?![^\W\d_])")
            return rf"(?P<number>{joined}){times}{scale}{edge}"
        return rf"(?P<number>{own.pattern}){scale}{edge}"
    counted = [word for words in language_of(language).units.counted.values() for word in words]
    behind = any_of((*listed.classifiers, *counted))
    return rf"(?P<number>{own.pattern})(?:\s?(?P<scale>{any_of(listed.scales)}))?\s?(?={behind})"
