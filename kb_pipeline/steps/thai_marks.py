"""Thai words that have lost a vowel or tone mark: แนะนา for แนะนำ. No I/O but the word lists, which are in the wheel.

A table holds how the frequent words look without one of their marks, or without any tone mark, keyed by four letters that
words hardly ever have in a row. What the table finds is repaired only where the repaired text is far likelier as a
sequence of words (frequencies of the Thai National Corpus).
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from kb_pipeline.steps.segment import segments

_SARA_AM, _SARA_AA = "\u0e33", "\u0e32"
_TONES = "\u0e48\u0e49\u0e4a\u0e4b"
_MARKS = f"{_TONES}\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e47\u0e4c"  # tone marks, vowels above and below, ็ and ์
_NO_WORD_END = re.compile("[\u0e31\u0e33\u0e34-\u0e3a\u0e47-\u0e4e]")  # what stands on the letter before
_THAI = re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]+")
_RUN_BEFORE = re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]+\\Z")
_RUN_AFTER = re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]+")
_AROUND = 24  # letters on each side that are segmented with it
_GRAM = 4
_FREQUENT = 8000  # words of the table
_NEIGHBOURS = 500  # the most frequent words: a short form needs the next word's first letters to be told
_RARE = 2.5e-5  # how often four letters may be met; the more, the more forms are known, and the more clean text is segmented
_UNKNOWN, _UNKNOWN_LETTER = -18.0, -2.0  # log probability of a run that is no word, and of each of its letters
_GAIN = 5.0  # of the run's log probability; at 5, 15 repairs in 2,819 edited blocks, all of misspelt words, 14 rightly


class Repair(NamedTuple):
    """A span that is no word, and the word that it has been."""

    start: int
    end: int
    word: str


class _Broken(NamedTuple):
    form: str
    word: str
    at: int  # of the four letters in the form


def lost_marks(text: str) -> Iterator[Repair]:
    """The words of `text` that lack a mark, with the word; only where nothing else is likely."""
    table = _table()
    grams = [text[n : n + _GRAM] for n in range(len(text) - _GRAM + 1)]
    if table.keys().isdisjoint(grams):
        return
    reached = 0
    for n, gram in enumerate(grams):
        if gram not in table:
            continue
        there = [b for b in table[gram] if n - b.at >= reached and text.startswith(b.form, n - b.at)]
        gain, best = max(((_gain(text, n - b.at, b), b) for b in there), default=(0.0, None))
        if best and gain > _GAIN:
            reached = n - best.at + len(best.form)
            yield Repair(n - best.at, reached, best.word)


def _gain(text: str, start: int, broken: _Broken) -> float:
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
    frequencies = _frequencies()
    return sum(frequencies.get(word) or _UNKNOWN + _UNKNOWN_LETTER * len(word) for word in segments(run, "th"))


@cache
def _frequencies() -> dict[str, float]:
    """Log probabilities of the dictionary's words."""
    spec = find_spec("pythainlp")  # not imported: only its files of words are needed
    corpus = Path(str(spec.origin if spec else "")).parent / "corpus"
    known = set((corpus / "words_th.txt").read_text(encoding="utf-8").split())
    rows = (line.rpartition("\t") for line in (corpus / "tnc_freq.txt").read_text(encoding="utf-8").splitlines())
    counts = {word: int(count) for word, _, count in rows if count.isdigit() and word in known}
    total = sum(counts.values())
    rare = math.log(0.5 / total)
    return {word: math.log(counts[word] / total) if word in counts else rare for word in known}


@cache
def _table() -> dict[str, tuple[_Broken, ...]]:
    """The broken forms by four letters of theirs that hardly any text has; short ones with two letters of a next word."""
    frequencies = _frequencies()
    weights = _Weights(frequencies)
    found = defaultdict[str, list[_Broken]](list)
    frequent = sorted((w for w in frequencies if _THAI.fullmatch(w)), key=lambda w: -frequencies[w])[:_FREQUENT]
    starts = {word[:2] for word in frequent[:_NEIGHBOURS] if len(word) > 2}
    for rank, word in enumerate(frequent):
        for form in _without_marks(word):
            if form in frequencies or len(form) < 2:
                continue
            longer = (form,) if len(form) >= _GRAM else tuple(form + start for start in starts) if rank < _NEIGHBOURS else ()
            for whole in longer:
                grams = ((weights.of(whole[n : n + _GRAM]), n) for n in range(len(whole) - _GRAM + 1))
                weight, at = min(grams)
                if weight < _RARE:
                    found[whole[at : at + _GRAM]].append(_Broken(form, word, at))
    return {gram: tuple(sorted(set(forms), key=lambda b: -len(b.form))) for gram, forms in found.items()}


class _Weights:
    """How often four letters stand in a row in running text: within a word, or at the end of one and the start of the next."""

    def __init__(self, frequencies: dict[str, float]) -> None:
        self.inside, self.ends, self.starts = (defaultdict[str, float](float) for _ in range(3))
        for word, likelihood in frequencies.items():
            share = math.exp(likelihood)
            for gram in {word[n : n + _GRAM] for n in range(len(word) - _GRAM + 1)}:
                self.inside[gram] += share
            for size in range(1, min(_GRAM, len(word) + 1)):
                self.ends[word[-size:]] += share
                self.starts[word[:size]] += share

    def of(self, gram: str) -> float:
        between = sum(self.ends.get(gram[:n], 0.0) * self.starts.get(gram[n:], 0.0) for n in range(1, _GRAM))
        return self.inside.get(gram, 0.0) + between


def _without_marks(word: str) -> set[str]:
    forms = {word[:n] + word[n + 1 :] for n, letter in enumerate(word) if letter in _MARKS}
    forms |= {word[:n] + _SARA_AA + word[n + 1 :] for n, letter in enumerate(word) if letter == _SARA_AM}
    return (forms | {"".join(letter for letter in word if letter not in _TONES)}) - {word}
