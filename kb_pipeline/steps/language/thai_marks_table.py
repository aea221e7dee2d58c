"""Make thai_marks.tsv, the table of Thai words without their marks: `python -m kb_pipeline.steps.language.thai_marks_table`.

The words and their frequencies are PyThaiNLP's words_th.txt and tnc_freq.txt, both CC0-1.0: so is the table. A row is four
letters, then each form that holds them, with its word and the place of the letters in the form: `กาหน<TAB>กาหนด กำหนด 0`.
"""

from collections import defaultdict
from collections.abc import Iterator

from kb_pipeline.steps.language.thai_marks import GRAM, NEVER, TABLE, TOTAL, Broken, corpus

_SARA_AM, _SARA_AA = "\u0e33", "\u0e32"
_TONES = "\u0e48\u0e49\u0e4a\u0e4b"
_MARKS = f"{_TONES}\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e47\u0e4c"  # tone marks, vowels above and below, ็ and ์
_FREQUENT = 8000  # words of the table
_NEIGHBOURS = 500  # the most frequent words: a short form needs the next word's first letters to be told
_RARE = 2.5e-5  # how often four letters may be met; the more, the more forms are known, and the more clean text is segmented


def rows() -> Iterator[str]:
    """The table's rows in the order of their keys, the longest form first in each."""
    found = defaultdict[str, set[Broken]](set)
    for gram, broken in _broken():
        found[gram].add(broken)
    for gram, forms in sorted(found.items()):
        cells = (f"{b.form} {b.word} {b.at}" for b in sorted(forms, key=lambda b: (-len(b.form), b)))
        yield "\t".join((gram, *cells))


def _broken() -> Iterator[tuple[str, Broken]]:
    """The broken forms with four letters of theirs that hardly any text has; short ones with two letters of a next word."""
    counts = word_counts()
    weights = _Weights(counts)
    frequent = sorted(filter(_is_thai, counts), key=lambda word: (-counts[word], word))[:_FREQUENT]
    starts = {word[:2] for word in frequent[:_NEIGHBOURS] if len(word) > 2}
    for rank, word in enumerate(frequent):
        for form in _without_marks(word):
            if form in counts or len(form) < 2:
                continue
            longer = (form,) if len(form) >= GRAM else tuple(form + start for start in starts) if rank < _NEIGHBOURS else ()
            for whole in longer:
                weight, at = min((weights.of(whole[n : n + GRAM]), n) for n in range(len(whole) - GRAM + 1))
                if weight < _RARE:
                    yield whole[at : at + GRAM], Broken(form, word, at)


class _Weights:
    """How often four letters stand in a row in running text: within a word, or at the end of one and the start of the next."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.inside, self.ends, self.starts = (defaultdict[str, float](float) for _ in range(3))
        for word, count in counts.items():
            share = (count or NEVER) / TOTAL
            for gram in {word[n : n + GRAM] for n in range(len(word) - GRAM + 1)}:
                self.inside[gram] += share
            for size in range(1, min(GRAM, len(word) + 1)):
                self.ends[word[-size:]] += share
                self.starts[word[:size]] += share

    def of(self, gram: str) -> float:
        """The share of the four letters among all words, 0 to 1."""
        between = sum(self.ends.get(gram[:n], 0.0) * self.starts.get(gram[n:], 0.0) for n in range(1, GRAM))
        return self.inside.get(gram, 0.0) + between


def word_counts() -> dict[str, int]:
    """How often the words of the dictionary stand in the corpus, 0 for never."""
    words, counts = corpus()
    return {word: int(counts.get(word, 0)) for word in words}


def _is_thai(word: str) -> bool:
    return all("\u0e01" <= letter <= "\u0e3a" or "\u0e40" <= letter <= "\u0e4e" for letter in word)


def _without_marks(word: str) -> set[str]:
    forms = {word[:n] + word[n + 1 :] for n, letter in enumerate(word) if letter in _MARKS}
    forms |= {word[:n] + _SARA_AA + word[n + 1 :] for n, letter in enumerate(word) if letter == _SARA_AM}
    return (forms | {"".join(letter for letter in word if letter not in _TONES)}) - {word}


if __name__ == "__main__":
    TABLE.write_text("".join(f"{row}\n" for row in rows()), encoding="utf-8")
