"""The parts of a sentence that each say one thing: statements, joined by `, and`, and their clauses. No words, no I/O."""

import re
from collections.abc import Iterator
from functools import lru_cache

from kb_pipeline.steps.language.patterns import NEVER, longest_first, whole
from kb_pipeline.steps.language.reader import language_of

_MARK = r"[,;|](?=\s|$)|[，；、。]|\s[–—-]\s|—|\n"


def statements(sentence: str, language: str) -> Iterator[tuple[int, int]]:
    """The spans of the statements of a sentence: a comma and a word that joins begin another one (`, but vouchers ...`)."""
    start = 0
    for match in _patterns(language)[0].finditer(sentence):
        yield start, match.end()
        start = match.end()
    yield start, len(sentence)


def clause_around(statement: str, start: int, end: int, language: str) -> tuple[int, int]:
    """The clause that holds the span; a colon and brackets bind a value to its name (`Standard: $4.99`)."""
    ends = [match.span() for match in _patterns(language)[1].finditer(statement)]
    before = max((last for _, last in ends if last <= start), default=0)
    after = min((first for first, _ in ends if first >= end), default=len(statement))
    return before, after


@lru_cache(maxsize=64)
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What begins another statement, and what another clause."""
    joins = "|".join(map(whole, longest_first(language_of(language).joins))) or NEVER
    return re.compile(rf"[,，]\s*(?={joins})", re.IGNORECASE), re.compile(f"{_MARK}|{joins}", re.IGNORECASE)
