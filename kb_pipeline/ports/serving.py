"""What is kept and needed to publish and to serve: releases, accounts, the query log, and the indexes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kb_pipeline.domain.accounts import ApiKey, Session, User
from kb_pipeline.domain.answers import Feedback, QueryRecord
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.findings import TextPart
from kb_pipeline.domain.releases import Manifest, Release, ReleaseReport
from kb_pipeline.ports.models import Vectors

Failpoint = Callable[[str], None]  # called with a name at the points where a crash is tested; does nothing otherwise


class ApprovedEntry(Value):
    """An entry whose text a person approved, and that is not retired: what a release is made of."""

    revision: Revision
    source_faq_id: str | None
    topics: tuple[str, ...] = ()


class ReleaseStore(Protocol):
    """Releases and the pointer to the live one. Every write appends its audit events in the same transaction."""

    def approved_entries(self, market: str) -> Sequence[ApprovedEntry]:
        """What may be published now, by entry id."""

    def begin_release(self, market: str, manifest: Manifest, embedder: str, actor: str, note: str = "") -> Release:
        """Write the immutable manifest as the market's next release, `building`. Raises BlockedError for an empty one, or
        for an item that is not its entry's approved revision or whose hash is not its text's.
        """

    def end_verification(self, market: str, number: int, report: ReleaseReport) -> Release:
        """Keep the report: `verified`, or `failed` for its failures. Raises NotFoundError, IllegalTransitionError."""

    def fail_release(self, market: str, number: int, reason: str) -> Release:
        """Give a building or verified release up. Raises NotFoundError, IllegalTransitionError."""

    def go_live(self, market: str, number: int, actor: str, expected: int | None) -> Release:
        """Flip the pointer, in one transaction: this release is live, the one before superseded, and the entries' states follow
        (in it: published; else: approved). Raises ConflictError when not `expected` is live, IllegalTransitionError.
        """

    def live_numbers(self) -> Mapping[str, int]:
        """The pointer: the live release's number of every market that has one. Cheap: readers ask many times a minute."""

    def releases(self, market: str | None = None) -> Sequence[Release]:
        """All releases, by market, newest first."""

    def release(self, market: str, number: int) -> Release:
        """One release. Raises NotFoundError."""

    def manifest(self, market: str, number: int) -> Manifest:
        """What a release says, by entry id. Raises NotFoundError."""

    def revisions(self, ids: Sequence[str]) -> Mapping[str, Revision]:
        """The texts of these revision ids; unknown ones are left out."""


class AccountStore(Protocol):
    """Users, sessions and API keys. Changes of users and keys append audit events; no secret is ever part of one."""

    def save_user(self, user: User, password_hash: str | None, actor: str) -> None:
        """Add a user (who needs a password hash), or change role, markets, disabled and, if given, password.

        A disabled user, and one with a new password, loses all sessions. Raises BlockedError.
        """

    def user(self, name: str) -> User | None:
        """The user of this name, compared without case."""

    def users(self) -> Sequence[User]:
        """All users by name."""

    def password_hash(self, name: str) -> str | None:
        """The user's password hash."""

    def save_session(self, session: Session) -> None:
        """Keep a session."""

    def session(self, token_hash: str) -> Session | None:
        """The session, if it was not ended; it may have expired."""

    def end_session(self, token_hash: str) -> None:
        """End a session; nothing happens if there is none."""

    def add_key(self, key: ApiKey, secret_hash: str, actor: str) -> None:
        """Keep a key. Raises BlockedError for an id that is taken."""

    def key(self, key_id: str) -> tuple[ApiKey, str] | None:
        """The key and its secret's hash."""

    def keys(self) -> Sequence[ApiKey]:
        """All keys, oldest first."""

    def revoke_key(self, key_id: str, actor: str) -> ApiKey:
        """End a key. Raises NotFoundError."""


class QueryStore(Protocol):
    """The query log."""

    def save_queries(self, records: Sequence[QueryRecord]) -> None:
        """Append records; one whose request id is known changes nothing."""

    def save_feedback(self, feedback: Feedback, at: datetime) -> None:
        """Append an outcome. Raises NotFoundError for a request that is not in the log."""

    def query(self, request_id: str) -> QueryRecord | None:
        """One record."""

    def feedback(self, request_id: str) -> Sequence[Feedback]:
        """The outcomes of a request, oldest first."""

    def forget_queries(self, before: datetime) -> int:
        """Delete records and their feedback from before that time; how many records."""


class IndexText(Value):
    """One text of an entry that can be found: its question, one phrasing, or its answer in plain text."""

    entry_id: str
    part: TextPart
    position: int = 0  # of the phrasing
    text: str
    words: tuple[str, ...]  # for the lexical index: segmented, in the forms that are compared

    @property
    def id(self) -> str:
        """Its id in the index."""
        return f"{self.entry_id}:{self.part}:{self.position}"


class Found(Value):
    """A text that was found. Dense scores are cosines; lexical ones are BM25, higher is better."""

    entry_id: str
    text_id: str = ""  # of the nearest text; empty for lexical hits, which are of whole entries
    score: float


class ReleaseIndex(Protocol):
    """The index of one release, opened for reading. Thread-safe."""

    def dense(self, vector: npt.NDArray[np.float32], k: int) -> Sequence[Found]:
        """The `k` nearest texts, best first; an entry may come several times. `vector` has shape (dimensions,)."""

    def lexical(self, words: Sequence[str], k: int) -> Sequence[Found]:
        """The `k` best entries by BM25 over any of `words`, best first; questions and phrasings weigh more than answers."""

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


class Passwords(Protocol):
    """Password hashing."""

    def hash(self, password: str) -> str:
        """A salted hash, with its parameters."""

    def verify(self, hashed: str, password: str) -> bool:
        """Whether the password fits; takes as long for any wrong one."""
