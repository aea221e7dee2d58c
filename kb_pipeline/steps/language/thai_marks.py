"""Thai words that have lost a vowel or tone mark: แนะนา for แนะนำ. No I/O but the word lists, which are in the wheels.

A table (thai_marks.tsv, made by thai_marks_table.py) holds how the frequent words look without one of their marks, or without
any tone mark, keyed by four letters that words hardly ever have in a row. What the table finds is repaired only where the
repaired text is far likelier as a sequence of words (frequencies of the Thai National Corpus).
"""

import math
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from kb_pipeline.steps.language.patterns import any_of
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.words import segments

TABLE = Path(__file__).with_name("thai_marks.tsv")
GRAM = 4  # letters of a key; one byte each, so that a key is a number of 32 bits
_NO_THAI = bytes(range(0x80))  # in cp874, where each Thai letter is one byte
_NO_WORD_END = re.compile("[\u0e31\u0e33\u0e34-\u0e3a\u0e47-\u0e4e]")  # what stands on the letter before
_RUN_BEFORE = re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]+\\Z")
_RUN_AFTER = re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]+")
TOTAL = 32_520_522  # words of the dictionary that the corpus counts; the table's test adds them up
NEVER = 0.5  # what a word counts that the corpus does not have
_AROUND = 24  # letters on each side that are segmented with it
_UNKNOWN, _UNKNOWN_LETTER = -18.0, -2.0  # log probability of a run that is no word, and of each of its letters
_GAIN = 5.0  # of the run's log probability; at 5, 15 repairs in 2,819 edited blocks, all of misspelt words, 14 rightly


class Repair(NamedTuple):
    """A span that is no word, and the word that it has been."""

    start: int
    end: int
    word: str


class Broken(NamedTuple):
    """A form that a word has without a mark or two, and where in it the key begins."""

    form: str
    word: str
    at: int


def lost_marks(text: str) -> Iterator[Repair]:
    """The words of `text` that lack a mark, with the word; only where nothing else is likely."""
    reached = 0
    places = _places(text)
    new = [match.span() for match in _new_words().finditer(text)] if places else ()
    for place, row in places:
        there = [b for b in _forms(row) if place - b.at >= reached and text.startswith(b.form, place - b.at)]
        there = [b for b in there if not any(start < place - b.at < end for start, end in new)]
        gain, best = max(((_gain(text, place - b.at, b), b) for b in there), default=(0.0, None))
        if best and gain > _GAIN:
            reached = place - best.at + len(best.form)
            yield Repair(place - best.at, reached, best.word)


@cache
def _new_words() -> re.Pattern[str]:
    return re.compile(any_of(language_of("th").new_words))


def _places(text: str) -> list[tuple[int, str]]:
    """Where the keys of the table stand in `text`, each with its row, in order."""
    table = _table()
    met = table.keys() & _keys(text.encode("cp874", "ignore").translate(None, _NO_THAI))
    return sorted((at, table[key]) for key in met for at in _found(table[key][:GRAM], text))


def _found(gram: str, text: str) -> Iterator[int]:
    at = text.find(gram)
    while at >= 0:
        yield at
        at = text.find(gram, at + 1)


def _keys(letters: bytes) -> memoryview:
    """Every four letters in a row as a number, and some more at the seams: far cheaper than as many slices of a string."""
    whole = letters + b" " * (GRAM - len(letters) % GRAM)
    return memoryview(b"".join([whole[n:] + whole[:n] for n in range(GRAM)])).cast("I")


def _forms(row: str) -> list[Broken]:
    """What a row of the table says behind its key."""
    cells = (cell.split(" ") for cell in row.split("\t")[1:])
    return [Broken(form, word, int(at)) for form, word, at in cells]


@cache
def _table() -> dict[int, str]:
    """The rows by their keys; a row is read when its key is met."""
    rows = TABLE.read_text(encoding="utf-8").splitlines()
    keys = memoryview("".join(row[:GRAM] for row in rows).encode("cp874")).cast("I")
    return dict(zip(keys, rows, strict=True))


def _gain(text: str, start: int, broken: Broken) -> float:
    """By how much likelier the letters around `start` are with the word in place of the form, as a log probability."""
    end = start + len(broken.form)
    if _NO_WORD_END.match(text, end):
        return 0.0
    before = _RUN_BEFORE.search(text, max(0, start - _AROUND), start)
    after = _RUN_AFTER.match(text, end, end + _AROUND)
    left, right = before[0] if before else "", after[0] if after else ""
    return _likelihood(left + broken.word + right) - _likelihood(left + broken.form + right)


@lru_cache(maxsize=4096)
def _likelihood(run: str) -> float:
    return sum(_weight(word) for word in segments(run, "th"))


@lru_cache(maxsize=4096)
def _weight(word: str) -> float:
    """The log probability of a word, or of letters that are none."""
    words, counts = corpus()
    if word not in words:
        return _UNKNOWN + _UNKNOWN_LETTER * len(word)
    return math.log(float(counts.get(word, NEVER)) / TOTAL)


@cache
def corpus() -> tuple[frozenset[str], dict[str, str]]:
    """The words of the dictionary, and how often words stand in the Thai National Corpus, in digits: few are ever asked for."""
    spec = find_spec("pythainlp")  # not imported: only its files of words are needed
    folder = Path(str(spec.origin if spec else "")).parent / "corpus"
    words, rows = ((folder / name).read_bytes().decode() for name in ("words_th.txt", "tnc_freq.txt"))
    fields = rows.replace("\n", "\t").split("\t")
    return frozenset(words.split()), dict(zip(fields[::2], fields[1::2], strict=False))
