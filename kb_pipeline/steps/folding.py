"""Text in the form in which words are looked for: lower case, one encoding, nothing hidden; its places are kept. No I/O."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_UNSEEN = "[\u00ad\u200b-\u200d\u2060\ufeff]"
# What NFKC unifies and text mixes (sara am, full-width forms), and what no reader sees (soft hyphen, zero-width space).
_ODD = re.compile(
    f"\u0e4d{_UNSEEN}*[\u0e48-\u0e4b]?{_UNSEEN}*\u0e32|[\u0e48-\u0e4b]{_UNSEEN}*\u0e4d{_UNSEEN}*\u0e32|[\uff66-\uff9d][\uff9e\uff9f]?"
    "|[\u00ad\u0130\u2010\u2011\u200b-\u200d\u2060\ufb00-\ufb06\ufeff\uff01-\uff65\uffe0-\uffee]"
)
_SARA_AM = re.compile("\u0e4d[\u0e48-\u0e4b]?\u0e32|[\u0e48-\u0e4b]\u0e4d\u0e32")
_MAYBE_ODD = re.compile("[\u00ad\u0130\u0e4d\u200b-\u200d\u2010\u2011\u2060\ufb00-\ufb06\ufeff\uff01-\uffee]")
_HIDDEN = re.compile(_UNSEEN)


class Folded(NamedTuple):
    """A text in the form that is searched; `starts` and `ends`: where each character comes from, None: from its own place."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span in the text as given."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """`text` in lower case and NFKC, with composed sara am, without characters that nobody sees."""
    if text.isascii() or not _MAYBE_ODD.search(text):
        return Folded(text.lower())
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in (*_ODD.finditer(text), None):
        start, end = match.span() if match else (len(text), len(text))
        parts.append(text[at:start].lower())
        starts += range(at, start)
        ends += range(at + 1, start + 1)
        piece = _plain(match[0]) if match else ""
        parts.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
        at = end
    return Folded("".join(parts), starts, ends)


def composed(text: str) -> str:
    """`text` with every sara am as one character, so that both encodings are the same; nothing else is changed."""
    return _SARA_AM.sub(lambda match: _plain(match[0]), text)


def _plain(odd: str) -> str:
    seen = _HIDDEN.sub("", odd)
    if "\u0e4d" in seen:
        return seen.replace("\u0e4d", "").replace("\u0e32", "\u0e33")
    normal = unicodedata.normalize("NFKC", seen)
    return normal.replace("\u2010", "-").lower()
