"""The audit trail: append-only events in a hash chain, each written in the transaction of what it records."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.columns import now
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.schema import AuditHeadRow, EventRow
from kb_pipeline.domain.audit import GENESIS, AuditEvent
from kb_pipeline.errors import StoreError


class Journal:
    """The trail within one write transaction. To open it takes the chain's lock, so that writers come one by one."""

    def __init__(self, session: Session) -> None:
        """Raises StoreError if the chain has no head."""
        self._session, self._head = session, _head(session, lock=True)

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

    def events(self, subject: str | None = None, limit: int | None = None) -> Sequence[AuditEvent]:
        """The last `limit` events (None: all), of one subject or of all, oldest first."""
        query = select(EventRow).order_by(EventRow.seq.desc()).limit(limit)
        if subject is not None:
            query = query.where(EventRow.subject == subject)
        with self._db.read() as session:
            return [_event(row) for row in session.scalars(query)][::-1]

    def audit_head(self) -> tuple[int, str]:
        """The number of audit events and the hash of the last one; written down elsewhere, they prove a cut.

        Raises StoreError if the chain has no head.
        """
        with self._db.read() as session:
            head = _head(session)
            return head.count, head.hash

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


def latest(session: Session, subject: str, action: str | None = None) -> AuditEvent | None:
    """The last thing that happened to `subject`, or the last of one kind."""
    query = select(EventRow).where(EventRow.subject == subject, *([] if action is None else [EventRow.action == action]))
    row = session.scalars(query.order_by(EventRow.seq.desc()).limit(1)).first()
    return _event(row) if row else None


def _head(session: Session, *, lock: bool = False) -> AuditHeadRow:
    head = session.get(AuditHeadRow, 1, with_for_update=lock)
    if head is None:
        raise StoreError("the audit trail has lost its head", "restore a backup; somebody changed the database by hand")
    return head


def _event(row: EventRow) -> AuditEvent:
    return AuditEvent.model_validate({name: getattr(row, name) for name in AuditEvent.model_fields})
