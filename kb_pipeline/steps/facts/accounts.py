"""Accounts of messengers that words lead to: `LINE ID: shop99`, and what other languages say for it. No I/O.

An account has a name of its own. One with a digit or a `_` is met behind any messenger, one of letters alone only where words
leave no doubt, and where no other Latin word goes on behind it. Telephone numbers are personal data, and another rule's.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from kb_pipeline.steps.language.reader import everywhere

_NAME = r"(?P<name>(?=[\d._-]*[a-z])[a-z0-9][a-z0-9._-]{2,29})(?![a-z0-9_@])(?P<more>\s+[a-z])?"
_BETWEEN = r"[\s*_`\"'“”‘’(\[]{0,6}"
_SHORTEST = 4  # of a name without a digit


class Account(NamedTuple):
    """An account as words name it; `name` in lower case."""

    raw: str
    name: str


def accounts(text: str) -> Iterator[Account]:
    """The accounts that words of any language lead to. `text` has its letters in their plain forms."""
    words = _words()
    if not words.sign.search(text.lower()):
        return
    for match in words.pattern.finditer(words.none.sub(lambda none: " " * len(none[0]), text)):
        name = match["name"].rstrip("._-")
        if _leads(match, name):
            yield Account(match[0].removesuffix(match["more"] or "").rstrip("._-"), name.lower())


def _leads(match: re.Match[str], name: str) -> bool:
    """Whether the words before a name make an account of it."""
    words, messenger, asks = _words(), match["messenger"] or "", match["add"] or ""
    has_id = bool(match["id"] or match["id_before"])
    if not messenger and asks.lower() not in words.befriend:
        return False
    is_common = messenger.lower() in words.common and not messenger.isupper()
    is_sure = has_id or bool(messenger and (match["colon"] or (asks and not messenger.islower())))
    if name.lower() in words.no_names or (is_common and not is_sure):
        return False
    if re.search(r"[\d_]", name):
        return has_id or name[0].isalpha()
    is_word = match["more"] or (is_common and not has_id)
    return is_sure and not is_word and name.islower() and "." not in name and len(name) >= _SHORTEST


class _Words(NamedTuple):
    pattern: re.Pattern[str]
    sign: re.Pattern[str]  # of every text with an account, in lower case
    none: re.Pattern[str]
    common: frozenset[str]
    befriend: frozenset[str]
    no_names: frozenset[str]  # words that are no account's name


@cache
def _words() -> _Words:
    common = everywhere(lambda language: language.account_words.common_messengers)
    messengers = (*everywhere(lambda language: language.account_words.messengers), *common)
    ids, befriend = (
        everywhere(lambda language: language.account_words.ids),
        everywhere(lambda language: language.account_words.befriend),
    )
    add = (*everywhere(lambda language: language.account_words.add), *befriend)
    equals = everywhere(lambda language: language.private_words.equals)
    pattern = (
        rf"(?P<add>{_any(add)})?\s{{0,3}}(?P<id_before>{_any(ids)})?\s{{0,3}}(?P<messenger>{_any(messengers)})?\s{{0,3}}(?P<id>{_any(ids)})?"
        rf"{_BETWEEN}(?:(?P<colon>[:=])|{_any(equals)})?{_BETWEEN}@?{_NAME}"
    )
    start = f"(?={_any((*messengers, *add, *ids))})"
    spoken = everywhere(lambda language: (*language.common_words, *language.function_words, *language.shared_function_words))
    return _Words(
        re.compile(start + pattern, re.IGNORECASE),
        re.compile(_any(word.lower() for word in (*messengers, *befriend))),
        re.compile(_any(everywhere(lambda language: language.account_words.no_messengers)), re.IGNORECASE),
        frozenset(map(str.lower, common)),
        frozenset(map(str.lower, befriend)),
        frozenset(word.lower() for word in (*spoken, *messengers, *ids, *add)),
    )


def _any(words: Iterable[str]) -> str:
    """A pattern for any of `words`, which are whole where their script writes spaces."""
    found = sorted(set(words), key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in found if word.isascii())
    other = "|".join(re.escape(word) for word in found if not word.isascii())
    return rf"(?:(?<![a-z0-9_-])(?:{latin})(?![a-z0-9_-])|{other})" if latin and other else f"(?:{latin or other})"
