"""The audit trail, and the counts of what is stored."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.faqs import Usage


class AuditEvents(Protocol):
    """Who did what."""

    def events(self, subject: str | None = None, limit: int | None = None) -> Sequence[AuditEvent]:
        """The last `limit` audit events (None: all), of one subject or of all, oldest first."""


class AuditTrail(AuditEvents, Protocol):
    """The trail and the proof that it is whole."""

    def verify_chain(self) -> int | None:
        """The number of the first audit event that was changed, removed or put in; None if the trail is whole."""

    def audit_head(self) -> tuple[int, str]:
        """The number of audit events and the hash of the last one; written down elsewhere, they prove a cut."""


class Counts(Protocol):
    """How much of what is stored."""

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Per market: changes by state, entries by state, and imported entries."""

    def call_totals(self) -> tuple[int, Usage]:
        """The number of all stored model calls, and what they used; the cost is None when one of them is unknown."""
