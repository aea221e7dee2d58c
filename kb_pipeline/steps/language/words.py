"""Words of a text: folding to the form in which they are looked for, and cutting, also where the script writes no spaces.

No I/O but the dictionaries, which are in the wheels.
"""

import logging
import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, Protocol, cast

_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0903\u093a-\u094f"  # combining marks, which `\w` leaves out
_RUN = re.compile(
    "(?P<thai>[\u0e01-\u0e3a\u0e40-\u0e5b]+)"
    "|(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3005]+)"
    "|(?P<kana>[\u3041-\u309f]+|[\u30a0-\u30ff\uff66-\uff9f]+)"
    rf"|(?P<number>\d+(?:[.,:]\d+)*)"
    rf"|(?P<word>[^\W\d_](?:[\w{_MARKS}]|['’\-](?=[^\W\d_]))*)"
    r"|(?P<space>\s+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
# `\w` includes Thai, Han and kana: the inside of a Latin word must end where they begin.
_UNSPACED = re.compile("[\u0e01-\u0e5b\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f]")


_THAI = "pythainlp"
_LOADING = threading.Lock()


class _Jieba(Protocol):
    def lcut(self, text: str) -> list[str]: ...


def segments(text: str, language: str) -> list[str]:
    """`text` cut into words, white space and single punctuation marks; joined, they are `text` again.

    `language` is a BCP-47 tag; it matters for Han only (jieba for Chinese, whole runs otherwise). Thai runs are cut by
    newmm in any language, so mixed text works.
    """
    found: list[str] = []
    position = 0
    while match := _RUN.match(text, position):
        run = match.group()
        if match.lastgroup == "word" and (unspaced := _UNSPACED.search(run)):
            run = run[: unspaced.start()]
        position += len(run)
        if match.lastgroup == "thai":
            found += _thai(run)
        elif match.lastgroup == "han" and language.lower().startswith("zh"):
            found += _jieba().lcut(run)
        else:
            found.append(run)
    return found


def words(text: str, language: str) -> list[str]:
    """The words and numbers of `text` in order, without white space and punctuation; see `segments`."""
    return [s for s in segments(text, language) if any(c.isalnum() for c in s)]


def is_known(word: str) -> bool | None:
    """Whether a Thai word is in the dictionary; None for one of a script that has no dictionary here."""
    return word in _thai_words() if "\u0e01" <= word[:1] <= "\u0e5b" else None


@cache
def _thai_words() -> frozenset[str]:
    return frozenset(_thai_file().read_text("utf-8").split())


def _thai_file() -> Path:
    spec = find_spec("pythainlp")  # not imported: only its file of words is needed
    return Path(str(spec.origin if spec else "")).parent / "corpus" / "words_th.txt"


def _thai(text: str) -> list[str]:
    """Cut by newmm in Rust with pythainlp's dictionary: 6 times as fast as pythainlp, the same on 16,197 runs of real Thai."""
    import nlpo3  # noqa: PLC0415  loads a library

    with _LOADING:  # nlpo3 keeps one dictionary of a name in a process, and takes no second
        dictionary = _thai_dictionary()
    return cast("list[str]", nlpo3.segment(text, dictionary))


@cache
def _thai_dictionary() -> str:
    """The name under which the dictionary is loaded."""
    import nlpo3  # noqa: PLC0415

    message, loaded = nlpo3.load_dict(str(_thai_file()), _THAI)
    if not loaded:
        raise FileNotFoundError(message)
    return _THAI


@cache
def _jieba() -> _Jieba:
    """A jieba tokenizer that says nothing and leaves no cache file behind."""
    import jieba  # noqa: PLC0415  loads its dictionary

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return cast("_Jieba", tokenizer)


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
