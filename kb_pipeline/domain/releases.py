"""Releases: the immutable, numbered manifest of one market's approved revisions, its legal moves, its verification."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from kb_pipeline.domain.base import Value, fingerprint
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.errors import BlockedError, IllegalTransitionError


class ReleaseState(StrEnum):
    """States of a release. Exactly one of a market is live, or none."""

    BUILDING = "building"
    VERIFIED = "verified"
    LIVE = "live"
    SUPERSEDED = "superseded"
    FAILED = "failed"


UNFINISHED = frozenset({ReleaseState.BUILDING, ReleaseState.VERIFIED})

RELEASE_MOVES: dict[ReleaseState, frozenset[ReleaseState]] = {
    ReleaseState.BUILDING: frozenset({ReleaseState.VERIFIED, ReleaseState.FAILED}),
    ReleaseState.VERIFIED: frozenset({ReleaseState.LIVE, ReleaseState.FAILED}),
    ReleaseState.LIVE: frozenset({ReleaseState.SUPERSEDED}),
    ReleaseState.SUPERSEDED: frozenset({ReleaseState.LIVE}),  # a rollback
    ReleaseState.FAILED: frozenset(),
}


def move_release(state: ReleaseState, to: ReleaseState) -> ReleaseState:
    """`to`, if the move is legal. Raises IllegalTransitionError."""
    if to not in RELEASE_MOVES[state]:
        raise IllegalTransitionError("release", state, to)
    return to


class ManifestItem(Value):
    """One entry of a release. Empty `markets`: may be said in every market that falls back to this one."""

    entry_id: str
    revision_id: str
    text_hash: str
    topics: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()  # the only markets it may be said in
    valid_from: date | None = None
    valid_until: date | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether it may be said on `day`."""
        return (self.valid_from or day) <= day <= (self.valid_until or day)


Manifest = tuple[ManifestItem, ...]  # sorted by entry id


class LeftOut(Value):
    """An approved entry that a release does not say, why, and what to do so that it does."""

    entry_id: str
    text: FaqText
    reason: str
    remedy: str

    def __str__(self) -> str:
        """All of it but the text, which may be why."""
        return f"{self.entry_id}: {self.reason}; {self.remedy}"


def manifest_hash(market: str, manifest: Manifest, embedder: str) -> str:
    """Identity of what a release says and how it is found; two releases with the same hash answer the same."""
    items = [item.model_dump(mode="json") for item in sorted(manifest, key=lambda item: item.entry_id)]
    return fingerprint("release", market, items, embedder, length=64)


class ReleaseReport(Value):
    """What the fresh process found that verified a release. It is fit to go live when `failures` is empty."""

    entries: int
    texts: int  # vectors in the index: questions, phrasings and answers
    self_queries: int = 0  # questions asked of the index
    self_found: int = 0  # of them, those whose own entry came first, or level with the first
    golden_asked: int = 0  # golden queries of the market whose article is in the release
    golden_found: int = 0  # of them, those with an entry of that article among the first three
    golden_mrr: float = 0.0
    golden_live_mrr: float | None = None  # the live release's, on the same queries; None: there is none
    exact_recall: float = 1.0  # recall@10 of the approximate search against exact search, over the self-queries
    failures: tuple[str, ...] = ()  # in words, for a person
    missed: tuple[str, ...] = ()  # the first questions that did not find their entry
    seconds: float = 0.0

    @property
    def is_fit(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.failures


class Release(Value):
    """A release without its manifest, which the store hands out apart."""

    market: str
    number: int
    state: ReleaseState
    entries: int
    manifest_hash: str
    embedder: str  # fingerprint of the embedder whose vectors the index holds
    base: int | None = None  # what was live when it was made
    note: str = ""
    actor: str = ""
    reason: str = ""  # why it failed
    report: ReleaseReport | None = None
    compared: bool = False  # whether its texts were compared with each other before it went live (since 0005)
    created_at: datetime
    live_at: datetime | None = None  # when it last went live

    @property
    def id(self) -> str:
        """How it is named everywhere, e.g. `th-TH/r0007`."""
        return release_id(self.market, self.number)


def release_id(market: str, number: int) -> str:
    """`th-TH/r0007`."""
    return f"{market}/r{number:04d}"


class Hold(Value):
    """Why nothing is published in a market until a person lifts it: a rollback, or a person's word."""

    market: str
    actor: str
    reason: str
    at: datetime

    def __str__(self) -> str:
        """Who, when, why."""
        return f"{self.market} is on hold since {self.at:%Y-%m-%d %H:%M} UTC by {self.actor}: {self.reason}"

    @property
    def remedy(self) -> str:
        """How it ends."""
        return f"lift it: kb release lift --market {self.market} --reason WHY"


def check_hold(market: str, reason: str) -> None:
    """What it takes to hold a market or to lift a hold. Raises BlockedError."""
    if not reason.strip():
        raise BlockedError(f"a word on the hold of {market} without a reason", "say why: --reason")


class ReleaseDiff(Value):
    """What one release says that another does not, as entry ids in order."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether both say the same."""
        return not (self.added or self.changed or self.removed)


def diff_manifests(old: Sequence[ManifestItem], new: Sequence[ManifestItem]) -> ReleaseDiff:
    """What `new` adds, changes and removes. An item counts as changed when anything of it differs."""
    before, after = ({item.entry_id: item for item in items} for items in (old, new))
    return ReleaseDiff(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(id_ for id_ in after.keys() & before.keys() if before[id_] != after[id_])),
        removed=tuple(sorted(before.keys() - after.keys())),
    )
