"""Where sentences end by their marks alone: for checks that must be quick, and need no word. See `sentence_ends` for the rest.

A sentence ends at `.!?` before a space, at `。！？` anywhere, at a line's end where a blank line, a list item, a heading or
a table's row follows: else the line is only wrapped.
"""

import re
from collections.abc import Iterator

from kb_pipeline.steps.language.reader import language_of

STOPS, WIDE_STOPS = ".!?", "。！？"
# The next sentence begins with a capital, in quotes or bold print or not.
_BREAK = re.compile(
    rf"[{STOPS}{WIDE_STOPS}\n](?:(?<=[{STOPS}])['\")*_\]]*\s+(?=[\"'(*_\[]*[A-Z])|(?<=[{WIDE_STOPS}])(?=.)"
    r"|(?<=\n)(?=\s*(?:\n|[-*+#|>]|\d{1,3}[.)]\s)))"
)
_PAUSE = re.compile(rf"(?<=[,;:{STOPS}])\s+|(?<=[{WIDE_STOPS}、，；：])|\n+")
_CLAIM = re.compile(rf"[^\n{STOPS}{WIDE_STOPS}]+(?:[.](?=[^\s])[^\n{STOPS}{WIDE_STOPS}]*)*[{STOPS}{WIDE_STOPS}]*")
_BEFORE = re.compile(rf"(?:^|[{STOPS}:…]\s|\n)[\s\-•>#*_\"'“‘(\d.)]*$")
# In the source of another language a cell of a table is one, too, and a stop needs no space behind it.
_BEFORE_CELL = re.compile(rf"(?:^|[\n{STOPS}|])[ \t>*_#\"“0-9)-]*$")
_AFTER = re.compile(rf"[*_\"”]*(?:[{STOPS}|]|\s*(?:\n|$))")
_END = re.compile(rf"[\s{STOPS}{WIDE_STOPS}…」』）)\"'”’*_~〜]+\Z")


def cut_sentences(text: str) -> list[str]:
    """`text` cut into sentences; nothing but the marks between them is lost."""
    return _BREAK.split(text)


def has_two_sentences(text: str) -> bool:
    """Whether `text` has more than one sentence."""
    return _BREAK.search(text) is not None


def cut_pieces(text: str, language: str) -> list[str]:
    """`text` cut where a sentence can end: at any space where sentences end with one, elsewhere at a stop or a comma."""
    return _PAUSE.split(text) if language_of(language).sentence_ends.stops else text.split()


def claims(text: str) -> Iterator[re.Match[str]]:
    """The sentences as matches, each with its stop. Every stop before a space ends one: half a sentence claims something."""
    return _CLAIM.finditer(text)


def begins_sentence(text: str, at: int) -> bool:
    """Whether a sentence, a line or a list item begins at `at`."""
    return _BEFORE.search(text, 0, at) is not None


def begins_sentence_or_cell(text: str, at: int) -> bool:
    """Whether a sentence, a line or a table's cell begins at `at`."""
    return _BEFORE_CELL.search(text, 0, at) is not None


def end_of_sentence(text: str, at: int) -> str | None:
    """The marks with which a sentence, a line or a table's cell ends at `at`; None if it goes on."""
    match = _AFTER.match(text, at)
    return match[0] if match else None


def without_end(sentence: str) -> str:
    """A sentence without the marks at its end."""
    return _END.sub("", sentence)
