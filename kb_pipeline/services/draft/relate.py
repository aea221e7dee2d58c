"""Relate a market's drafts to its entries and to each other, before anything is proposed."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.entries import Draft, Entry
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.changes import Entries
from kb_pipeline.ports.faqs import DraftStore
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.progress import Progress
from kb_pipeline.services.relate.compared import EntryText, compared
from kb_pipeline.steps.relate.relations import relate


class RelateStore(DraftStore, Entries, Protocol):
    """What relating takes of the store."""


class RelateSummary(Value):
    """What the comparison found in one market; `kinds` counts drafts by relation, `changed` are those that were rewritten."""

    market: str
    drafts: int
    entries: int
    kinds: dict[str, int]
    changed: int


def relate_drafts(market: Market, store: RelateStore, embedder: Embedder, progress: Progress) -> RelateSummary:
    """Write each draft's relation to the market's entries and to the drafts before it (in the order of their source FAQs).

    Idempotent: a pending entry that a draft has led to is that draft, so nothing becomes a duplicate of itself. Nothing is
    compared with a withdrawn text: nobody says it.
    """
    standing, drafted = store.entries(market.tag), sorted(store.drafts(market.tag), key=lambda draft: draft.source_faq_id)
    withdrawn = {entry.id: entry.text for entry in standing if entry.standing == "withdrawn"}
    drafts = [draft for draft in drafted if withdrawn.get(draft.revision.entry_id) != draft.revision.text]
    entries = _standing([entry for entry in standing if entry.id not in withdrawn], drafts)
    with progress.track(f"compare {market.tag}", len(entries) + len(drafts)) as done:
        known = compared([EntryText.of(entry) for entry in entries], embedder, done)
        written = [EntryText(d.revision.entry_id, d.source_faq_id, d.revision.language, d.revision.text) for d in drafts]
        relations = relate(compared(written, embedder, done), known)
    changed = 0
    for draft in drafts:
        relation = relations[draft.revision.entry_id]
        if draft.relation != relation:
            store.save_draft(draft.model_copy(update={"relation": relation}))
            changed += 1
    kinds = Counter(relation.kind.value for relation in relations.values())
    return RelateSummary(
        market=market.tag, drafts=len(drafts), entries=len(entries), kinds=dict(sorted(kinds.items())), changed=changed
    )


def _standing(entries: Sequence[Entry], drafts: Sequence[Draft]) -> list[Entry]:
    """The entries to compare with: a pending one that was staged from one of these drafts is that draft, and left out."""
    drafted = {draft.revision.entry_id for draft in drafts}
    return [entry for entry in entries if entry.standing != "pending" or entry.id not in drafted]
