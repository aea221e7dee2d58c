"""The status of the knowledge base, from the store alone: no model, no article is read."""

from collections.abc import Sequence
from typing import Protocol

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.failures import FailedItem
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.releases import release_id
from kb_pipeline.ports.articles import Articles
from kb_pipeline.ports.audit import Counts
from kb_pipeline.ports.failures import FailedItems
from kb_pipeline.ports.faqs import Drafts, SourceFaqs
from kb_pipeline.ports.releases import Holds, Releases


class StatusStore(Articles, SourceFaqs, Drafts, Releases, Holds, Counts, FailedItems, Protocol):
    """What the status takes of the store."""


class MarketStatus(Value):
    """One market. `stale`: entries whose source FAQ has moved past the text that was drafted."""

    pending: int = 0
    changes_requested: int = 0  # the next run asks the model for another text
    approved: int = 0
    published: int = 0
    withdrawn: int = 0
    imported: int = 0
    rejected: int = 0
    stale: int = 0
    live_release: str | None = None  # e.g. th-TH/r0007
    held: bool = False  # nothing is published until a person lifts the hold


class Status(Value):
    """The whole knowledge base."""

    articles: int
    quarantined: int
    chunks: int
    source_faqs: int
    markets: dict[str, MarketStatus]
    model_calls: int  # in total, ever
    usage: Usage
    failed: tuple[FailedItem, ...] = ()  # what the next run tries again, and what rests


def read_status(store: StatusStore, markets: Sequence[Market]) -> Status:
    """The counts of the store."""
    counts, faqs = store.counts(), store.source_faqs()
    calls, usage = store.call_totals()
    live, standing = store.live_numbers(), {}
    for market in markets:
        known = counts.get(market.tag, {})
        drafts = {d.source_faq_id: d for d in store.drafts(market.tag)}
        stale = sum(1 for f in faqs if f.id in drafts and drafts[f.id].source_text_hash != f.text.hash)
        wanted = ("pending", "changes_requested", "approved", "published", "withdrawn", "imported", "rejected")
        served = release_id(market.tag, live[market.tag]) if market.tag in live else None
        held = store.hold_of(market.tag) is not None
        numbers = {name: known.get(name, 0) for name in wanted}
        standing[market.tag] = MarketStatus(**numbers, stale=stale, live_release=served, held=held)
    return Status(
        articles=len(store.articles()),
        quarantined=len(store.quarantine()),
        chunks=len(store.chunks()),
        source_faqs=len(faqs),
        markets=standing,
        model_calls=calls,
        usage=usage,
        failed=tuple(store.failed_items()),
    )
