"""The marks of numbered lists, `1.` and `2)`: numbers that state nothing. At the start of lines, and counted on in a line."""

import re
from collections.abc import Iterator
from functools import cache

from kb_pipeline.steps.facts.dates import month_cues
from kb_pipeline.steps.facts.recogniser import CLAIMED
from kb_pipeline.steps.language.patterns import any_of
from kb_pipeline.steps.language.reader import language_of

# `1.`, `2)`, `(3)`, `4、`, `**5.**`, at a line's start `6:` and `7 -`; no part of a number, and behind `.` no small letter, as
# behind an ordinal: `der 1. und der 2. Versuch`.
_COUNTED = re.compile(
    r"(?:(?<=[\s(（*>])|(?<![^\n]))(?P<number>[1-9][0-9]?)"
    r"(?:\.(?![0-9]|\s?[a-zäöü])|[)）]|、|(?<![^\n][0-9])(?::(?![0-9])| [-–](?=\s)))"
    r"(?=[^\n]*\w)"
)
_FEWEST = 2  # marks of a list


def without_list_marks(text: str, language: str) -> str:
    """`text` with the marks of its lists blanked out; same length."""
    parts, at = list[str](), 0
    for start, end in _counted(text, language):
        parts += (text[at:start], CLAIMED * (end - start))
        at = end
    counted = "".join((*parts, text[at:]))
    return _marks(language).sub(lambda mark: "\n" + CLAIMED * (len(mark[0]) - 1), f"\n{counted}")[1:]


def _counted(text: str, language: str) -> Iterator[tuple[int, int]]:
    """The numbers that count from 1 on, each once, as the items of a list in running text do."""
    marks = list[tuple[int, int]]()
    is_month = _before_month(language)
    for match in _COUNTED.finditer(text):
        number = int(match["number"])
        if is_month.match(text, match.end()):
            continue
        if number == len(marks) + 1:
            marks.append(match.span("number"))
        elif number == 1:
            yield from marks if len(marks) >= _FEWEST else ()
            marks = [match.span("number")]
    yield from marks if len(marks) >= _FEWEST else ()


@cache
def _before_month(language: str) -> re.Pattern[str]:
    months = "|".join(map(re.escape, month_cues(language)))
    of = any_of(language_of(language).dates.of)
    return re.compile(rf"\s{{1,2}}(?:(?:{of})\s)?(?i:{months})" if months else r"(?!)")


@cache
def _marks(language: str) -> re.Pattern[str]:
    """`10.` or `1.1)` between a line's start and a space; not `1. March`, which is a date."""
    return re.compile(rf"\n[ \t>]*+[0-9](?:[0-9]{{0,2}}|\.[0-9])[.)](?=\s)(?!{_before_month(language).pattern})")
