"""Words of a text, also where the script writes no spaces. No I/O but the dictionaries, which are in the wheels."""

import logging
import re
import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

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

    spec = find_spec("pythainlp")  # not imported: only its file of words is needed
    words_file = Path(str(spec.origin if spec else "")).parent / "corpus" / "words_th.txt"
    said, loaded = nlpo3.load_dict(str(words_file), _THAI)
    if not loaded:
        raise FileNotFoundError(said)
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
