"""Relate a market's drafts to its entries and to each other, before anything is proposed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import Relation
from kb_pipeline.domain.entries import Draft, Entry
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.relations import SAME_TEXT, Comparison
from kb_pipeline.ports.changes import Entries
from kb_pipeline.ports.faqs import DraftStore
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.progress import Progress
from kb_pipeline.ports.relations import Comparisons
from kb_pipeline.services.relate.compared import EntryText
from kb_pipeline.services.relate.comparisons import Found, compare_market, text_id
from kb_pipeline.steps.relate.decision import thresholds_of
from kb_pipeline.steps.relate.relations import settle


class RelateStore(DraftStore, Entries, Comparisons, Protocol):
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
    known = [EntryText.of(entry) for entry in entries]
    written = [EntryText(d.revision.entry_id, d.source_faq_id, d.revision.language, d.revision.text) for d in drafts]
    texts = {text_id(text): text for text in (*known, *written)}
    with progress.track(f"compare {market.tag}", len(texts)) as done:
        found = compare_market(market.tag, texts, store, embedder, done)
    relations = _relations(written, known, found)
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


def _relations(drafts: Sequence[EntryText], entries: Sequence[EntryText], found: Found) -> dict[str, Relation]:
    """The relation of each draft, by its entry id, to the entries and to the drafts before it."""
    replaced = {draft.entry_id: draft.text for draft in drafts}
    others = defaultdict[str, list[str]](list)
    for entry in entries:
        if replaced.get(entry.entry_id, entry.text) == entry.text:
            others[text_id(entry)].append(entry.entry_id)
    by_id = {entry.entry_id: entry for entry in entries}
    by_source = {entry.source_faq_id: entry for entry in entries if entry.source_faq_id}
    relations: dict[str, Relation] = {}
    for draft in drafts:
        key, own = text_id(draft), by_id.get(draft.entry_id) or by_source.get(draft.source_faq_id or "")
        ours = dict(found.get(key, ())).get(text_id(own)) if own else None
        rivals = [rival for rival in _rivals(key, others, found) if rival[0] != draft.entry_id]
        own_pair = (own.entry_id, ours) if own else None
        relations[draft.entry_id] = settle(rivals, own_pair, relations, thresholds_of(draft.language))
        others[key].append(draft.entry_id)
    return relations


def _rivals(key: str, others: Mapping[str, Sequence[str]], found: Found) -> Iterator[tuple[str, Comparison]]:
    """The entries with the text of `key`, and with one that comes near it."""
    for id_ in others.get(key, ()):
        yield id_, SAME_TEXT
    for other, comparison in found.get(key, ()):
        for id_ in others.get(other, ()):
            yield id_, comparison
