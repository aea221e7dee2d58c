"""Numbers in words, by the way in which a language writes them together. The words are those of its file."""

import re
from dataclasses import dataclass
from functools import lru_cache

from kb_pipeline.steps.language.definition_facts import Numbers
from kb_pipeline.steps.language.patterns import any_of, longest_first
from kb_pipeline.steps.language.reader import language_of

_LETTER = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"  # at the edges of a number whose words have spaces
_LONGEST = 8  # words of a number that is written without spaces


@dataclass(frozen=True)
class NumberWords:
    """The number words of a language."""

    listed: Numbers
    words: dict[str, int]  # the listed ones and those made of two
    pattern: str  # regex source of a number; empty without words

    @property
    def beginnings(self) -> tuple[str, ...]:
        """What a number may begin with."""
        return tuple(self.words) if self.listed.writing == "spaced" else (*self.words, *self.listed.places)

    def value(self, raw: str) -> int:
        """The number that matched text says."""
        if self.listed.writing == "listed":
            return self.words[raw.lower()]
        return self._spaced(raw.lower()) if self.listed.writing == "spaced" else self._joined(raw)

    def is_vague(self, raw: str) -> bool:
        """Whether number words name no number: สองสาม and 两三 are "a few"."""
        if self.listed.writing != "joined":
            return False
        digits = "|".join(word for word in self.words if word not in self.listed.joined_only)
        return re.search(f"(?:{digits}){{2}}", raw) is not None

    def _spaced(self, raw: str) -> int:
        total = 0
        for word in re.split(r"[\s-]+", raw):
            place = self.listed.places.get(word)
            total = total * place if place else total + self.words[word]
        return total

    def _joined(self, raw: str) -> int:
        total, digit = 0, 0
        for word in re.findall("|".join((*self.words, *self.listed.places)), raw):
            if word in self.listed.places:
                total, digit = total + (digit or 1) * self.listed.places[word], 0
            else:
                digit = self.words[word]
        return total + digit


@lru_cache(maxsize=256)
def number_words(language: str) -> NumberWords:
    """The number words of a BCP-47 tag's language; without any, a pattern that is empty."""
    listed = language_of(language).numbers
    words = dict(listed.words)
    if listed.joint:
        ones, tens = ([word for word in words if low <= words[word] < high] for low, high in ((1, 10), (20, 100)))
        words |= {f"{one}{listed.joint}{ten}": words[one] + words[ten] for one in ones for ten in tens}
    return NumberWords(listed, words, _pattern(listed, words))


def _pattern(listed: Numbers, words: dict[str, int]) -> str:
    if not words:
        return ""
    if listed.writing == "joined":
        return f"(?:{'|'.join((*words, *listed.places))}){{1,{_LONGEST}}}"
    if listed.writing == "listed":
        return rf"(?<![^\W\d_])(?:{'|'.join(longest_first(words))})(?![^\W\d_])"
    ones, tens = (any_of(word for word, value in words.items() if (value < 20) == small) for small in (True, False))
    places = any_of(listed.places)
    return rf"(?<![{_LETTER}])(?:(?:{tens})(?:[ -](?:{ones}))?|(?:{ones}))(?: (?:{places}))?(?![{_LETTER}])"
