"""A market's entries, kept ready to compare one more text with: only what changed since is read and embedded again."""

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext

from kb_pipeline.domain.changes import Relation
from kb_pipeline.ports.changes import Entries
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.progress import Progress
from kb_pipeline.services.relate.compared import EntryText, compared
from kb_pipeline.steps.relate.index import EntryIndex
from kb_pipeline.steps.relate.relations import OwnEntries, relate_next, relation_of

_APPROVED = frozenset({"approved", "published"})


class StandingEntries:
    """The entries of one market as they stand. Thread-safe; the first comparison reads them all, a later one what changed."""

    def __init__(self, store: Entries, embedder: Embedder, market: str) -> None:
        self._store = store
        self._embedder = embedder
        self._market = market
        self._lock = threading.Lock()
        self._index = EntryIndex()
        self._own = OwnEntries()  # those with an approved text: what a further text of them is an update of
        self._revisions: dict[str, tuple[str, bool]] = {}  # of what the index has, by entry id

    def relation(self, text: EntryText) -> Relation:
        """The relation of one text to the entries, which stay as they are. Raises what the embedder raises."""
        with self._lock:
            self._refresh(lambda _: None)
            (candidate,) = compared([text], self._embedder)
            return relation_of(candidate, self._index, self._own.of(candidate))

    def relate_next(self, texts: Sequence[EntryText], relations: dict[str, Relation]) -> None:
        """Write the relation of each of several new texts, by entry id, to the entries and to the texts before it."""
        with self._lock:
            candidates = compared(texts, self._embedder)
            relate_next(candidates, self._index, self._own, relations)

    def refresh(self, progress: Progress | None = None) -> None:
        """Bring it up to date with the store now, so that the next comparison need not."""
        entries = len(self._store.standing_revisions(self._market).items() - self._revisions.items())
        title = f"read {self._market}"
        with self._lock, progress.track(title, entries) if progress and entries else nullcontext(lambda _: None) as done:
            self._refresh(done)

    def _refresh(self, done: Callable[[str], None]) -> None:
        standing = dict(self._store.standing_revisions(self._market))
        for gone in self._revisions.keys() - standing.keys():
            self._index.remove(gone)
            self._own.remove(gone)
        fresh = sorted(id_ for id_, revision in standing.items() if self._revisions.get(id_) != revision)
        entries = self._store.entries(self._market, fresh) if fresh else ()
        candidates = compared([EntryText.of(entry) for entry in entries], self._embedder, done)
        for entry, candidate in zip(entries, candidates, strict=True):
            self._index.add(candidate)
            if entry.standing in _APPROVED:
                self._own.add(candidate)
            else:
                self._own.remove(entry.id)
        self._revisions = standing
