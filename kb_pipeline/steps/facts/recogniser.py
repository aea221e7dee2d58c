"""What finds one kind of fact, and the cheap question that comes before its regex. No regexes here."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from kb_pipeline.domain.facts import Fact


def shortest(words: Iterable[str]) -> tuple[str, ...]:
    """The words, in lower case, that contain no other one: a text without any of these has none of `words`."""
    found: list[str] = []
    for word in sorted({word.lower() for word in words}, key=len):
        if not any(short in word for short in found):
            found.append(word)
    return tuple(found)


@dataclass(frozen=True)
class Recogniser:
    """Finds facts in a text and a language.

    A text that holds none of `cues(language)` has no such fact, nor, with `digits`, one without a digit: most texts are
    dismissed by a few substring searches (about 50 ns each) instead of a regex (10 to 130 µs). `cues` is None where any text
    may have one.
    """

    find: Callable[[str, str], Iterator[Fact]]
    cues: Callable[[str], tuple[str, ...]] | None
    digits: bool = True

    def may_find(self, lowered: str, language: str) -> bool:
        """Whether `find` is worth its time on a text, given in lower case."""
        if self.cues is None:
            return True
        return any(map(lowered.__contains__, _in_script(self.cues, language, lowered.isascii())))


@cache
def _in_script(cues: Callable[[str], tuple[str, ...]], language: str, is_ascii: bool) -> tuple[str, ...]:
    """The cues that a text may hold: one in ASCII holds no others."""
    return tuple(cue for cue in cues(language) if cue.isascii() or not is_ascii)
