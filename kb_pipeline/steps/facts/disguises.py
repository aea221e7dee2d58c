"""Addresses in disguise: with spaces around the dot, a word for it, or marks of Markdown inside. No I/O.

A stop between spaces is mostly the end of a sentence. So what follows must be a top-level domain in small letters which is no
common word (`in`, `is`), and one that may be a word (`open`, `next`) must end the phrase.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from kb_pipeline.steps.language.reader import everywhere, languages

_SPACE = "[ \\t]{1,3}"
_ALONE = frozenset({"com", "org", "info", "biz", "xyz"})  # no words: one space beside the dot is enough
_CAPITAL = _ALONE - {"info"}  # in any letters
_OFTEN = _ALONE | {"net", "top", "icu", "vip", "shop", "site", "club", "online"}
_COUNTRY = 2  # letters of a country's top-level domain
_ESCAPED = re.compile(r"\\([._:/@%-])")
_EMPHASIS = re.compile(r"(?<=[a-z0-9.])(?:\*{1,3}|~~|`)(?=[a-z0-9.])", re.IGNORECASE)
_UNDERLINED = re.compile(r"(?<![a-z0-9_])_{1,2}([a-z0-9-]+)_{1,2}(?=\.[a-z])", re.IGNORECASE)


class Disguised(NamedTuple):
    """An address in disguise, and the host as a browser would be given it."""

    raw: str
    host: str


def without_markdown(text: str) -> str:
    """`text` without the backslashes and the emphasis that would part an address and that no reader sees."""
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    if "_." in text:
        text = _UNDERLINED.sub(r"\1", text)
    return _EMPHASIS.sub("", text) if any(mark in text for mark in "*~`") else text


def disguised(text: str, is_top: Callable[[str], bool]) -> Iterator[Disguised]:
    """The addresses in disguise. `text` has its letters in their plain forms; `is_top` knows the top-level domains."""
    words = _words()
    if not words.sign.search(text):
        return
    for match in words.pattern.finditer(text):
        pieces = words.dot.split(match["host"])
        ends = [n for n in range(2, len(pieces) + 1) if _is_host(pieces[:n], match["more"] if n == len(pieces) else "", is_top)]
        for end in ends:
            labels = [words.tops.get(piece, piece).lower() for piece in pieces[:end]]
            if end == ends[-1] or len(labels[-1]) > _COUNTRY:
                yield Disguised(match["host"], ".".join(labels).removeprefix("www."))
    for match in words.beside.finditer(text):
        if match["label"].lower() not in words.common and any(map(str.isalpha, match["label"])):
            yield Disguised(match[0], f"{match['label']}.{match['top']}".lower())


def _is_host(pieces: list[str], more: str | None, is_top: Callable[[str], bool]) -> bool:
    words = _words()
    name, last = pieces[-2].lower(), pieces[-1]
    top = words.tops.get(last, last.rpartition(".")[2])
    if (
        not is_top(top.lower())
        or not (top.islower() or top.lower() in _CAPITAL)
        or name in words.common
        or not re.search("[a-z]", name)
    ):
        return False
    behind = (more or "").strip()
    if behind.startswith("/") or "." in last or top.lower() in _CAPITAL:
        return True
    return len(name) > 1 and top not in words.common and (top in _OFTEN or len(top) == _COUNTRY or not behind)


class _Words(NamedTuple):
    pattern: re.Pattern[str]
    beside: re.Pattern[str]  # one space beside the dot
    dot: re.Pattern[str]
    sign: re.Pattern[str]  # of every text that has one
    tops: Mapping[str, str]
    common: frozenset[str]


@cache
def _words() -> _Words:
    dots = everywhere(lambda language: language.spoken_dots)
    tops = {said: top for language in languages().values() for said, top in language.spoken_tops.items()}
    latin = "|".join(re.escape(dot) for dot in dots if dot.isascii())
    other = "|".join(re.escape(dot) for dot in dots if not dot.isascii())
    dot = rf"(?:{_SPACE}(?:\.|{latin}){_SPACE}|[ \t]{{0,3}}[(\[]?(?:{other})[)\]]?[ \t]{{0,3}})"
    label = rf"(?:[a-z0-9](?:[a-z0-9.-]{{0,61}}[a-z0-9])?(?![a-z0-9])|{'|'.join(sorted(tops, key=len, reverse=True))})"
    host = rf"(?P<host>[a-z0-9](?:[a-z0-9.-]{{0,61}}[a-z0-9])?(?:{dot}{label}){{1,4}})"
    alone = "|".join((*sorted(_ALONE), r"(?:com?|org?|net|ac|go)\.[a-z]{2}"))
    spoken = everywhere(
        lambda language: (
            *language.common_words,
            *language.function_words,
            *language.shared_function_words,
            *language.stop_words.words,
        )
    )
    return _Words(
        re.compile(rf"(?<![\w.@/-]){host}(?P<more>/|[ \t]+[a-z])?".replace(r"\w", "a-z0-9_"), re.IGNORECASE),
        re.compile(
            rf"(?<![a-z0-9_.@/-])(?P<label>[a-zA-Z0-9-]{{2,63}})(?:{_SPACE}\.|\.{_SPACE})(?P<top>{alone})(?![\w.-]*[a-z0-9])"
        ),
        re.compile(dot, re.IGNORECASE),
        re.compile(rf"[ \t]\.|\.[ \t]+(?:{alone})|[ \t](?:{latin})[ \t]|{other}", re.IGNORECASE),
        tops,
        frozenset(word.lower() for word in spoken),
    )
