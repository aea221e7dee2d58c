"""Where the parts of a sentence end that each say one thing: at commas, semicolons, dashes, and before `and`. No I/O."""

import re
from functools import lru_cache

from kb_pipeline.steps.language.definition import Wording
from kb_pipeline.steps.language.patterns import whole_words
from kb_pipeline.steps.language.reader import language_of

_MARK = re.compile(r"[,;|](?=\s|$)|[，；、。]|\s[–—-]\s|—|\n")


def clause_around(sentence: str, start: int, end: int, language: str) -> tuple[int, int]:
    """The part of `sentence` that holds the span; a colon and brackets bind a value to its name (`Standard: $4.99`)."""
    ends = [match.span() for pattern in _patterns(language) for match in pattern.finditer(sentence)]
    before = max((last for _, last in ends if last <= start), default=0)
    after = min((first for first, _ in ends if first >= end), default=len(sentence))
    return before, after


@lru_cache(maxsize=64)
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    joins = whole_words(Wording(words=language_of(language).joins), re.IGNORECASE)
    return (_MARK, joins) if joins else (_MARK,)
