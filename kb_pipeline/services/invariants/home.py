"""What the invariants look at, and what they find."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.audit import AuditTrail
from kb_pipeline.ports.changes import Changes
from kb_pipeline.ports.entries import WithdrawnTexts
from kb_pipeline.ports.faqs import Drafts, SourceFaqs
from kb_pipeline.ports.invariants import Evidence
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.releases import ApprovedEntries, Indexes, Releases


class HomeStore(Evidence, AuditTrail, Changes, SourceFaqs, Drafts, Releases, ApprovedEntries, WithdrawnTexts, Protocol):
    """What the invariants take of the store."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """One home, opened for looking. `markets`: those that have a pack. Nothing of it is written.

    `clock`: seconds by which it must be ready; a test on a busy machine takes the processor's time.
    """

    store: HomeStore
    indexes: Indexes
    embedder: Embedder
    markets: Sequence[Market]
    golden_margin: float
    clock: Callable[[], float] = time.monotonic

    @property
    def tags(self) -> tuple[str, ...]:
        """The markets that have a pack, or a release."""
        packs = {market.tag for market in self.markets}
        return tuple(sorted(packs | {release.market for release in self.store.releases()}))


class Breach(NamedTuple):
    """Where an invariant does not hold: what is wrong, and what to do."""

    message: str
    remedy: str


RESTORE = "restore a backup: kb restore FILE --force"  # for what no command can make right
