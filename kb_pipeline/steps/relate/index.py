"""Entries of one market, ready to be compared with: an entry is compared in full only with its nearest, never with all."""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from kb_pipeline.ports.models import Vectors
from kb_pipeline.steps.relate.compared import ComparedEntry

BLOCK = 64  # entries per matrix product
_NEIGHBOURS = 8  # by vectors, and as many by words
_SURELY_NEAR = 0.93  # a cosine of questions from which an entry is always compared, however many there are
_RARE = 50  # a word in more entries than this leads to none
Rarity = Callable[[str], float]  # the weight of a word
_GONE = -2.0  # a cosine below all others


class EntryIndex:
    """Takes entries one by one; one of an id that is known takes the other's place. Not thread-safe."""

    def __init__(self) -> None:
        self._entries: list[ComparedEntry] = []  # in the order in which they came, those that were replaced too
        self._gone: list[bool] = []
        self._places: dict[str, int] = {}
        self._starts: list[int] = []  # the first row of each entry's question vectors
        self._vectors: Vectors = np.zeros((0, 0), np.float32)  # grows by doubling
        self._rows = 0
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._words: dict[str, frozenset[str]] = {}
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._places

    @property
    def rarity(self) -> Rarity:
        """The weight of any word: log(1 + N / (1 + n)) for a word in n of N entries."""
        entries, counts = len(self._words), self._counts
        return lambda word: math.log(1 + entries / (1 + counts[word]))

    def learn(self, entries: Iterable[ComparedEntry]) -> None:
        """Count the words of entries that come later, so that a word weighs the same for the first of a batch and the last."""
        for entry in entries:
            self._counts.subtract(self._words.get(entry.id, ()))
            self._counts.update(entry.words)
            self._words[entry.id] = entry.words

    def add(self, entry: ComparedEntry) -> None:
        """Take one in."""
        self._leave(entry.id)
        self.learn([entry])
        place = self._places[entry.id] = len(self._entries)
        self._entries.append(entry)
        self._gone.append(False)
        self._starts.append(self._rows)
        self._keep(entry.question_vectors)
        for word in entry.words:
            self._postings[word].append(place)

    def remove(self, id_: str) -> None:
        """Let one go; nothing for an unknown one."""
        self._leave(id_)
        self._counts.subtract(self._words.pop(id_, ()))

    def nearest(self, candidates: Sequence[ComparedEntry], *, earlier: bool = False) -> list[list[ComparedEntry]]:
        """For each candidate the entries worth comparing it with in full, in the order in which they came; never itself.

        `earlier`: the candidates were added, and only what came before each is compared with it.
        """
        ends = [self._places[each.id] if earlier else len(self._entries) for each in candidates]
        by_vectors = self._by_vectors(candidates, ends)
        return [
            [self._entries[place] for place in sorted({*near, *self._by_words(candidate, end)})]
            for candidate, near, end in zip(candidates, by_vectors, ends, strict=True)
        ]

    def _by_vectors(self, candidates: Sequence[ComparedEntry], ends: Sequence[int]) -> list[list[int]]:
        if not candidates or not self._entries:
            return [[] for _ in candidates]
        cosines = np.vstack([each.question_vectors for each in candidates]) @ self._vectors[: self._rows].T
        best = np.maximum.reduceat(cosines, self._starts, axis=1)
        best[:, self._gone] = _GONE
        found, row = list[list[int]](), 0
        for candidate, end in zip(candidates, ends, strict=True):
            scores = best[row : row + len(candidate.question_vectors), :end].max(axis=0)
            row += len(candidate.question_vectors)
            if self._places.get(candidate.id, end) < end:
                scores[self._places[candidate.id]] = _GONE
            order = np.argsort(-scores, kind="stable")
            wanted = max(_NEIGHBOURS, int((scores >= _SURELY_NEAR).sum()))
            found.append([place for place in order[:wanted].tolist() if scores[place] > _GONE])
        return found

    def _by_words(self, candidate: ComparedEntry, end: int) -> list[int]:
        own, rarity, weights = self._places.get(candidate.id), self.rarity, defaultdict[int, float](float)
        for word in candidate.words:
            places = self._postings.get(word, [])
            places = places[: bisect_left(places, end)]
            if len(places) <= _RARE:
                for place in places:
                    if place != own and not self._gone[place]:
                        weights[place] += rarity(word)
        return sorted(weights, key=lambda place: (-weights[place], place))[:_NEIGHBOURS]

    def _leave(self, id_: str) -> None:
        place = self._places.pop(id_, None)
        if place is not None:
            self._gone[place] = True

    def _keep(self, vectors: Vectors) -> None:
        needed = self._rows + len(vectors)
        if needed > len(self._vectors):
            grown = np.zeros((max(1024, 2 * len(self._vectors), needed), vectors.shape[1]), np.float32)
            grown[: self._rows] = self._vectors[: self._rows] if self._rows else 0
            self._vectors = grown
        self._vectors[self._rows : needed] = vectors
        self._rows = needed
