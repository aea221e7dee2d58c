"""What a publication or a rollback would change, before it does, and what stands in its way. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.releases import Hold, LeftOut, Manifest, Release, ReleaseDiff, diff_manifests, manifest_hash
from kb_pipeline.errors import BlockedError, ReleaseError, StoreError
from kb_pipeline.ports.articles import Articles
from kb_pipeline.ports.audit import TrailProof
from kb_pipeline.ports.entries import WithdrawnTexts
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.releases import ApprovedEntries, Holds, Releases
from kb_pipeline.services.release.contradictions import Comparer, Comparison, ComparisonStore, compared_items
from kb_pipeline.steps.release.manifest import Composed, manifest_of

UNPROVEN_REMEDY = (
    "see kb audit verify, which says what to do; else restore a backup, kb restore FILE, or take it as it is, "
    "kb audit seal --reason WHY"
)
_NAMED = 5  # things that the trail does not explain, in an error


class TextChange(Value):
    """An entry that a release adds, changes or removes. None: it is not in the release before, or after."""

    entry_id: str
    before: Revision | None = None
    after: Revision | None = None


class ReleasePlan(Value):
    """What a publication or a rollback would change, before it does. `to`: the release rolled back to; None: a new one."""

    market: str
    live: Release | None
    to: Release | None = None
    manifest: Manifest
    manifest_hash: str
    diff: ReleaseDiff
    changes: tuple[TextChange, ...]  # added, changed, removed, each by entry id; limits alone change no text
    left_out: tuple[LeftOut, ...] = ()  # approved entries that a new release does not say
    retired: tuple[str, ...] = ()  # entries that people retired and that a rollback would say again
    withdrawn: tuple[str, ...] = ()  # entries of `to` that stay silent, since people withdrew that text
    hold: Hold | None = None
    comparison: Comparison = Comparison()  # of the texts that are not live with all of them
    unproven: tuple[str, ...] = ()  # what the audit trail does not explain, in words
    rebuild: bool = False  # the index is gone, and will be built and verified first

    @property
    def differs(self) -> bool:
        """Whether it is anything else than what is live."""
        return self.live is None or self.live.manifest_hash != self.manifest_hash or not self.diff.is_empty

    @property
    def obstacles(self) -> tuple[str, ...]:
        """What keeps it from going live, in words, each with what to do. A hold keeps nobody from rolling back."""
        held = (f"{self.hold}; {self.hold.remedy}",) if self.hold and self.to is None else ()
        unproven = tuple(f"{found}; {UNPROVEN_REMEDY}" for found in self.unproven)
        return (*held, *unproven, *(f"{found}; {found.remedy}" for found in self.comparison.open))

    @property
    def is_due(self) -> bool:
        """Whether something waits to be published by itself: nothing stands in its way."""
        return self.differs and not self.obstacles and bool(self.manifest or self.live)


def check_proven(unproven: Sequence[str]) -> None:
    """Raises BlockedError for what the audit trail does not explain."""
    if unproven:
        more = f" (and {len(unproven) - _NAMED} more)" if len(unproven) > _NAMED else ""
        raise BlockedError(f"the audit trail does not prove it: {'; '.join(unproven[:_NAMED])}{more}", UNPROVEN_REMEDY)


class PlanStore(Articles, ComparisonStore, ApprovedEntries, Holds, WithdrawnTexts, TrailProof, Protocol):
    """What planning takes of the store."""


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Plans the publications and rollbacks of one market."""

    store: PlanStore
    embedder: Embedder
    market: str  # its tag

    def plan(self) -> ReleasePlan:
        """What publishing would say that is not live now. A withdrawn entry that the live release holds is removed."""
        live, before, (wanted, left_out) = self._wanted()
        diff, changes = text_changes(self.store, before, wanted)
        plan = ReleasePlan(
            market=self.market,
            live=live,
            manifest=wanted,
            manifest_hash=manifest_hash(self.market, wanted, self.embedder.fingerprint),
            diff=diff,
            changes=changes,
            left_out=left_out,
            hold=self.store.hold_of(self.market),
        )
        if not plan.differs:
            return plan
        unproven = tuple(self.store.unproven(self.market))
        if unproven:  # texts that were tampered with are not worth comparing
            return plan.model_copy(update={"unproven": unproven})
        comparison = self.comparer.of_manifest(wanted, compared_items(live, before))
        return plan.model_copy(update={"comparison": comparison})

    def compare(self) -> Comparison:
        """The contradictions among what is approved, also where the live release says all of it already."""
        live, before, (wanted, _) = self._wanted()
        return self.comparer.of_manifest(wanted, compared_items(live, before))

    def plan_rollback(self, live: Release, target: Release, *, rebuild: bool) -> ReleasePlan:
        """What going back from `live` to `target` would change of what customers hear: withdrawn texts stay silent.

        Raises ReleaseError for a target whose items were changed by hand.
        """
        tag, wanted = self.market, self.store.manifest(self.market, target.number)
        if manifest_hash(tag, wanted, target.embedder) != target.manifest_hash:  # also where a person took that as it is
            raise ReleaseError(
                f"{target.id} has other items than it was made with", "publish what is approved: kb release publish"
            )
        silent = self.store.withdrawn_revisions().get(tag, frozenset())
        before, after = (
            tuple(item for item in manifest if item.revision_id not in silent)
            for manifest in (self.store.manifest(tag, live.number), wanted)
        )
        compared = compared_items(target, wanted) or compared_items(live, before)
        approved = {entry.revision.entry_id for entry in self.store.approved_entries(tag)}
        diff, changes = text_changes(self.store, before, after)
        unproven = tuple(self.store.unproven(tag))
        return ReleasePlan(
            market=tag,
            live=live,
            to=target,
            manifest=wanted,
            manifest_hash=target.manifest_hash,
            diff=diff,
            changes=changes,
            retired=tuple(item.entry_id for item in after if item.entry_id not in approved),
            withdrawn=tuple(item.entry_id for item in wanted if item.revision_id in silent),
            hold=self.store.hold_of(tag),
            comparison=Comparison() if unproven else self.comparer.of_manifest(wanted, compared, silent),
            unproven=unproven,
            rebuild=rebuild,
        )

    def _said(self, release: Release) -> Manifest:
        """What a release says; nothing, if that was damaged: the trail decides whether something comes in its place."""
        try:
            return self.store.manifest(release.market, release.number)
        except StoreError:
            return ()

    def live(self) -> Release | None:
        """What is live."""
        number = self.store.live_numbers().get(self.market)
        return None if number is None else self.store.release(self.market, number)

    @property
    def comparer(self) -> Comparer:
        """What compares the market's texts."""
        return Comparer(store=self.store, embedder=self.embedder, market=self.market)

    def _wanted(self) -> tuple[Release | None, Manifest, Composed]:
        """What is live, what it says, and what is approved now, with what of it is left out."""
        live = self.live()
        before = self._said(live) if live else ()
        articles = {article.id: article.front_matter for article in self.store.articles()}
        return live, before, manifest_of(self.store.approved_entries(self.market), articles, before)


def changes_between(store: Releases, market: str, old: int, new: int) -> tuple[ReleaseDiff, tuple[TextChange, ...]]:
    """How one release differs from another, by their numbers. Raises NotFoundError."""
    return text_changes(store, store.manifest(market, old), store.manifest(market, new))


def text_changes(store: Releases, old: Manifest, new: Manifest) -> tuple[ReleaseDiff, tuple[TextChange, ...]]:
    """How one manifest differs from another, with the texts."""
    diff = diff_manifests(old, new)
    before, after = ({item.entry_id: item.revision_id for item in items} for items in (old, new))
    touched = (*diff.added, *diff.changed, *diff.removed)
    texts = store.revisions([ids[id_] for ids in (before, after) for id_ in touched if id_ in ids])
    changes = (
        TextChange(entry_id=id_, before=texts.get(before.get(id_, "")), after=texts.get(after.get(id_, ""))) for id_ in touched
    )
    return diff, tuple(changes)
