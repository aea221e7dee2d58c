"""The audit trail's events, each chained to the one before by its hash."""

from datetime import datetime
from typing import Any

from kb_pipeline.domain.base import Value, fingerprint

GENESIS = "0" * 64  # the hash before the first event


class AuditEvent(Value):
    """Who did what to what, when, and what was there before and after."""

    seq: int
    at: datetime
    actor: str
    action: str  # e.g. `change.approve`, `entry.retired`, `release.live`
    subject: str  # the id of a change, an entry or a release; `user/NAME`; `key/ID`
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def hash(self, prev_hash: str) -> str:
        """The chain's next link: SHA-256 of the canonical JSON of the link before and this event."""
        return fingerprint(prev_hash, self.model_dump(mode="json"), length=64)
