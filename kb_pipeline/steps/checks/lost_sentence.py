"""Which sentence of a text its translation has lost, by lengths and marks alone: no model, no dictionary, no I/O.

The translation is cut into pieces where a sentence can end, and the pieces are laid against the source's sentences in order,
as W. A. Gale and K. W. Church align sentences (A Program for Aligning Sentences in Bilingual Corpora, 1993). A sentence is lost
where the pieces fit the others much better than all of them. Measured on 2,819 English-Thai blocks that professionals
translated (docs/benchmarks.md): 97 % of the lost sentences at 0.3 % false alarms, 96 % and 98 % in the even and the odd
articles. Other languages are not measured.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import inf, log

from kb_pipeline.steps.language.prose import NO_LENGTH, prose
from kb_pipeline.steps.language.sentence_marks import cut_pieces, cut_sentences

_MISSED = 0.5  # what a mark too many or too few costs, in units of log likelihood
_JOINED = 3.0  # what it costs that two sentences have become one
_EVIDENCE = 2.1  # how much likelier (log likelihood) it must be that a sentence is lost than that all are there
_WORST = 10.0  # pieces that fit worse do not fit
# Variance of the logarithm of the length ratio of one sentence: STEADY + SHORT / letters.
_STEADY, _SHORT = 0.0049, 3.0
_LEAST, _MOST = 0.5, 2.0  # a sentence becomes between so many times its usual length
_MANY, _PIECES = 20, 120  # sentences, pieces: beyond, chance finds a way, and the time grows with the square of both
_CLAIM = 12  # letters: a shorter sentence is part of its neighbour


_Size = tuple[float, int]  # characters without spaces; marks, which a translation keeps: bold print and links


def lost_sentence(source: str, target: str, language: str, usual: float, doubt: float = 1.0) -> str | None:
    """The sentence of `source` that `target`, a text in `language`, lacks; None if it seems to have all.

    `usual` is the usual ratio of lengths, target to source; `doubt` the factor on its standard deviation.
    """
    sentences = _sentences(source)
    if not 2 <= len(sentences) <= _MANY:
        return None
    pieces = cut_pieces(prose(target, NO_LENGTH, gap=""), language)
    if len(pieces) > _PIECES:
        return None
    fit = _Fit(_sizes(pieces), doubt)
    sizes = [(letters * usual, marks) for letters, marks in _sizes(sentences)]
    limit = fit.misfit(sizes, _WORST) - _EVIDENCE
    if limit <= 0:
        return None
    least, lost = min((fit.misfit([*sizes[:n], *sizes[n + 1 :]], limit), n) for n in range(len(sizes)))
    return sentences[lost] if least < limit else None


class _Fit:
    """How well sentences fit the pieces of one text."""

    def __init__(self, pieces: Sequence[_Size], doubt: float) -> None:
        self._letters = [0.0, *accumulate([letters for letters, _ in pieces])]
        self._marks = [0, *accumulate([marks for _, marks in pieces])]
        self._doubt = 2 * doubt**2

    def misfit(self, sizes: Sequence[_Size], limit: float) -> float:
        """Minus the log likelihood of the best way to lay all pieces against `sizes`; `limit` if it is not below that."""
        rest = sum([letters for letters, _ in sizes])
        costs: list[dict[int, float]] = [{0: 0.0}]  # by sentences done: least cost by pieces used
        for done, (letters, marks) in enumerate(sizes, 1):
            rest -= letters
            costs.append({})
            self._lay((letters, marks), rest, costs[-2], costs[-1], 0.0, limit)
            if done > 1:
                both = sizes[done - 2][0] + letters, sizes[done - 2][1] + marks
                self._lay(both, rest, costs[-3], costs[-1], _JOINED, limit)
        return costs[-1].get(len(self._letters) - 1, limit)

    def _lay(
        self, size: _Size, rest: float, before: dict[int, float], after: dict[int, float], extra: float, limit: float
    ) -> None:
        """Lay the next pieces against a sentence, in all ways that leave enough for the `rest` and cost less than `limit`."""
        letters, marks, whole = self._letters, self._marks, self._letters[-1]
        usual = size[0] + 3
        scale, center = self._doubt * (_STEADY + _SHORT / usual), log(usual)
        first, last = bisect_left(letters, whole - _MOST * rest - 20), bisect_right(letters, whole - _LEAST * rest)
        for start, cost in before.items():
            at, expected = letters[start] - 3, marks[start] + size[1]
            low = max(first, bisect_left(letters, at + _LEAST * usual, start + 1))
            for end in range(low, min(last, bisect_right(letters, at + _MOST * usual + 20))):
                deviation = log(letters[end] - at) - center
                total = cost + extra + deviation * deviation / scale + _MISSED * abs(expected - marks[end])
                if total < limit and total < after.get(end, inf):
                    after[end] = total


def _sentences(text: str) -> list[str]:
    """The sentences of `text`, none shorter than a claim."""
    pieces = cut_sentences(prose(text, NO_LENGTH, gap=""))
    if len(pieces) < 2:
        return pieces
    sentences = pieces[:1]
    for piece in pieces[1:]:
        if min(len(piece), len(sentences[-1])) < _CLAIM:
            sentences[-1] += f" {piece}"
        else:
            sentences.append(piece)
    return sentences


def _sizes(texts: Sequence[str]) -> list[_Size]:
    return [(len(text) - text.count(" "), text.count("**") + text.count("](")) for text in texts]
