"""Publishing one market: manifest, index, verification, flip, collection. SQL is the truth, an index can always be made anew.

Every step may be killed at any point; the next run throws an unfinished release away and ends where an uninterrupted run does.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from kb_pipeline.domain.index import IndexText
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.releases import UNFINISHED, Hold, Release, ReleaseState, release_id
from kb_pipeline.errors import BlockedError, KBError, NotFoundError, ReleaseError
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.progress import Progress
from kb_pipeline.ports.releases import Failpoint, Indexes, Probe, ReleaseStore, Verifier
from kb_pipeline.services.release.plan import Planner, PlanStore, ReleasePlan, check_proven
from kb_pipeline.services.release.verify import check_contents, embed_texts, warm_queries
from kb_pipeline.steps.release.manifest import check_items, index_texts
from kb_pipeline.steps.release.retention import needed

_LOG = logging.getLogger(__name__)
Step = Callable[[str], None]  # called with a line for people when a step begins
_EMBED_BATCH = 64  # texts, between two signs of life


class UnfitReleaseError(ReleaseError):
    """The release failed its verification; `release` has the report."""

    def __init__(self, release: Release) -> None:
        super().__init__(
            f"{release.id} is not fit to go live: {release.reason}", f"see: kb release show {release.market} {release.number}"
        )
        self.release = release


class PublishStore(PlanStore, ReleaseStore, Protocol):
    """What publishing takes of the store."""

    def close(self) -> None:
        """Give the connections back."""


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes and rolls back one market for one `actor`. Whoever comes second while it works gets ConflictError."""

    store: PublishStore
    indexes: Indexes
    embedder: Embedder
    verifier: Verifier
    market: Market
    actor: str
    lock: Callable[[], AbstractContextManager[None]]
    progress: Progress | None = None
    kept: int = 3
    grace: timedelta = timedelta(minutes=10)
    probe: Probe | None = None
    failpoint: Failpoint = lambda _: None

    def plan(self) -> ReleasePlan:
        """What publishing would say that is not live now, and what stands in its way. Writes nothing."""
        return self._planner.plan()

    def publish(self, note: str = "", on_step: Step = lambda _: None) -> Release | None:
        """All steps in order; the live release, or None when nothing changed.

        Raises BlockedError (nothing is approved any more, the market is on hold, or texts contradict each other without a
        person's word), UnfitReleaseError, ReleaseError, ConflictError.
        """
        with self.lock():
            self._restore_live()
            release = self.begin(note)
            if release is None:
                self.restore_indexes(thorough=True)
            else:
                on_step(f"{release.id}: {release.entries} entries, building the index")
                release = self.build(release)
                on_step(f"{release.id}: verifying in a fresh process")
                release = self.verify(release)
                on_step(f"{release.id}: going live")
                release = self.go_live(release)
            self.collect()
            return release

    def begin(self, note: str = "") -> Release | None:
        """Write the manifest of what is approved now as a new release; None when that is what is live.

        What killed runs left is given up, except a verified release of exactly this manifest: that is the one to go on with.
        Raises BlockedError while the market is on hold, or when texts contradict each other without a person's word.
        """
        with self.lock():
            plan = self.plan()
            is_new = plan.differs and bool(plan.manifest or plan.live)
            if is_new:
                self._check(plan)
            resumed = self._discard_leftovers(plan)
            if resumed is not None or not is_new:
                return resumed
            self.failpoint("publish.before_begin")
            release = self.store.begin_release(
                self.market.tag, plan.manifest, self.embedder.fingerprint, self.actor, note, compared=True
            )
            self.failpoint("publish.after_begin")
            return release

    def _check(self, plan: ReleasePlan) -> None:
        """Let nothing go live that a person must decide on first; what was found is written down."""
        if plan.hold and plan.to is None:
            raise BlockedError(str(plan.hold), plan.hold.remedy)
        check_proven(plan.unproven)
        self.store.save_conflicts(plan.comparison.new, plan.to)
        plan.comparison.check()

    def build(self, release: Release) -> Release:
        """Build the index of a release, in its own folder; nothing is done for one that was verified."""
        with self.lock():
            if release.state is ReleaseState.BUILDING:
                self._build(release)
                self.failpoint("publish.after_build")
            return release

    def verify(self, release: Release) -> Release:
        """Verify it in a fresh process: `verified`, or `failed` with the reasons in its report. Its state says which."""
        with self.lock():
            if release.state is not ReleaseState.BUILDING:
                return release
            report = self.verifier.verify(release)
            self.failpoint("publish.before_verified")
            release = self.store.end_verification(release.market, release.number, report)
            if release.state is ReleaseState.FAILED:
                self.indexes.remove(release.id)
            self.failpoint("publish.after_verified")
            return release

    def go_live(self, release: Release) -> Release:
        """Flip the pointer, then ask the API whether it follows.

        Raises UnfitReleaseError, BlockedError (the market was put on hold meanwhile), ReleaseError, ConflictError.
        """
        with self.lock():
            if release.state is ReleaseState.FAILED:
                raise UnfitReleaseError(release)
            if release.state is ReleaseState.LIVE:
                return release
            check_proven(self.store.unproven(release.market))
            self.failpoint("publish.before_flip")
            release = self.store.go_live(release.market, release.number, self.actor, release.base)
            self.failpoint("publish.after_flip")
            self._probe(release, release.base)
            return release

    def plan_rollback(self, to: int | None = None) -> ReleasePlan:
        """What rolling back would change; `to` None: back to what was live before. Raises ReleaseError, NotFoundError."""
        live, target = self._live_or_raise(), self._target(to)
        return self._planner.plan_rollback(live, target, rebuild=not self._is_whole(target))

    def rollback(self, to: int | None = None, reason: str = "") -> Release:
        """Make a superseded release live again; its index is built and verified anew if it is gone.

        Going back puts the market on hold, for `reason`: what was live before is not published again by itself.
        Raises ReleaseError (there is none, or it cannot be restored), BlockedError (its texts contradict each other, and
        nobody said that both hold), NotFoundError, IllegalTransitionError, ConflictError.
        """
        with self.lock():
            live, target = self._live_or_raise(), self._target(to)
            if target.number == live.number:
                return live
            if target.state is not ReleaseState.SUPERSEDED:
                raise ReleaseError(f"{target.id} is {target.state}: it was never live", "see: kb release list")
            self._check(self._planner.plan_rollback(live, target, rebuild=False))
            self._restore(target)
            self.failpoint("rollback.before_flip")
            release = self.store.go_live(target.market, target.number, self.actor, live.number, reason)
            self.failpoint("rollback.after_flip")
            self._probe(release, live.number)
            return release

    def collect(self) -> tuple[str, ...]:
        """Throw away the indexes that nobody needs; the ids of their releases.

        Those are: of superseded releases beyond the newest `kept`, once they are superseded for longer than `grace`; of
        failed ones; and folders of releases that the store does not know.
        """
        with self.lock():
            known = {release.id: release for release in self.store.releases(self.market.tag)}
            mine = (id_ for id_ in self.indexes.present() if id_.rsplit("/", 1)[0] == self.market.tag)
            needed_ids = needed(known.values(), self.kept, self.grace, datetime.now(UTC))
            gone = tuple(id_ for id_ in mine if id_ not in needed_ids)
            for id_ in gone:
                self.indexes.remove(id_)
                self.failpoint("publish.during_collect")
            self.failpoint("publish.after_collect")
            return gone

    def restore_indexes(self, *, thorough: bool = False) -> tuple[str, ...]:
        """Build and verify the live release's index anew if it is missing or damaged; the ids of what was rebuilt.

        `thorough`: read all that it holds. Raises ReleaseError, StoreError for items that are not what was published.
        """
        with self.lock():
            live = self.live()
            return (live.id,) if live and self._restore(live, thorough=thorough) else ()

    def _restore_live(self) -> None:
        """As `restore_indexes`; of items that were changed by hand nothing is made, and the plan says what to do."""
        try:
            self.restore_indexes()
        except KBError as error:
            _LOG.warning("the index of the live release is not restored: %s", error)

    def hold(self, reason: str) -> Hold:
        """Let nothing be published here until somebody lifts it. Raises BlockedError (no reason, or it is held already)."""
        return self.store.put_on_hold(self.market.tag, self.actor, reason)

    def lift(self, reason: str) -> Hold:
        """Let it be published again; the hold that stood. Raises BlockedError (no reason), NotFoundError (there was none)."""
        return self.store.lift_hold(self.market.tag, self.actor, reason)

    def live(self) -> Release | None:
        """What is live."""
        return self._planner.live()

    @property
    def _planner(self) -> Planner:
        return Planner(store=self.store, embedder=self.embedder, market=self.market.tag)

    def _live_or_raise(self) -> Release:
        live = self.live()
        if live is None:
            raise ReleaseError(f"nothing is live in {self.market.tag}", f"kb release publish --market {self.market.tag}")
        return live

    def _target(self, to: int | None) -> Release:
        """The release to roll back to: the one asked for, or the one that was live before."""
        if to is not None:
            return self.store.release(self.market.tag, to)
        before = self.store.live_before(self.market.tag)
        if before is None:
            raise NotFoundError(f"{self.market.tag} has no earlier release", "see: kb release list")
        return self.store.release(self.market.tag, before)

    def _discard_leftovers(self, plan: ReleasePlan) -> Release | None:
        """Give unfinished releases up; a verified one of exactly the wanted manifest, made on what is live, is handed back."""
        resumed: Release | None = None
        for release in self.store.releases(self.market.tag):
            if release.state not in UNFINISHED:
                continue
            wanted = release.manifest_hash == plan.manifest_hash and release.base == (plan.live.number if plan.live else None)
            if resumed is None and wanted and release.state is ReleaseState.VERIFIED and self._is_whole(release):
                resumed = release
                continue
            self.store.fail_release(release.market, release.number, "it was interrupted, and a later run gave it up")
            self.indexes.remove(release.id)
        return resumed

    def _build(self, release: Release) -> None:
        texts = self._texts_of(release)
        starts = range(0, len(texts), _EMBED_BATCH)
        silent = nullcontext(lambda _: None)
        with self.progress.track(f"embed {release.id}", len(starts)) if self.progress else silent as done:
            for start in starts:
                embed_texts(self.embedder, texts[start : start + _EMBED_BATCH])
                done(f"{min(start + _EMBED_BATCH, len(texts))} of {len(texts)} texts")
        warm_queries(self.embedder, self.market, texts)
        vectors = embed_texts(self.embedder, texts)
        self.indexes.build(release, texts, vectors, tick=lambda: self.failpoint("publish.during_build"))

    def _texts_of(self, release: Release) -> tuple[IndexText, ...]:
        """What its index holds. Raises ReleaseError, StoreError for items that are not what was published."""
        manifest = self.store.manifest(release.market, release.number)
        revisions = self.store.revisions([item.revision_id for item in manifest])
        check_items(release, manifest, revisions)
        return index_texts(revisions[item.revision_id] for item in manifest)

    def _restore(self, release: Release, *, thorough: bool = False) -> bool:
        """Make sure that the index is whole; whether it had to be built. Raises ReleaseError."""
        if self._is_whole(release, self._texts_of(release) if thorough else None):
            return False
        if release.embedder != self.embedder.fingerprint:
            raise ReleaseError(
                f"the index of {release.id} is gone, and its embedder {release.embedder} is no longer in use",
                "set KB_EMBEDDING_MODEL back, or publish what is approved now: kb release publish",
            )
        self._build(release)
        report = self.verifier.verify(release)
        if not report.is_fit:
            self.indexes.remove(release.id)
            raise ReleaseError(f"the index of {release.id} could not be restored: {'; '.join(report.failures)}", "publish anew")
        return True

    def _is_whole(self, release: Release, texts: Sequence[IndexText] | None = None) -> bool:
        """Whether its index can be opened, and holds exactly `texts`, if they are given."""
        try:
            with closing(self.indexes.open(release)) as index:
                if texts is None:
                    return True
                ids, held, vectors = index.contents()
                contents = dict(zip(ids, zip(held, vectors, strict=True), strict=True))
                return not list(check_contents(self.embedder, texts, contents))
        except ReleaseError:
            return False

    def _probe(self, release: Release, before: int | None) -> None:
        """Ask the API; if it does not follow, what was live before is live again. Raises ReleaseError."""
        failure = self.probe.failure(release) if self.probe else None
        if failure is None:
            return
        if before is None:
            raise ReleaseError(f"{release.id} is live, but {failure}", "nothing was live before it; look at the API's log")
        back = release_id(release.market, before)
        self.store.go_live(release.market, before, self.actor, release.number, f"{release.id} went live, and {failure}")
        raise ReleaseError(
            f"{failure}; {back} is live again, and {release.market} on hold",
            "look at the API's log, and at KB_PROBE_URL; then lift the hold, and publish again",
        )
