"""Times of day, as `HH:MM`."""

import re
from collections.abc import Iterator

from kb_pipeline.domain.facts import Fact, FactKind

_PART = r"(?:(?P<part>上午|早上|中午|下午|晚上|午前|午後|บ่าย)\s?)?"
_HALF = r"(?P<half>[ap]\.m\.|[ap]m(?![a-z]))"
_FORMS = (
    re.compile(
        rf"{_PART}(?<![0-9:.])(?P<h>[0-9]{{1,2}}):(?P<m>[0-5][0-9])(?::[0-9]{{2}})?(?![0-9:])(?:\s?{_HALF})?(?:\s?(?:น\.|Uhr))?",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<![0-9:.])(?P<h>[0-9]{{1,2}})\s?{_HALF}", re.IGNORECASE),
    re.compile(
        r"(?<![0-9:.])(?P<h>[0-9]{1,2})\.(?P<m>[0-5][0-9])"
        r"(?=\s?น\.|\s?[-–]\s?[0-9]{1,2}\.[0-5][0-9]\s?น\.|\s?ถึง\s?[0-9]{1,2}\.[0-5][0-9]\s?น\.)(?:\s?น\.)?"
    ),
    re.compile(rf"{_PART}(?<![0-9:.])(?P<h>[0-9]{{1,2}})\s?(?:นาฬิกา|โมงเช้า|โมงเย็น|โมง|น\.)"),
    re.compile(r"(?P<part>上午|早上|中午|下午|晚上|午前|午後)\s?(?P<h>[0-9]{1,2})\s?[点點时時](?:(?P<m>[0-9]{1,2})分)?"),
)
_AFTERNOON = ("下午", "晚上", "午後", "บ่าย")


def times(text: str, language: str) -> Iterator[Fact]:
    """Times of day: `9:00 AM`, `21:00`, `9.00 น.`, `下午3点`."""
    taken: list[tuple[int, int]] = []
    for form in _FORMS:
        for match in form.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            yield from _fact(match)


def _fact(match: re.Match[str]) -> Iterator[Fact]:
    groups = match.groupdict()
    hour, minute = int(match["h"]), int(groups.get("m") or 0)
    half = (groups.get("half") or "")[:1].lower()
    late = half == "p" or groups.get("part") in _AFTERNOON or "เย็น" in match[0]
    if late and hour < 12:
        hour += 12
    if half == "a" and hour == 12:
        hour = 0
    if hour <= 24 and minute < 60:
        yield Fact(kind=FactKind.TIME, value=f"{hour:02d}:{minute:02d}", raw=match[0], start=match.start(), end=match.end())
