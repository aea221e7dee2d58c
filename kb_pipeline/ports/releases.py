"""Releases: what is stored of them, their indexes, and who verifies them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from kb_pipeline.domain.conflicts import Conflict
from kb_pipeline.domain.entries import ApprovedEntry
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.index import Found, IndexText
from kb_pipeline.domain.releases import Hold, Manifest, Release, ReleaseReport
from kb_pipeline.ports.models import Vector, Vectors

Failpoint = Callable[[str], None]  # called with a name at the points where a crash is tested; does nothing otherwise


class Releases(Protocol):
    """The releases, and which of them is live."""

    def live_numbers(self) -> Mapping[str, int]:
        """The pointer: the live release's number of every market that has one. Cheap: readers ask many times a minute."""

    def live_before(self, market: str) -> int | None:
        """The number of the release in whose place the live one came; None if there was none. By the trail, not by a clock."""

    def releases(self, market: str | None = None) -> Sequence[Release]:
        """All releases, by market, newest first."""

    def release(self, market: str, number: int) -> Release:
        """One release. Raises NotFoundError."""

    def manifest(self, market: str, number: int) -> Manifest:
        """What a release says, by entry id. Raises NotFoundError."""

    def revisions(self, ids: Sequence[str]) -> Mapping[str, Revision]:
        """The texts of these revision ids; unknown ones are left out."""


class ApprovedEntries(Protocol):
    """What a release may be made of."""

    def approved_entries(self, market: str) -> Sequence[ApprovedEntry]:
        """What may be published now, by entry id."""


class Holds(Protocol):
    """The markets in which nothing is published until a person says so."""

    def hold_of(self, market: str) -> Hold | None:
        """Why nothing may be published in the market; None: it may."""

    def put_on_hold(self, market: str, actor: str, reason: str) -> Hold:
        """Let nothing be published until the hold is lifted. Raises BlockedError (no reason, or it is held already)."""

    def lift_hold(self, market: str, actor: str, reason: str) -> Hold:
        """Let the market be published again; the hold that stood. Raises BlockedError (no reason), NotFoundError."""


class Conflicts(Protocol):
    """The contradictions that were found, and what people said of them."""

    def conflicts(self, market: str) -> Sequence[Conflict]:
        """All of the market, in the order of their entries."""

    def save_conflicts(self, conflicts: Sequence[Conflict], compared: Release | None = None) -> None:
        """Write down what was found; what is known stays with its word. `compared`: the release whose texts all were."""

    def settle_conflict(self, conflict: Conflict, actor: str, holds: str, reason: str) -> Conflict:
        """Keep a person's word on two texts: the entry that holds, or both (`holds` empty). Raises BlockedError."""


class ReleaseStore(Releases, ApprovedEntries, Holds, Protocol):
    """Makes releases and moves the pointer to the live one. Every write appends its audit events in the same transaction."""

    def begin_release(
        self, market: str, manifest: Manifest, embedder: str, actor: str, note: str = "", *, compared: bool = False
    ) -> Release:
        """Write the immutable manifest as the market's next release, `building`; `compared`: its texts were, with each other.

        Raises BlockedError for an empty one, or for an item that is not its entry's approved revision or whose hash is not
        its text's.
        """

    def end_verification(self, market: str, number: int, report: ReleaseReport) -> Release:
        """Keep the report: `verified`, or `failed` for its failures. Raises NotFoundError, IllegalTransitionError."""

    def fail_release(self, market: str, number: int, reason: str) -> Release:
        """Give a building or verified release up. Raises NotFoundError, IllegalTransitionError."""

    def go_live(self, market: str, number: int, actor: str, expected: int | None, reason: str = "") -> Release:
        """Flip the pointer, in one transaction: this release is live, the one before superseded, and the entries' states follow
        (in it: published; else: approved). Whoever goes back puts the market on hold, for `reason`.

        Raises ConflictError when not `expected` is live, BlockedError for a new release while the market is on hold,
        IllegalTransitionError.
        """


class ReleaseIndex(Protocol):
    """The index of one release, opened for reading. Thread-safe."""

    def dense(self, vector: Vector, k: int) -> Sequence[Found]:
        """The `k` nearest texts, best first; an entry may come several times. `vector` has shape (dimensions,)."""

    def lexical(self, words: Sequence[str], k: int) -> Sequence[Found]:
        """The `k` best entries by BM25 over any of `words`, best first; questions and phrasings weigh more than answers."""

    def is_current(self) -> bool:
        """Whether it was not made anew since it was opened. Cheap."""

    def contents(self) -> tuple[Sequence[str], Sequence[str], Vectors]:
        """All text ids, the texts, and their vectors (texts, dimensions), in one order: for verification."""

    @property
    def manifest_hash(self) -> str:
        """The manifest hash that it was built for."""

    def close(self) -> None:
        """Let the files go."""


class Indexes(Protocol):
    """Where the indexes of releases are. An index is derived: written once, by one process, then only read."""

    def build(self, release: Release, texts: Sequence[IndexText], vectors: Vectors, tick: Callable[[], None]) -> None:
        """Write the index of a release; what is left of an earlier try is thrown away first. `tick` is called between writes.

        Raises ReleaseError.
        """

    def open(self, release: Release) -> ReleaseIndex:
        """Open it for reading. Raises ReleaseError when it is missing, damaged or of another manifest."""

    def exists(self, release: Release) -> bool:
        """Whether there is anything of it."""

    def remove(self, release_id: str) -> None:
        """Throw away what there is of it."""

    def present(self) -> Sequence[str]:
        """The ids of all releases of which there is anything, e.g. `th-TH/r0007`."""


class Verifier(Protocol):
    """Verifies a built release in a fresh child process, which has nothing of the builder's in its memory."""

    def verify(self, release: Release) -> ReleaseReport:
        """What it found. A child that crashes is a report with a failure."""


class Probe(Protocol):
    """Asks the running API whether it follows."""

    def failure(self, release: Release) -> str | None:
        """Why the API does not serve the release after a few seconds, in words; None when it does."""
