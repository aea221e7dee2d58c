"""Where a text denies something. Knows the words of its language's file, not meanings. No I/O but these files."""

import re
import sys
from functools import lru_cache
from typing import NamedTuple

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.steps.language.patterns import NEVER, parts, whole_words
from kb_pipeline.steps.language.reader import language_of

_PHRASE = 24  # characters before or behind a negation, within which a set phrase begins and ends
_NEVER = re.compile(NEVER)


def negations(text: str, language: str) -> int:
    """How many negations `text` has; a question's "or not" is none."""
    words = _words(language)
    return len(words.negations.findall(words.no_negations.sub(" ", comparison_key(text)))) if words else 0


def denials(text: str, language: str) -> tuple[int, ...] | None:
    """Where the negations stand that a translation of `text` must carry; None if the language's are not known."""
    words = _words(language)
    if words is None:
        return None
    if words.sign.search(text) is None:
        return ()
    return tuple(
        [match.start() for match in words.denials.finditer(text) if not _is_phrase(words.no_denials, text, match.start())]
    )


def without_denials(text: str, language: str) -> str:
    """`text` without its negations, for a look at the words that are left."""
    words = _words(language)
    return words.denials.sub(" ", words.negations.sub(" ", text)) if words else text


def may_deny(text: str, language: str) -> bool:
    """Whether `text` holds letters of a negation or negative word: a quick look, certain only where it says no."""
    words = _words(language)
    return words is not None and words.sign.search(text) is not None


def negative_words(text: str, language: str) -> list[tuple[int, int]]:
    """Where adjectives and the like (`invalid`, `unpaid`) stand that some languages render with a negation."""
    words = _words(language)
    if words is None or words.negative_words is None or not words.sign.search(text):
        return []
    return [match.span() for match in words.negative_words.finditer(text)]


def renders_with_negations(language: str) -> bool:
    """Whether a language says negative words of others with a negation."""
    return language_of(language).negation.negates_words


def hints_of_denial(text: str, language: str) -> int:
    """How much of `text` a translator may well put as a negation; without end for a language without a list."""
    words = _words(language)
    return sys.maxsize if words is None or words.hints is None else len(words.hints.findall(text.lower()))


def hints_at_denial(text: str, language: str) -> bool:
    """Whether `text` says something that a translator may well put as a negation; true for a language without a list."""
    return hints_of_denial(text, language) > 0


class _Words(NamedTuple):
    """A language's negations, compiled; `Negation` says what each is."""

    negations: re.Pattern[str]
    no_negations: re.Pattern[str]
    sign: re.Pattern[str]
    denials: re.Pattern[str]
    no_denials: re.Pattern[str]
    hints: re.Pattern[str] | None
    negative_words: re.Pattern[str] | None


@lru_cache(maxsize=256)
def _words(language: str) -> _Words | None:
    """The words of a BCP-47 tag's language; None if it has none."""
    listed = language_of(language).negation
    negation = whole_words(listed.negations, re.IGNORECASE)
    if negation is None:
        return None
    denial = whole_words(listed.denials) or negation
    no_negations = parts(listed.no_negations, re.IGNORECASE) or _NEVER
    return _Words(
        negations=negation,
        no_negations=no_negations,
        sign=re.compile(listed.sign) if listed.sign else denial,
        denials=denial,
        no_denials=parts(listed.no_denials, re.IGNORECASE) or no_negations,
        hints=parts(listed.hints),
        negative_words=re.compile("|".join(listed.negative_words)) if listed.negative_words else None,
    )


def _is_phrase(phrases: re.Pattern[str], text: str, at: int) -> bool:
    """Whether the negation at `at` is part of a set phrase."""
    near = phrases.finditer(text, max(0, at - _PHRASE), at + _PHRASE)
    return any(phrase.start() <= at < phrase.end() for phrase in near)
