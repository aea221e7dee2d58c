"""Which entries are worth comparing in full: the nearest by vectors and by rare words, so that no pair of all is looked at."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from kb_pipeline.steps.relate.compared import ComparedEntry

_NEIGHBOURS = 8  # by each kind of blocking
_RARE = 50  # a word in more entries than this blocks nothing
_BLOCK = 64  # entries per matrix product


def nearest_by_vectors(
    candidates: Sequence[ComparedEntry], others: Sequence[ComparedEntry]
) -> Iterator[tuple[ComparedEntry, list[int]]]:
    """Each candidate with the indices of its nearest among the others and the candidates before it."""
    if not candidates:
        return
    pool = (*others, *candidates)
    matrix = np.vstack([each.question_vectors for each in pool])
    starts = np.cumsum([0, *(len(each.question_vectors) for each in pool)])
    for first in range(0, len(candidates), _BLOCK):
        block = candidates[first : first + _BLOCK]
        begin = starts[len(others) + first]
        cosines = matrix[begin : starts[len(others) + first + len(block)]] @ matrix.T
        for place, candidate in enumerate(block, start=len(others) + first):
            rows = cosines[starts[place] - begin : starts[place + 1] - begin, : starts[place]]
            if place == 0:
                yield candidate, []
                continue
            best = np.maximum.reduceat(rows.max(axis=0), starts[:place])
            yield candidate, np.argsort(-best, kind="stable")[:_NEIGHBOURS].tolist()


def nearest_by_words(
    candidates: Sequence[ComparedEntry], others: Sequence[ComparedEntry], rarity: dict[str, float]
) -> dict[str, list[int]]:
    """By candidate id, the indices before it that share the most weight of rare words."""
    postings: dict[str, list[int]] = defaultdict(list)
    near: dict[str, list[int]] = {}
    for place, each in enumerate((*others, *candidates)):
        weights: dict[int, float] = defaultdict(float)
        for word in each.words:
            if len(postings[word]) <= _RARE:
                for index in postings[word]:
                    weights[index] += rarity[word]
            postings[word].append(place)
        if place >= len(others):
            near[each.id] = sorted(weights, key=lambda index: (-weights[index], index))[:_NEIGHBOURS]
    return near
