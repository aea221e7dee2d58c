"""Which words a language has, as far as a lexicon is at hand. No I/O but the lexicons, which are in the wheels.

pythainlp's lists hold 500,000 Thai words, titles and names. The first list, by which text is cut, answers for nearly every
word; the others are searched as they lie on the disk, for the few that it has not.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.words import composed, segments

_THAI = re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]+")
_SHORTEST = 3  # letters of a word that can be judged: shorter pieces are what loan words are cut into
_CUT_BY = "words_th.txt"
_OTHERS = (
    "orst_words_th.txt", "volubilis_words_th.txt", "tnc_freq.txt", "ttc_freq.txt", "phupha_word_freqs.txt", "syllables_th.txt",
    "words_th_thai2fit_201810.txt", "icubrk_th.txt", "wikipedia_titles_th.txt", "person_names_female_th.txt",
    "person_names_male_th.txt", "family_names_th.txt", "countries_th.txt",
)  # fmt: skip


def unknown_words(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Where words stand that no lexicon of the language has; nothing for a language without one.

    `text` as it stands: where sara am is written as two characters, nothing is said of the word.
    """
    lexicon = language_of(language).lexicon
    if lexicon.library != "pythainlp":
        return
    known = [match.span() for word in lexicon.words for match in re.finditer(re.escape(word), text)]
    at = 0
    for segment in segments(text, language):
        start, at = at, at + len(segment)
        if len(segment) < _SHORTEST or not _THAI.fullmatch(segment) or segment != composed(segment):
            continue
        if not is_word(segment) and not any(start < b and a < at for a, b in known):
            yield start, at


@lru_cache(maxsize=16_384)
def is_word(word: str) -> bool:
    """Whether one of the Thai lexicons has the word."""
    return word in _words() or any(f"\n{word}{end}".encode() in _others() for end in ("\n", "\t"))


@cache
def _words() -> frozenset[str]:
    return frozenset((_corpus() / _CUT_BY).read_text("utf-8").split())


@cache
def _others() -> bytes:
    return b"\n".join((b"", *((_corpus() / name).read_bytes().replace(b"\r", b"") for name in _OTHERS), b""))


def _corpus() -> Path:
    """The folder of pythainlp's lists; it is not imported, only its files are needed."""
    spec = find_spec("pythainlp")
    return Path(str(spec.origin if spec else "")).parent / "corpus"
