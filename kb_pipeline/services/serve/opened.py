"""A release that is open for reading: what it may say, and its index. SQL is the truth; nothing is asked of it here."""

import threading
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from kb_pipeline.domain.answers import Agreement, ServedEntry
from kb_pipeline.domain.base import fingerprint
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.releases import ManifestItem, Release
from kb_pipeline.errors import EmbedderMismatchError
from kb_pipeline.ports.entries import WithdrawnTexts
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.releases import Indexes, ReleaseIndex, Releases
from kb_pipeline.steps.release.manifest import check_items
from kb_pipeline.steps.serve.agreement import agreement, asked, of_release

NO_TEXTS: frozenset[str] = frozenset()


class LiveStore(Releases, WithdrawnTexts, Protocol):
    """What serving takes of the store."""


class Contents(NamedTuple):
    """What a release may say now. `etag` changes whenever that does: it is the release's id until something is withdrawn."""

    entries: Mapping[str, ServedEntry]  # by id, in the order of the ids
    withdrawn: tuple[str, ...]  # the ids of entries that it holds and may not say
    etag: str


class OpenRelease:
    """A release that can be asked. Its index is closed when it is retired and its last reader has left. Thread-safe.

    `contents` is never changed, only replaced: whoever answers a question takes it once.
    """

    def __init__(self, release: Release, index: ReleaseIndex, entries: Mapping[str, ServedEntry]) -> None:
        self.release = release
        self.index = index
        self.contents = Contents(entries, (), release.id)
        self.held = entries  # all that it holds, by id
        self._stated = of_release({id_: entry.text for id_, entry in entries.items()}, release.market)
        self._silenced = NO_TEXTS
        self._lock = threading.Lock()
        self._readers = 0
        self._retired = False
        self._closed = threading.Event()

    def silence(self, revisions: frozenset[str]) -> None:
        """Say none of these texts from now on, and again what is not among them. The index stays as it is."""
        if revisions == self._silenced:
            return
        entries = {id_: entry for id_, entry in self.held.items() if entry.item.revision_id not in revisions}
        silent = tuple(id_ for id_ in self.held if id_ not in entries)
        mark = f"-{fingerprint(silent, length=8)}" if silent else ""
        self.contents = Contents(entries, silent, f"{self.release.id}{mark}")
        self._silenced = revisions

    def agreements(self, question: str, ids: Iterable[str]) -> dict[str, Agreement]:
        """How the entries of `ids` stand to a question in codes, names, roles and bounds; empty if it speaks of none."""
        wanted = asked(question, self.release.market, self._stated)
        if wanted.is_empty:
            return {}
        return {id_: agreement(wanted, self._stated.entries[id_], self._stated) for id_ in ids}

    def enter(self) -> bool:
        """Come in to read; False when it is retired. Whoever came in must `leave`."""
        with self._lock:
            self._readers += not self._retired
            return not self._retired

    def leave(self) -> None:
        """Reading is over."""
        with self._lock:
            self._readers -= 1
            done = self._retired and not self._readers
        if done:
            self._close()

    def retire(self) -> None:
        """Let nobody in any more."""
        with self._lock:
            done = not self._retired and not self._readers
            self._retired = True
        if done:
            self._close()

    def wait_closed(self, seconds: float) -> None:
        """Wait until its last reader has left, or the time is over."""
        self._closed.wait(seconds)

    def _close(self) -> None:
        self.index.close()
        self._closed.set()


def open_release(store: LiveStore, indexes: Indexes, embedder: Embedder, market: str, number: int) -> OpenRelease:
    """Read a release from the store, hold its texts against its manifest, and open its index.

    Raises ReleaseError when one of them is not what was published, EmbedderMismatchError, StoreError.
    """
    release, manifest = store.release(market, number), store.manifest(market, number)
    if release.embedder != embedder.fingerprint:
        raise EmbedderMismatchError(
            f"{release.id} was indexed by embedder {release.embedder}, questions are embedded by {embedder.fingerprint}",
            f"set KB_EMBEDDING_MODEL back, or publish again: kb release publish --market {market}",
        )
    revisions = store.revisions([item.revision_id for item in manifest])
    check_items(release, manifest, revisions)
    entries = {item.entry_id: _entry(item, revisions[item.revision_id]) for item in manifest}
    return OpenRelease(release, indexes.open(release), entries)


def _entry(item: ManifestItem, revision: Revision) -> ServedEntry:
    return ServedEntry(
        market=revision.market,
        language=revision.language,
        text=revision.text,
        citations=revision.citations,
        item=item,
    )
