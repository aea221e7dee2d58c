"""Whether two texts say opposite things: yes and no, pairs of opposites. No I/O but the files of languages."""

import re
from functools import lru_cache

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.steps.language.patterns import is_spaced, literal
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.stems import stem, stems


def verdict(answer: str, language: str) -> bool | None:
    """What an answer begins with: yes is True, no is False, None where it begins with neither."""
    patterns = _verdicts(language)
    if patterns is None:
        return None
    yes, no = patterns
    head = comparison_key(answer)
    return False if no.match(head) else True if yes.match(head) else None


def opposed(first: str, second: str, language: str) -> str | None:
    """The pair of opposites in which two texts differ, or whose sides have changed places, e.g. `buyer/seller`."""
    left, right = (stems(text, language) for text in (first, second))
    for one, other in _opposites(language):
        places = [[tokens.index(word) if word in tokens else -1 for word in (one, other)] for tokens in (left, right)]
        (a, b), (c, d) = places
        apart = (a >= 0 > b and c < 0 <= d) or (b >= 0 > a and d < 0 <= c)
        crossed = min(a, b, c, d) >= 0 and (a < b) != (c < d)
        if apart or crossed:
            return f"{one}/{other}"
    return None


@lru_cache(maxsize=256)
def _verdicts(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """What begins a yes and what begins a no; None for a language without a list."""
    words = language_of(language).verdict
    return (_beginning(words.yes), _beginning(words.no)) if words else None


def _beginning(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(rf"{literal(word)}\b" if is_spaced(word) else literal(word) for word in words), re.IGNORECASE)


@lru_cache(maxsize=256)
def _opposites(language: str) -> tuple[tuple[str, str], ...]:
    return tuple((stem(one), stem(other)) for one, other in language_of(language).opposites)
