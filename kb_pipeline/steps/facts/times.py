"""Times of day, as `HH:MM`."""

import re
from collections.abc import Iterator

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts.numbers import at_digits
from kb_pipeline.steps.facts.recogniser import shortest

_PART = re.compile(r"(?P<part>上午|早上|中午|下午|晚上|午前|午後|บ่าย|ตี)\s?$")
_HALF = r"(?P<half>[ap]\.m\.|[ap]m(?![a-z]))"
_HOUR = r"(?<![0-9:.])(?P<h>[0-9]{1,2})"
# What follows the hour, each with what a text holds if it is there; the part of the day may stand before it.
_FORMS = (
    (rf"{_HOUR}:(?P<m>[0-5][0-9])(?::[0-9]{{2}})?(?![0-9:])(?:\s?{_HALF})?(?:\s?(?:น\.|Uhr(?![a-z])))?", (":",)),
    (rf"{_HOUR}\s?{_HALF}", ("am", "pm", "a.m.", "p.m.")),
    (
        rf"{_HOUR}\.(?P<m>[0-5][0-9])"
        r"(?=\s?(?:น\.|Uhr)|\s?(?:[-–]|ถึง|bis)\s?[0-9]{1,2}\.[0-5][0-9]\s?(?:น\.|Uhr))(?:\s?(?:น\.|Uhr))?",
        ("น.", "uhr"),
    ),
    (rf"{_HOUR}\s?Uhr(?:\s(?P<m>[0-5][0-9])(?![0-9]))?", ("uhr",)),
    (rf"{_HOUR}\s?(?:นาฬิกา|โมงเช้า|โมงเย็น|โมง|น\.|(?P<evening>ทุ่ม))", ("นาฬิกา", "โมง", "น.", "ทุ่ม")),
    (rf"{_HOUR}\s?[点點时時](?!間)(?:(?P<m>[0-9]{{1,2}})分)?", ("点", "點", "时", "時")),
    (rf"{_HOUR}(?<=[1-5])(?:(?<=ตี[1-5])|(?<=ตี [1-5]))(?![0-9])", ("ตี",)),
)
_COMPILED = tuple((re.compile(form, re.IGNORECASE), cues) for form, cues in _FORMS)
_BARE = re.compile("[点點时]")  # 3点 is a time only after the part of the day: it is also three points
_AFTERNOON = ("下午", "晚上", "午後", "บ่าย")
_NAMED = {
    "noon": "12:00", "midnight": "00:00", "เที่ยงคืน": "00:00", "เที่ยงวัน": "12:00", "正午": "12:00", "午夜": "00:00",
    "mitternacht": "00:00",
}  # fmt: skip
_NAME = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(_NAMED)})(?![A-Za-z])", re.IGNORECASE)
_AFTER_HOUR = "|".join(re.escape(cue) for cue in shortest(cue for _, cues in _FORMS for cue in cues) if cue != ":")
TIME_CUE = rf"[0-9](?::[0-9]|\s?(?:{_AFTER_HOUR}))|ตี\s?[1-5]"  # in lower case
NAME_CUES = shortest(_NAMED)


def times(text: str, language: str) -> Iterator[Fact]:
    """Times of day: `9:00 AM`, `21:00`, `9.00 น.`, `下午3点`, `15 Uhr`."""
    lowered = text.lower()
    taken: list[tuple[int, int]] = []
    for form, cues in _COMPILED:
        if not any(map(lowered.__contains__, cues)):
            continue
        for match in at_digits(form, text):
            if not any(match.start() < end and start < match.end() for start, end in taken):
                taken.append(match.span())
                yield from _fact(match)


def named_times(text: str, language: str) -> Iterator[Fact]:
    """Times of day in a word: `noon`, `เที่ยงคืน`."""
    for match in _NAME.finditer(text):
        yield _time(match[0], match.start(), match.end(), _NAMED[match[0].lower()])


def _fact(match: re.Match[str]) -> Iterator[Fact]:
    groups = match.groupdict()
    before = _PART.search(match.string, max(0, match.start() - 5), match.start())
    part = before["part"] if before else ""
    if not part and _BARE.search(match[0]):
        return
    hour = _hour(int(match["h"]), part, match[0].lower(), groups)
    minute = int(groups.get("m") or 0)
    if hour <= 24 and minute < 60:
        start = before.start() if before else match.start()
        yield _time(match.string[start : match.end()], start, match.end(), f"{hour:02d}:{minute:02d}")


def _hour(hour: int, part: str, said: str, groups: dict[str, str | None]) -> int:
    """The hour of 24; more where there is no such one."""
    half = (groups.get("half") or "")[:1].lower()
    if groups.get("evening"):  # 1 ทุ่ม is 19:00
        return hour + 18 if hour <= 6 else 25
    if hour < 12 and (half == "p" or part in _AFTERNOON or "เย็น" in said):
        return hour + 12
    return 0 if half == "a" and hour == 12 else hour


def _time(raw: str, start: int, end: int, value: str) -> Fact:
    return Fact(kind=FactKind.TIME, value=value, raw=raw, start=start, end=end)
