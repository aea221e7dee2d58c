"""What finds one kind of fact, and the cheap question that comes before its regex. No facts here."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from kb_pipeline.domain.facts import Fact

CLAIMED = "\x00"  # stands for each character of a text that is spoken for


@dataclass(frozen=True)
class Recogniser:
    """Finds facts in a text and a language; with `digits`, only facts that are written with digits.

    `may_find` says whether that is worth its time, given the language and the place where such facts betray themselves: the
    whole text, or with `digits` what stands around these, both in lower case unless the cues are signs. It answers by a few
    substring searches or a simple regex (0.1 to 4 µs) instead of the whole one (10 to 100 µs), and is never wrong with no.
    """

    find: Callable[[str, str], Iterator[Fact]]
    may_find: Callable[[str, str], bool] = lambda place, language: True
    digits: bool = False


def any_of(*cues: str) -> Callable[[str, str], bool]:
    """Whether a place has one of the signs, in whatever language."""
    return lambda place, language: any(map(place.__contains__, cues))


def any_listed(cues: Callable[[], tuple[str, ...]]) -> Callable[[str, str], bool]:
    """Whether a place has one of the words of all languages, which are read when they are first asked for."""
    return lambda place, language: any(map(place.__contains__, cues()))


def matching(pattern: Callable[[], str]) -> Callable[[str, str], bool]:
    """Whether a place matches a regex; one that begins with a character or a class is faster, as the engine skips to these."""
    search = cache(lambda: re.compile(pattern()).search)
    return lambda place, language: search()(place) is not None


def any_named(cues: Callable[[str], tuple[str, ...]]) -> Callable[[str, str], bool]:
    """Whether a place has one of the language's own cues."""
    return lambda place, language: any(map(place.__contains__, cues(language)))


def shortest(words: Iterable[str]) -> tuple[str, ...]:
    """The words, in lower case, that contain no other one: a text without any of these has none of `words`."""
    found: list[str] = []
    for word in sorted({word.lower() for word in words}, key=len):
        if not any(short in word for short in found):
            found.append(word)
    return tuple(found)
