"""The marks of numbered lists, `1.` and `2)`: numbers that state nothing."""

import re
from functools import cache

from kb_pipeline.steps.facts.dates import month_cues
from kb_pipeline.steps.facts.recogniser import CLAIMED
from kb_pipeline.steps.language.patterns import any_of
from kb_pipeline.steps.language.reader import language_of


def without_list_marks(text: str, language: str) -> str:
    """`text` with the marks at the start of its lines blanked out; same length."""
    return _marks(language).sub(lambda mark: "\n" + CLAIMED * (len(mark[0]) - 1), f"\n{text}")[1:]


@cache
def _marks(language: str) -> re.Pattern[str]:
    """`10.` or `1.1)` between a line's start and a space; not `1. March`, which is a date."""
    months = "|".join(map(re.escape, month_cues(language)))
    of = any_of(language_of(language).dates.of)
    no_month = rf"(?!\s{{1,2}}(?:(?:{of})\s)?(?i:{months}))" if months else ""
    return re.compile(rf"\n[ \t>]*+[0-9](?:[0-9]{{0,2}}|\.[0-9])[.)](?=\s){no_month}")
