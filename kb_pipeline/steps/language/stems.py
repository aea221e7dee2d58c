"""Content words of a text, in forms that can be compared. No I/O but the dictionaries, which are in the wheels."""

import re
from functools import cache, lru_cache

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.steps.language.patterns import any_of
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.words import words


@lru_cache(maxsize=16384)
def content_words(text: str, language: str) -> frozenset[str]:
    """The words of `text` that carry meaning: lower case, English ones stemmed, stop words left out."""
    stop = stop_words(language)
    found = (word.casefold() for word in words(comparison_key(text), language))
    return frozenset(stem(word) for word in found if word not in stop)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """An English word without its ending, crudely (`cancelled`, `cancels` -> `cancel`); other words as they are."""
    if not word.isascii() or len(word) < 4:
        return word
    bare = _endings().sub("", word.removesuffix("'s"))
    if len(bare) > 3 and bare[-1] == bare[-2]:
        bare = bare[:-1]
    return bare if len(bare) > 2 else word


@lru_cache(maxsize=16384)
def stems(text: str, language: str) -> tuple[str, ...]:
    """All words of `text` in order, in lower case, English ones stemmed."""
    return tuple(stem(word.casefold()) for word in words(comparison_key(text), language))


@lru_cache(maxsize=256)
def stop_words(language: str) -> frozenset[str]:
    """The words of a BCP-47 tag's language that carry no claim of their own; none for a language without a list."""
    listed = language_of(language).stop_words
    words = frozenset(listed.words)
    if listed.library == "pythainlp":
        from pythainlp.corpus import thai_stopwords  # noqa: PLC0415  loads a word list

        words |= frozenset(thai_stopwords())
    return words - frozenset(listed.kept)


@cache
def _endings() -> re.Pattern[str]:
    """The endings of English, the longest first."""
    return re.compile(f"(?:{any_of(language_of('en').inflection.stem_endings)})$")
