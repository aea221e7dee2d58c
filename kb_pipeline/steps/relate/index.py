"""Entries of one market, ready to be compared with. An entry is compared in full only with those that ask for the same things,
and with those whose questions come near: never with all.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kb_pipeline.ports.models import Vectors
from kb_pipeline.steps.relate.compared import ComparedEntry
from kb_pipeline.steps.relate.decision import FLOOR

BLOCK = 64  # entries per matrix product
NEAREST = 50  # of each sort that an entry is compared with: among more, another one changes nothing


class EntryIndex:
    """Takes entries one by one; one of an id that is known takes the other's place. Not thread-safe."""

    def __init__(self) -> None:
        self._entries: list[ComparedEntry] = []  # in the order in which they came, those that were replaced too
        self._gone: list[int] = []
        self._places: dict[str, int] = {}
        self._starts: list[int] = []  # the first row of each entry's question vectors
        self._vectors: Vectors = np.zeros((0, 0), np.float32)  # grows by doubling
        self._rows = 0
        self._askers: dict[frozenset[str], list[int]] = defaultdict(list)  # places by what is asked for

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._places

    def add(self, entry: ComparedEntry) -> None:
        """Take one in."""
        self.remove(entry.id)
        place = self._places[entry.id] = len(self._entries)
        self._entries.append(entry)
        self._starts.append(self._rows)
        self._keep(entry.question_vectors)
        self._askers[entry.asked_for].append(place)

    def remove(self, id_: str) -> None:
        """Let one go; nothing for an unknown one."""
        place = self._places.pop(id_, None)
        if place is not None:
            self._gone.append(place)
            self._askers[self._entries[place].asked_for].remove(place)

    def nearest(self, candidates: Sequence[ComparedEntry], *, earlier: bool = False) -> list[list[ComparedEntry]]:
        """For each candidate the entries worth comparing it with in full, in the order in which they came; never itself.

        `earlier`: the candidates were added, and only what came before each is compared with it.
        """
        if not candidates or not self._entries:
            return [[] for _ in candidates]
        best = self._best(candidates)
        best[:, self._gone] = 0
        found = []
        for candidate, scores in zip(candidates, best, strict=True):
            own = self._places.get(candidate.id)
            end = own if earlier and own is not None else len(self._entries)
            near = _first(np.flatnonzero(scores[:end] >= FLOOR), scores)
            same = _first(np.array([p for p in self._askers.get(candidate.asked_for, ()) if p < end], np.int64), scores)
            found.append([self._entries[place] for place in sorted({*near, *same} - {own})])
        return found

    def _best(self, candidates: Sequence[ComparedEntry]) -> Vectors:
        """The best cosine of each candidate with each entry, over their questions and phrasings."""
        rows = np.vstack([each.question_vectors for each in candidates])
        best = rows @ self._vectors[: self._rows].T
        if self._rows > len(self._entries):
            best = np.maximum.reduceat(best, self._starts, axis=1)
        if len(rows) > len(candidates):
            firsts = np.cumsum([0, *(len(each.question_vectors) for each in candidates[:-1])])
            best = np.maximum.reduceat(best, firsts, axis=0)
        return np.asarray(best)

    def _keep(self, vectors: Vectors) -> None:
        needed = self._rows + len(vectors)
        if needed > len(self._vectors):
            grown = np.zeros((max(1024, 2 * len(self._vectors), needed), vectors.shape[1]), np.float32)
            grown[: self._rows] = self._vectors[: self._rows] if self._rows else 0
            self._vectors = grown
        self._vectors[self._rows : needed] = vectors
        self._rows = needed


def _first(places: npt.NDArray[np.int64], scores: Vectors) -> list[int]:
    """The best of some places."""
    if len(places) > NEAREST:
        places = places[np.argpartition(-scores[places], NEAREST)[:NEAREST]]
    return [int(place) for place in places]
