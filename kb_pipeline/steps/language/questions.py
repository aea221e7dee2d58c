"""How a text asks: for what, with yes or no as the answer, or not at all. Knows the words of its language's file. No I/O."""

import re
from functools import lru_cache
from typing import NamedTuple

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.steps.language.negation import negations
from kb_pipeline.steps.language.patterns import NEVER, whole_words
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.sentence_marks import cut_sentences
from kb_pipeline.steps.language.words import composed

_FLAGS = re.IGNORECASE
_MARKS = re.compile(r"[?？؟]\W*\Z")
WHY = "why"  # the sense that every language's file calls so


class Asked(NamedTuple):
    """What a text asks. `senses`: how, what, when ...; none for a question of yes or no."""

    senses: frozenset[str]
    is_yes_no: bool
    is_case: bool  # it asks about a case: what if, what can I do
    sentences: int
    denies: bool  # other than by asking the same: `can't I` denies nothing

    @property
    def is_question(self) -> bool:
        """Whether words make it a question; a question mark alone does not."""
        return bool(self.senses) or self.is_yes_no


@lru_cache(maxsize=4096)
def asked(text: str, language: str) -> Asked | None:
    """What `text` asks; None for a language of which it is not known."""
    words = _words(language)
    if words is None:
        return None
    key = _key(text)
    senses = frozenset(sense for sense, pattern in words.asking if pattern.search(key))
    is_yes_no = words.yes_no.search(key) is not None
    bare = words.denied.sub(" ", key) if is_yes_no and not senses else key
    return Asked(
        senses, is_yes_no, words.conditions.search(key) is not None, len(cut_sentences(key)), negations(bare, language) > 0
    )


def has_question_mark(text: str) -> bool:
    """Whether `text` ends with a question mark."""
    return _MARKS.search(text) is not None


def tells(text: str, language: str) -> bool:
    """Whether `text` says what only the one who answers says: `you can`."""
    words = _words(language)
    return words is not None and words.telling.search(_key(text)) is not None


def without_asking(text: str, language: str) -> str:
    """`text` without the words that ask, in the form in which texts are compared."""
    words, key = _words(language), _key(text)
    if words is None:
        return key
    for _, pattern in words.asking:
        key = pattern.sub(" ", key)
    return words.yes_no.sub(" ", key)


def _key(text: str) -> str:
    return composed(comparison_key(text))


class _Words(NamedTuple):
    """A language's questions, compiled; `Questions` says what each is."""

    asking: tuple[tuple[str, re.Pattern[str]], ...]
    yes_no: re.Pattern[str]
    denied: re.Pattern[str]
    conditions: re.Pattern[str]
    telling: re.Pattern[str]


@lru_cache(maxsize=256)
def _words(language: str) -> _Words | None:
    """The words of a BCP-47 tag's language; None if nothing is known of its questions."""
    listed = language_of(language).questions
    if not listed.asking:
        return None
    asking = ((sense, whole_words(wording, _FLAGS)) for sense, wording in listed.asking.items())
    never = re.compile(NEVER)
    return _Words(
        asking=tuple((sense, pattern) for sense, pattern in asking if pattern),
        yes_no=whole_words(listed.yes_no, _FLAGS) or never,
        denied=re.compile("|".join(listed.denied) or NEVER, _FLAGS),
        conditions=whole_words(listed.conditions, _FLAGS) or never,
        telling=re.compile("|".join(listed.telling) or NEVER, _FLAGS),
    )
