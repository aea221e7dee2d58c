"""Times of day, as `HH:MM`."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts.numbers import at_digits
from kb_pipeline.steps.facts.recogniser import shortest
from kb_pipeline.steps.language.definition_facts import Times
from kb_pipeline.steps.language.patterns import any_of, literal
from kb_pipeline.steps.language.reader import everywhere

_HALF = r"(?P<half>[ap]\.m\.|[ap]m(?![a-z]))"
_TWELVE = "12 "  # before noon and midnight
_HALVES = ("am", "pm", "a.m.", "p.m.")
_HOUR = r"(?<![0-9:.])(?P<h>[0-9]{1,2})"
_MINUTE = "(?P<m>[0-5][0-9])"


class _Words(NamedTuple):
    """What all languages say of times, compiled. `forms`: each with what a text holds, in lower case, if it is there."""

    forms: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    part: re.Pattern[str]
    named: dict[str, str]
    name: re.Pattern[str]
    afternoon: frozenset[str]
    afternoon_hours: tuple[str, ...]
    bare: re.Pattern[str]  # hours that need the part of the day before


@cache
def _words() -> _Words:
    named = dict(everywhere(lambda language: language.times.named.items()))
    return _Words(
        forms=tuple((re.compile(form, re.IGNORECASE), cues) for form, cues in _forms()),
        part=re.compile(rf"(?P<part>{any_of(_listed(lambda own: own.parts))})\s?$"),
        named=named,
        name=re.compile(rf"(?<![A-Za-z])(?:{any_of(named)})(?![A-Za-z])", re.IGNORECASE),
        afternoon=frozenset(_listed(lambda own: own.afternoon)),
        afternoon_hours=_listed(lambda own: own.afternoon_hours),
        bare=re.compile(any_of(_listed(lambda own: own.bare_hour_signs))),
    )


def _listed(words: Callable[[Times], tuple[str, ...]]) -> tuple[str, ...]:
    return everywhere(lambda language: words(language.times))


def _forms() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The forms of a time, as regex source, with their cues."""
    after, with_minutes = _listed(lambda own: own.after), _listed(lambda own: own.hours_minutes)
    hours = _listed(lambda own: (*own.hours, *own.afternoon_hours))
    evening, night = _listed(lambda own: own.evening_hours), _listed(lambda own: own.night)
    signs, minutes = _listed(lambda own: own.hour_signs), any_of(_listed(lambda own: own.minute_signs))
    to, no_hour = any_of(_listed(lambda own: own.to)), any_of(_listed(lambda own: own.no_hour_before))
    afternoon = any_of(_listed(lambda own: own.afternoon_hours))
    unit, whole_unit = any_of(after), "|".join(f"{literal(word)}(?![a-z])" for word in after)
    yield rf"{_HOUR}:{_MINUTE}(?::[0-9]{{2}})?(?![0-9:])(?:\s?{_HALF})?(?:\s?(?:{whole_unit}|{afternoon}))?", (":",)
    yield rf"{_HOUR}\s?{_HALF}", _HALVES
    range_end = rf"\s?(?:[-–]|{to})\s?[0-9]{{1,2}}\.[0-5][0-9]\s?(?:{unit})"
    yield rf"{_HOUR}\.{_MINUTE}(?=\s?(?:{unit})|{range_end})(?:\s?(?:{unit}))?", shortest(after)
    yield rf"{_HOUR}\s?(?:{any_of(with_minutes)})(?:\s{_MINUTE}(?![0-9]))?", shortest(with_minutes)
    yield (
        rf"{_HOUR}(?=\s?(?:[-–]|{to})\s?[0-9]{{1,2}}\s?(?:{any_of((*with_minutes, *hours))}))",
        shortest((*with_minutes, *hours)),
    )
    yield rf"{_HOUR}\s?(?:{any_of(hours)}|(?P<evening>{any_of(evening)}))", shortest((*hours, *evening))
    yield rf"{_HOUR}\s?(?:{any_of(signs)})(?!{no_hour})(?:(?P<m>[0-9]{{1,2}})(?:{minutes}))?", signs
    for word in night:
        behind = rf"(?<={literal(word)}[1-5])|(?<={literal(word)} [1-5])"
        yield rf"{_HOUR}(?<=[1-5])(?:{behind})(?![0-9])", (word,)


def time_cue() -> str:
    """Regex source of what a place has, in lower case, if it has a time in digits."""
    after = any_of(shortest(cue for _, cues in _forms() for cue in cues if cue != ":"))
    return rf"[0-9](?::[0-9]|\s?(?:{after}))|(?:{any_of(_listed(lambda own: own.night))})\s?[1-5]"


@cache
def name_cues() -> tuple[str, ...]:
    """What a text holds, in lower case, if it has a time in a word."""
    return shortest(_words().named)


def times(text: str, language: str) -> Iterator[Fact]:
    """Times of day: `9:00 AM`, `21:00`, `9.00 น.`, `下午3点`, `15 Uhr`."""
    lowered = text.lower()
    taken: list[tuple[int, int]] = []
    for form, cues in _words().forms:
        if not any(map(lowered.__contains__, cues)):
            continue
        for match in at_digits(form, text):
            if not any(match.start() < end and start < match.end() for start, end in taken):
                taken.append(match.span())
                yield from _fact(match)


def named_times(text: str, language: str) -> Iterator[Fact]:
    """Times of day in a word: `noon`, `เที่ยงคืน`."""
    for match in _words().name.finditer(text):
        start = match.start() - 3 if text.startswith(_TWELVE, match.start() - 3) and match.start() > 2 else match.start()
        yield _time(text[start : match.end()], start, match.end(), _words().named[match[0].lower()])


def _fact(match: re.Match[str]) -> Iterator[Fact]:
    groups = match.groupdict()
    words = _words()
    before = words.part.search(match.string, max(0, match.start() - 5), match.start())
    part = before["part"] if before else ""
    if not part and words.bare.search(match[0]):
        return
    hour = _hour(int(match["h"]), part, match[0].lower(), groups)
    minute = int(groups.get("m") or 0)
    if hour <= 24 and minute < 60:
        start = before.start() if before else match.start()
        hour %= 24
        yield _time(match.string[start : match.end()], start, match.end(), f"{hour:02d}:{minute:02d}")


def _hour(hour: int, part: str, written: str, groups: dict[str, str | None]) -> int:
    """The hour of 24; more where there is no such one."""
    words, half = _words(), (groups.get("half") or "")[:1].lower()
    if groups.get("evening"):  # 1 ทุ่ม is 19:00
        return hour + 18 if hour <= 6 else 25
    if hour < 12 and (half == "p" or part in words.afternoon or written.endswith(words.afternoon_hours)):
        return hour + 12
    return 0 if half == "a" and hour == 12 else hour


def _time(raw: str, start: int, end: int, value: str) -> Fact:
    return Fact(kind=FactKind.TIME, value=value, raw=raw, start=start, end=end)
