"""What the review page works with: store, packs, accounts, words. `__main__` makes it; no web here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.audit import Counts
from kb_pipeline.ports.changes import DecisionCounts
from kb_pipeline.ports.models import Embedder
from kb_pipeline.review.jobs import Jobs
from kb_pipeline.review.words import Words, load_words
from kb_pipeline.services.access.accounts import Accounts
from kb_pipeline.services.access.limits import SignInLimit
from kb_pipeline.services.entries.curator import Curator, CuratorStore
from kb_pipeline.services.release.publish import Publisher
from kb_pipeline.services.review.assess import Assessor
from kb_pipeline.services.review.reviewer import Reviewer


class DeskStore(CuratorStore, Counts, DecisionCounts, Protocol):
    """What the page takes of the store beyond its services."""


@dataclass(frozen=True)
class Desk:
    """The store, the packs and the people. `publisher` makes the publisher of a market for an actor."""

    store: DeskStore
    embedder: Embedder
    markets: Sequence[Market]
    accounts: Accounts
    assessor: Assessor
    day: Callable[[], date]
    publisher: Callable[[str, str], Publisher]
    hours: float = 12.0  # that a session lasts
    secure: bool = False  # cookies for HTTPS only
    sign_ins: SignInLimit = field(default_factory=SignInLimit)
    jobs: Jobs = field(default_factory=Jobs)
    words: Words = field(default_factory=load_words)

    def reviewer(self, user: User) -> Reviewer:
        """The use case of one person, today."""
        return Reviewer(self.store, self.markets, self.assessor, user, self.day())

    def curator(self, user: User) -> Curator:
        """What the person may do with entries that are there."""
        return Curator(self.store, self.embedder, self.assessor, user)

    def markets_of(self, user: User) -> tuple[Market, ...]:
        """The markets that the person may see."""
        return tuple(market for market in self.markets if user.may(Role.VIEWER, market.tag))

    def decided_today(self) -> dict[str, int]:
        """Decisions since midnight UTC, by market."""
        return dict(self.store.decided_since(datetime.combine(self.day(), datetime.min.time(), UTC)))
