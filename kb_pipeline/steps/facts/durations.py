"""Durations: a number and a unit of time. Unit words come from CLDR, and from the table below where CLDR has none."""

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.units import format_unit

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts.money import pair
from kb_pipeline.steps.facts.numbers import RANGE, REACH, at_numbers, is_vague, number_beginnings, number_pattern
from kb_pipeline.steps.facts.recogniser import shortest
from kb_pipeline.steps.language.tags import primary

UNITS = ("second", "minute", "hour", "day", "week", "month", "year")

# What people write beside CLDR's words.
_EXTRA: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "business_day": ("business day", "working day", "business days", "working days"),
        "minute": ("min", "mins"), "hour": ("hr", "hrs"), "second": ("sec", "secs"),
    },
    "th": {
        "business_day": ("วันทำการ", "วันทำงาน"), "hour": ("ชม.", "ชม"), "week": ("อาทิตย์",), "minute": ("นาที",),
        "second": ("วินาที",),
    },
    "zh": {
        "business_day": ("个工作日", "工作日", "個工作日", "个营业日"), "hour": ("个小时", "小时", "個小時", "钟头", "个钟头"),
        "day": ("天", "日"), "week": ("周", "个星期", "星期", "週"),
        "month": ("个月", "個月"), "year": ("年",), "minute": ("分钟", "分鐘"),
    },
    "ja": {"business_day": ("営業日",), "month": ("か月", "ヶ月", "カ月"), "week": ("週間", "週"), "day": ("日間", "日")},
    "de": {"business_day": ("Werktag", "Werktage", "Arbeitstag", "Arbeitstage", "Geschäftstage"), "hour": ("Std.",)},
    "es": {"business_day": ("día hábil", "días hábiles", "días laborables")},
    "id": {"business_day": ("hari kerja",)},
    "vi": {"business_day": ("ngày làm việc",)},
}  # fmt: skip
# Durations in one word, which other languages write with a number: every two weeks.
_IN_ONE_WORD: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "biweekly": ("2", "week"), "bi-weekly": ("2", "week"), "fortnightly": ("2", "week"), "fortnight": ("2", "week"),
        "quarterly": ("3", "month"),
    },
    "th": {"รายปักษ์": ("2", "week"), "รายไตรมาส": ("3", "month")},
    "zh": {"双周": ("2", "week"), "每季度": ("3", "month")},
    "ja": {"隔週": ("2", "week"), "四半期": ("3", "month")},
    "de": {"zweiwöchentlich": ("2", "week"), "vierzehntägig": ("2", "week"), "vierteljährlich": ("3", "month")},
}  # fmt: skip
_NOT_AFTER = {"วัน": "(?!ที่(?!ผ่าน))", "日": "(?![0-9])"}  # วันที่ is a date
_INFLECTION = {"de": "[a-z]{0,2}"}  # Tagen, Jahres


@cache
def _words(language: str) -> dict[str, str]:
    """Each unit word of `language`, in lower case, with its unit."""
    own = primary(language)
    words = {word.lower(): unit for unit, variants in _EXTRA.get(own, {}).items() for word in variants}
    try:
        locale = Locale.parse(own)
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
    words = _words(language)
    number = number_pattern(language)
    own = primary(language)
    latin = "|".join(
        re.escape(word).replace(r"\ ", r"\s") for word in sorted(words, key=len, reverse=True) if word[0] < "\u0300"
    )
    other = "|".join(
        re.escape(word) + _NOT_AFTER.get(word, "") for word in sorted(words, key=len, reverse=True) if word[0] >= "\u0300"
    )
    unit = "|".join(part for part in (rf"(?:{latin}){_INFLECTION.get(own, '')}(?![^\W\d_])" if latin else "", other) if part)
    alone = r"(?<![0-9])(?<![0-9][.,])"
    pattern = rf"{alone}(?:(?P<low>{number}){RANGE})?(?P<number>{number})(?:\s{{1,2}}|-)?(?:full\s|calendar\s)?"
    pattern += f"(?P<unit>{unit})"
    return re.compile(pattern, re.IGNORECASE)


def duration_cues(language: str) -> tuple[str, ...]:
    """What a text holds if it has a duration: a unit of time, or a word that is a duration alone."""
    return (*shortest(_words(language)), *_IN_ONE_WORD.get(primary(language), ()))


@cache
def _cues(language: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(duration_cues(language), key=len, reverse=True))))


def may_hold_durations(lowered: str, language: str) -> bool:
    """Whether a unit of time stands shortly behind a number, or a word is a duration alone."""
    numbers, alone = number_beginnings(language), _IN_ONE_WORD.get(primary(language), {})
    return any(
        cue[0] in alone or numbers.search(lowered, max(0, cue.start() - REACH), cue.start())
        for cue in _cues(language).finditer(lowered)
    )


def durations(text: str, language: str) -> Iterator[Fact]:
    """Durations in `language`, number words included: `5 to 10 business days` gives two with the same unit."""
    yield from _in_one_word(text, language)
    words = _words(language)
    for match in at_numbers(_pattern(language), text, language):
        word = re.sub(r"\s", " ", match["unit"].lower())
        unit = words.get(word) or next(words[stem] for stem in (word[:-1], word[:-2]) if stem in words)
        if is_vague(match["number"]) or (unit == "year" and re.fullmatch("[0-9]{4}", match["number"])):
            continue  # a few days; 2025年 is a year, no duration
        yield from pair(match, FactKind.DURATION, unit, language)


def is_in_one_word(fact: Fact) -> bool:
    """Whether a duration is written as one word without a number: `biweekly`, which another language may call otherwise."""
    return any(fact.raw.lower() in table for table in _IN_ONE_WORD.values())


def _in_one_word(text: str, language: str) -> Iterator[Fact]:
    table = _IN_ONE_WORD.get(primary(language), {})
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
