"""What the words around a number say of it: whose it is, or that it is nobody's. The words are the languages' data."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, cached_property

from kb_pipeline.steps.language.patterns import NEVER, is_spaced, longest_first
from kb_pipeline.steps.language.reader import everywhere

_REACH = 40  # characters from a word to what it announces


_SAID_BEHIND = 20  # characters from `is` to the word: is the new


class Role(StrEnum):
    """What a word announces."""

    ID = "id"
    CARD = "card"
    PASSPORT = "passport"
    ACCOUNT = "account"
    PHONE = "phone"
    NO_DATA = "no-data"
    GOODS = "goods"


_OF_ONE = {Role.NO_DATA, Role.GOODS}


class Announcements:
    """The announcing words of a text, found once."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _found(self) -> list[tuple[int, str]]:
        return [(match.end(), match[0].casefold()) for match in _announcing().finditer(self._text)]

    @cached_property
    def _ends(self) -> list[int]:
        return [end for end, _ in self._found]

    def before(self, start: int) -> frozenset[Role]:
        """What the nearest announcing word before `start` says; nothing where there is none near, in the same line."""
        last = bisect_right(self._ends, start) - 1
        if last < 0 or start - self._ends[last] > _REACH:
            return frozenset()
        between = self._text[self._ends[last] : start]
        if "\n" in between:
            return frozenset()
        roles = _roles()[self._found[last][1]]
        return roles - _OF_ONE if any(map(str.isdigit, between)) else roles  # an order has one number

    def behind(self, end: int) -> frozenset[Role]:
        """What is said of the number that ends at `end`: `... is my order number`, `...คือเลขพัสดุ`."""
        match = _said_behind().match(self._text, end)
        return _roles()[match["word"].casefold()] if match else frozenset()

    def places(self, role: Role) -> list[int]:
        """Where the words of a role end."""
        return [end for end, word in self._found if role in _roles()[word]]


def any_word(words: Iterable[str]) -> str:
    """The regular expression of any of `words`; Latin ones are whole, but for an `s` behind."""
    listed = longest_first(words)
    latin = "|".join(re.escape(word) for word in listed if is_spaced(word[0]))
    other = "|".join(re.escape(word) for word in listed if not is_spaced(word[0]))
    return "|".join(filter(None, (latin and rf"(?<![A-Za-z])(?=[A-Za-z])(?:{latin})(?![a-rt-z])", other))) or NEVER


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
        (Role.GOODS, everywhere(lambda language: language.private_words.goods)),
    ):
        for word in found:
            words[word.casefold()] = words.get(word.casefold(), frozenset()) | {role}
    return words


@cache
def _announcing() -> re.Pattern[str]:
    return re.compile(any_word(_roles()), re.IGNORECASE)


@cache
def _said_behind() -> re.Pattern[str]:
    equals = any_word(everywhere(lambda language: language.private_words.equals))
    return re.compile(rf"[ ]{{0,2}}(?:{equals})[^\d\n.!?]{{0,{_SAID_BEHIND}}}?(?P<word>{any_word(_roles())})", re.IGNORECASE)
