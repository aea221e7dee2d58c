"""Which sentences of a translation say which sentences of its source: in order, one to one, one to two, two to one. No I/O.

Vectors are the caller's: `likeness` holds the cosines of `units(source)` and `units(target)`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

from kb_pipeline.domain.base import Value
from kb_pipeline.steps.language.sentence_ends import sentence_spans

Likeness = npt.NDArray[np.float32]  # (units of the source, units of the target), cosines
Agreement = Callable[[str, str], bool | None]  # whether facts of two texts agree; None: there are none on either side

# Chosen on 360 answers made of 2 to 5 neighbouring blocks of professional English-Thai translations (parallel-en-th), some of
# them joined by two: 1 aligned wrongly, none unsure (with _SURE at 0.82 5, at 0.84 24; _FLOOR from 0.60 to 0.70 is the same).
_FLOOR = 0.70  # cosine of sentences that have nothing to do with each other, by the embedded embedder
_SURE = 0.80  # cosine of a bead that is believed; 1% of the true pairs are below 0.825
# A bead is hardly less like than its sentences are like others. Where two neighbours were swapped, which order cannot follow,
# 101 of 121 answers are unsure, and 3 of 121 right ones (without this margin 37 and 0; at 0.02 96 and 0).
_MARGIN = 0.01
_CONTRADICTION = 0.2  # cosine that a bead loses whose facts differ: more than all that lies between right and wrong
_SHAPES = ((1, 1), (1, 2), (2, 1))
_LINE = re.compile(r"[^\n]+")


class Bead(Value):
    """Sentences `source[0]:source[1]` of the source are sentences `target[0]:target[1]` of the target."""

    source: tuple[int, int]
    target: tuple[int, int]


class Sentences(Value):
    """A text in sentences; `gaps[i]` stands before sentence i, the last one after all: nothing is lost."""

    sentences: tuple[str, ...]
    gaps: tuple[str, ...]

    def joined(self, start: int, end: int) -> str:
        """Sentences `start:end` with what stands between them, to the byte."""
        between = ("", *self.gaps[start + 1 : end])
        return "".join(gap + sentence for gap, sentence in zip(between, self.sentences[start:end], strict=False))


def split(text: str) -> Sentences:
    """The sentences of Markdown `text`; a line's end is a sentence's end."""
    spans = [
        (line.start() + start, line.start() + end) for line in _LINE.finditer(text) for start, end in sentence_spans(line[0])
    ]
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    return Sentences(
        sentences=tuple(text[start:end] for start, end in spans),
        gaps=tuple(text[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2)),
    )


def units(sentences: Sequence[str]) -> tuple[str, ...]:
    """What can be one side of a bead: each sentence, then each two neighbours joined."""
    pairs = (f"{one} {other}" for one, other in pairwise(sentences))
    return (*sentences, *pairs)


def pinned(source: Sequence[str], target: Sequence[str], agree: Agreement) -> tuple[Bead, ...] | None:
    """One to one, where counts and facts alone prove it: no two neighbours are without facts. None: they do not."""
    if len(source) != len(target):
        return None
    agreed = [agree(one, other) for one, other in zip(source, target, strict=True)]
    loose = any(one is None and other is None for one, other in pairwise(agreed))
    if False in agreed or loose:
        return None
    return tuple(Bead(source=(i, i + 1), target=(i, i + 1)) for i in range(len(source)))


def align(source: Sequence[str], target: Sequence[str], likeness: Likeness, agree: Agreement) -> tuple[Bead, ...] | None:
    """The best beads by likeness and facts; None where there are none, or one of them is not sure."""
    sizes, texts = (len(source), len(target)), (units(source), units(target))
    best: dict[tuple[int, int], tuple[float, tuple[Bead, ...]]] = {(0, 0): (0.0, ())}
    for at in product(range(sizes[0] + 1), range(sizes[1] + 1)):
        for bead in _beads_from(at, sizes) if at in best else ():
            row, column = _units_of(bead, sizes)
            cosine, agreed = float(likeness[row, column]), agree(texts[0][row], texts[1][column])
            shape = bead.source[1] - bead.source[0] + bead.target[1] - bead.target[0]
            score = best[at][0] + (cosine - _FLOOR - _CONTRADICTION * (agreed is False)) * shape / 2
            end = (bead.source[1], bead.target[1])
            if end not in best or score > best[end][0]:
                best[end] = (score, (*best[at][1], bead))
    _, beads = best.get(sizes, (0.0, ()))
    sure = all(_is_sure(bead, sizes, likeness) and _agree(bead, sizes, texts, agree) for bead in beads)
    return beads if beads and sure else None


def _beads_from(at: tuple[int, int], sizes: tuple[int, int]) -> Iterator[Bead]:
    for n, m in _SHAPES:
        if at[0] + n <= sizes[0] and at[1] + m <= sizes[1]:
            yield Bead(source=(at[0], at[0] + n), target=(at[1], at[1] + m))


def _units_of(bead: Bead, sizes: tuple[int, int]) -> tuple[int, int]:
    """The row and the column of a bead in the likeness."""
    (i, i_end), (j, j_end) = bead.source, bead.target
    return (i if i_end - i == 1 else sizes[0] + i, j if j_end - j == 1 else sizes[1] + j)


def _is_sure(bead: Bead, sizes: tuple[int, int], likeness: Likeness) -> bool:
    row, column = _units_of(bead, sizes)
    others = [likeness[row, j] for j in range(sizes[1]) if not bead.target[0] <= j < bead.target[1]]
    others += [likeness[i, column] for i in range(sizes[0]) if not bead.source[0] <= i < bead.source[1]]
    return bool(likeness[row, column] >= max(_SURE, *(float(other) - _MARGIN for other in others), -1.0))


def _agree(bead: Bead, sizes: tuple[int, int], texts: tuple[tuple[str, ...], tuple[str, ...]], agree: Agreement) -> bool:
    row, column = _units_of(bead, sizes)
    return agree(texts[0][row], texts[1][column]) is not False
