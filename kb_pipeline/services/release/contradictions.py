"""Texts of one market that contradict each other: found before they are said together, unless a person said that both hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.conflicts import Conflict, may_meet
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.releases import Manifest, ManifestItem, Release
from kb_pipeline.errors import BlockedError
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.releases import Conflicts, Releases
from kb_pipeline.services.relate.compared import EntryText, compared
from kb_pipeline.steps.relate.compared import ComparedEntry
from kb_pipeline.steps.relate.index import BLOCK, EntryIndex
from kb_pipeline.steps.relate.relations import contradiction

_NAMED = 3  # contradictions that an error names


class Contradiction(Value):
    """A conflict with the two texts that it is about."""

    conflict: Conflict
    first: Revision
    second: Revision

    def __str__(self) -> str:
        """Both questions, and what differs."""
        return f"'{self.first.text.question}' and '{self.second.text.question}' contradict each other: {self.conflict.why}"

    @property
    def remedy(self) -> str:
        """How a person settles it."""
        return (
            f"say which one holds: kb entry settle {self.first.id} {self.second.id} --holds {self.first.entry_id} "
            f"--reason WHY; or --holds {self.second.entry_id}; or that both do: --both"
        )


class Comparison(Value):
    """What comparing the texts of a manifest found. `new`: what nobody knew before, to be written down."""

    new: tuple[Conflict, ...] = ()
    open: tuple[Contradiction, ...] = ()  # what may not be said together without a person's word

    def check(self) -> None:
        """Raises BlockedError when something is open."""
        if self.open:
            more = f" (and {len(self.open) - _NAMED} more: kb entry conflicts)" if len(self.open) > _NAMED else ""
            raise BlockedError("; ".join(str(found) for found in self.open[:_NAMED]) + more, self.open[0].remedy)


class ComparisonStore(Releases, Conflicts, Protocol):
    """What comparing takes of the store."""


@dataclass(frozen=True, kw_only=True)
class Comparer:
    """Compares texts of one market, by the rules that relate drafts to entries."""

    store: ComparisonStore
    embedder: Embedder
    market: str

    def of_manifest(
        self, manifest: Manifest, compared: Iterable[ManifestItem], silent: frozenset[str] = frozenset()
    ) -> Comparison:
        """The contradictions within a manifest; the items of it that are among the `compared` ones were, with each other.

        A withdrawn text (`silent`, by revision id) is compared, but contradicts nothing: it is not said.
        """
        done = {item.revision_id for item in compared}
        fresh = [item for item in manifest if item.revision_id not in done]
        texts = self.store.revisions([item.revision_id for item in manifest]) if fresh else {}
        rest = [texts[item.revision_id] for item in manifest if item.revision_id in done] if fresh else []
        found = find_conflicts(self.market, [texts[item.revision_id] for item in fresh], rest, self.embedder)
        return self._comparison(found, {item.revision_id: item for item in manifest if item.revision_id not in silent})

    def of_text(self, revision: Revision, manifest: Manifest) -> Comparison:
        """The contradictions of one text with a manifest that holds another text of its entry, or the same, or none."""
        others = [item for item in manifest if item.entry_id != revision.entry_id]
        own = next((item for item in manifest if item.revision_id == revision.id), None)
        own = own or ManifestItem(entry_id=revision.entry_id, revision_id=revision.id, text_hash=revision.text.hash)
        texts = self.store.revisions([item.revision_id for item in others])
        found = find_conflicts(self.market, [revision], [texts[item.revision_id] for item in others], self.embedder)
        mine = self._comparison(found, {item.revision_id: item for item in (own, *others)})
        return mine.model_copy(update={"open": tuple(c for c in mine.open if revision.id in c.conflict.key)})

    def _comparison(self, found: Sequence[Conflict], items: Mapping[str, ManifestItem]) -> Comparison:
        """What was found now and what was known, as far as both texts are among `items`, and may be said on one day."""
        known = {conflict.key: conflict for conflict in self.store.conflicts(self.market)}
        new = tuple(conflict for conflict in found if conflict.key not in known)
        unsettled = [c for c in (*known.values(), *new) if c.is_open and set(c.key) <= items.keys()]
        met = [c for c in unsettled if may_meet(items[c.first_revision], items[c.second_revision])]
        texts = self.store.revisions([id_ for conflict in met for id_ in conflict.key])
        shown = (
            Contradiction(conflict=c, first=texts[c.first_revision], second=texts[c.second_revision])
            for c in sorted(met, key=lambda c: (c.first_entry, c.second_entry))
        )
        return Comparison(new=new, open=tuple(shown))


def compared_items(live: Release | None, manifest: Manifest) -> Manifest:
    """The items of the live manifest that were compared with each other: all, or none for a release of an older version."""
    return manifest if live is not None and live.compared else ()


def find_conflicts(
    market: str, fresh: Sequence[Revision], others: Sequence[Revision], embedder: Embedder
) -> Sequence[Conflict]:
    """The contradictions of each fresh text with the others, and with the fresh ones before it; one text of each entry.

    The one place that asks `steps.relate`: each is compared with its nearest only, never with all.
    """
    if not fresh:
        return []
    entries = compared([EntryText(r.entry_id, None, r.language, r.text) for r in (*others, *fresh)], embedder)
    texts = {revision.entry_id: revision.id for revision in (*others, *fresh)}
    index, found = EntryIndex(), list[Conflict]()
    for entry in entries:
        index.add(entry)
    for first in range(len(others), len(entries), BLOCK):
        candidates = entries[first : first + BLOCK]
        for candidate, rivals in zip(candidates, index.nearest(candidates, earlier=True), strict=True):
            found += [
                _conflict(market, candidate, rival, texts, why) for rival in rivals if (why := contradiction(candidate, rival))
            ]
    return found


def _conflict(market: str, one: ComparedEntry, other: ComparedEntry, texts: Mapping[str, str], why: str) -> Conflict:
    first, second = sorted((one.id, other.id))
    return Conflict(
        market=market,
        first_entry=first,
        second_entry=second,
        first_revision=texts[first],
        second_revision=texts[second],
        why=why,
    )
