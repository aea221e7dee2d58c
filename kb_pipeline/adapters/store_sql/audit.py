"""The audit trail: append-only events in a hash chain, written in the transaction of what they tell of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.columns import now
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.schema import AuditHeadRow, EventRow
from kb_pipeline.domain.base import Value, fingerprint
from kb_pipeline.errors import StoreError

GENESIS = "0" * 64  # the hash before the first event


class AuditEvent(Value):
    """Who did what to which change or entry, when, and what was there before and after."""

    seq: int
    at: datetime
    actor: str
    action: str  # e.g. `change.approve`, `entry.retired`
    subject: str  # the id of a change or an entry
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def hash(self, prev_hash: str) -> str:
        """The chain's next link: SHA-256 of the canonical JSON of the link before and this event."""
        return fingerprint(prev_hash, self.model_dump(mode="json"), length=64)


class Journal:
    """The trail within one write transaction. To open it takes the chain's lock, so that writers come one by one."""

    def __init__(self, session: Session) -> None:
        """Raises StoreError if the chain has no head."""
        head = session.get(AuditHeadRow, 1, with_for_update=True)
        if head is None:
            raise StoreError("the audit trail has lost its head", "restore a backup; somebody changed the database by hand")
        self._session, self._head = session, head

    def add(
        self,
        actor: str,
        action: str,
        subject: str,
        *,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Append one event."""
        made = AuditEvent(
            seq=self._head.count + 1, at=now(), actor=actor, action=action, subject=subject, before=before, after=after
        )
        link = made.hash(self._head.hash)
        self._session.add(EventRow(**dict(made), prev_hash=self._head.hash, hash=link))
        self._head.hash, self._head.count = link, made.seq


class SqlAudit(Part):
    """Reading and proving the trail."""

    def events(self, subject: str | None = None) -> Sequence[AuditEvent]:
        """The events, of one change or entry or of all, oldest first."""
        query = select(EventRow).order_by(EventRow.seq)
        if subject is not None:
            query = query.where(EventRow.subject == subject)
        with self._db.read() as session:
            return [_event(row) for row in session.scalars(query)]

    def verify_chain(self) -> int | None:
        """The number of the first event that was changed, removed or put in; None if the trail is whole."""
        with self._db.read() as session:
            head = session.get(AuditHeadRow, 1)
            last, seq = GENESIS, 0
            for row in session.scalars(select(EventRow).order_by(EventRow.seq).execution_options(yield_per=500)):
                seq += 1
                if row.seq != seq or row.prev_hash != last or row.hash != _event(row).hash(last):
                    return seq
                last = row.hash
            if head is None:
                return 1
            if head.count != seq:
                return min(head.count, seq) + 1
            return None if head.hash == last else max(seq, 1)


def latest(session: Session, subject: str) -> AuditEvent | None:
    """The last thing that happened to `subject`."""
    row = session.scalars(select(EventRow).where(EventRow.subject == subject).order_by(EventRow.seq.desc()).limit(1)).first()
    return _event(row) if row else None


def _event(row: EventRow) -> AuditEvent:
    return AuditEvent.model_validate({name: getattr(row, name) for name in AuditEvent.model_fields})
