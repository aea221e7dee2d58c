"""What the words before a number or token say of it: whose it is, or that it is nobody's. The words are the languages' data."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from kb_pipeline.steps.language.patterns import is_spaced, longest_first
from kb_pipeline.steps.language.reader import everywhere

_REACH = 60  # characters back in which a word says what follows
_GAP = re.compile(r"[^\n]{0,40}\Z")


class Role(StrEnum):
    """What a word announces."""

    ID = "id"
    CARD = "card"
    PASSPORT = "passport"
    ACCOUNT = "account"
    PHONE = "phone"
    NO_DATA = "no-data"


def roles_before(text: str, start: int) -> frozenset[Role]:
    """What the nearest announcing word before `start` announces; nothing where there is none in the same line."""
    reach = text[max(0, start - _REACH) : start]
    reach = reach[reach.rfind("\n") + 1 :]
    last = None
    for last in _announcing().finditer(reach):
        pass
    return _roles()[last[0].casefold()] if last and _GAP.match(reach, last.end()) else frozenset()


def starts_with(words: Iterable[str]) -> str:
    """The regular expression of any of `words`; Latin ones are whole, but for an `s` or digits behind."""
    return "|".join(
        rf"(?<![A-Za-z]){re.escape(word)}(?![a-rt-z])" if is_spaced(word[0]) else re.escape(word)
        for word in longest_first(words)
    )


@cache
def _roles() -> dict[str, frozenset[Role]]:
    words: dict[str, frozenset[Role]] = {}
    for role, found in (
        (Role.ID, everywhere(lambda language: language.private_words.id)),
        (Role.CARD, everywhere(lambda language: language.private_words.card)),
        (Role.PASSPORT, everywhere(lambda language: language.private_words.passport)),
        (Role.ACCOUNT, everywhere(lambda language: language.private_words.account)),
        (Role.PHONE, everywhere(lambda language: language.telephone_words)),
        (Role.NO_DATA, everywhere(lambda language: language.private_words.no_data)),
    ):
        for word in found:
            words[word.casefold()] = words.get(word.casefold(), frozenset()) | {role}
    return words


@cache
def _announcing() -> re.Pattern[str]:
    return re.compile(starts_with(_roles()), re.IGNORECASE)
