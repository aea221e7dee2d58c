"""A text as recognisers read it: digits of any script as 0-9, dashes and spaces of any kind as one, no hidden characters.

Each character knows where it stood, so that what is found there can be masked in the original.
"""

import re
import sys
import unicodedata
from functools import cache
from html import unescape
from typing import NamedTuple

_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef"
)
_HIDDEN = re.compile(f"[{_UNSEEN}]")
# What a reader of Markdown does not see: escapes, emphasis, tags; entities are seen as their character.
_MARKUP = re.compile(
    rf"[{_UNSEEN}]|\\(?=[!-/:-@\[-`{{-~])|\*+|`+|~~|&(?:#\d{{1,7}}|#[xX][0-9a-fA-F]{{1,6}}|[a-zA-Z]{{2,31}});"
    r"|</?[A-Za-z][A-Za-z0-9]{0,10}(?:\s[^<>\n]{0,200})?/?>|<!--(?:[^-\n]|-(?!->)){0,200}-->"
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_OTHER_MARKS = {
    0x2212: "-",
    0x2043: "-",
    0x2044: "/",
    0x2215: "/",
    0x00B7: ".",
    0x2022: ".",
    0x2027: ".",
    0x30FB: ".",
    0x09: " ",
}


class Plain(NamedTuple):
    """`text[i]` stands in the original from `start[i]` to `end[i]`; None where it stands in its own place."""

    text: str
    start: list[int] | None = None
    end: list[int] | None = None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of `text` stands in the original; it is not empty."""
        if self.start is None or self.end is None:
            return start, end
        return self.start[start], self.end[end - 1]

    def touches(self, place: int) -> bool:
        """Whether nothing was left out between the characters before and at `place`."""
        return self.start is None or self.end is None or self.start[place] == self.end[place - 1]


def plain(text: str, *, markup: bool = False) -> Plain:
    """`text` as recognisers read it. `markup`: it is Markdown, of which only what a reader sees counts."""
    shown = text if text.isascii() else _signs().sub(_digits_of, text.translate(_table()))
    pattern = _MARKUP if markup else _HIDDEN
    if (not markup and text.isascii()) or pattern.search(shown) is None:
        return Plain(shown)
    characters, start, end, at = list[str](), list[int](), list[int](), 0
    for match in pattern.finditer(shown):
        _keep(shown[at : match.start()], at, characters, start, end)
        if match[0][0] == "&" and len(seen := unescape(match[0]).translate(_table())) == 1:
            if not _HIDDEN.match(seen):
                characters.append(seen)
                start.append(match.start())
                end.append(match.end())
        elif match[0][0] == "&":
            _keep(match[0], match.start(), characters, start, end)
        at = match.end()
    _keep(shown[at:], at, characters, start, end)
    return Plain("".join(characters), start, end)


def _digits_of(match: re.Match[str]) -> str:
    return "".join(str(unicodedata.digit(sign, sign)) for sign in match[0])


@cache
def _signs() -> re.Pattern[str]:
    """Digits in circles and raised ones, where they make a number; alone they count a list or are a power."""
    codes = (chr(code) for code in range(0x80, sys.maxunicode + 1))
    signs = "".join(sign for sign in codes if unicodedata.category(sign) == "No" and unicodedata.digit(sign, None) is not None)
    return re.compile(rf"(?<![{signs}])[{signs}](?:[ \-./_]?[{signs}]){{5,24}}(?![{signs}])")


def _keep(run: str, at: int, characters: list[str], start: list[int], end: list[int]) -> None:
    characters += run
    start += range(at, at + len(run))
    end += range(at + 1, at + len(run) + 1)


@cache
def _table() -> dict[int, int | str]:
    """One character for one, so that no place moves."""
    table: dict[int, int | str] = {**_FULL_WIDTH, **_OTHER_MARKS}
    for code in range(0x80, sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category == "Nd":
            table[code] = str(unicodedata.decimal(chr(code)))
        elif category == "Pd":
            table[code] = "-"
        elif category == "Zs":
            table[code] = " "
    return table
