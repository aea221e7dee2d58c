"""What a publication or a rollback would change, before it does. Reads only."""

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.releases import Manifest, Release, ReleaseDiff, diff_manifests
from kb_pipeline.ports.releases import Releases


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
    retired: tuple[str, ...] = ()  # entries that people retired and that a rollback would say again
    rolled_back: bool = False  # just this was live after the live release, and was rolled back from
    rebuild: bool = False  # the index is gone, and will be built and verified first

    @property
    def differs(self) -> bool:
        """Whether it is anything else than what is live."""
        return self.live is None or self.live.manifest_hash != self.manifest_hash

    @property
    def is_due(self) -> bool:
        """Whether something waits to be published by itself: nobody is overruled who rolled back from just this."""
        return self.differs and not self.rolled_back and bool(self.manifest or self.live)


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
