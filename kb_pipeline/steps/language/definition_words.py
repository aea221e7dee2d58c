"""Words and patterns as a language's file writes them."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, model_validator

from kb_pipeline.domain.base import Value


def split_words(value: object) -> object:
    """One text with spaces between the words as a tuple; anything else as it is."""
    return tuple(value.split()) if isinstance(value, str) else value


def split_pairs(value: object) -> object:
    """`a/b c/d` as a tuple of pairs; anything else as it is."""
    return tuple(tuple(pair.split("/")) for pair in value.split()) if isinstance(value, str) else value


def _pattern(value: object) -> object:
    if isinstance(value, str):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
    return value


Words = Annotated[tuple[str, ...], BeforeValidator(split_words)]
Pattern = Annotated[str, BeforeValidator(_pattern)]


class Wording(Value):
    """Words and, where words say too little, patterns. A plain list is a list of words; `kein*` is every word in `kein`."""

    words: Words = ()
    patterns: tuple[Pattern, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"words": value} if isinstance(value, str | list) else value

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.words or self.patterns)


Meanings = Mapping[str, Words]  # phrases by the value that they say, by `value?` where they only may say it
