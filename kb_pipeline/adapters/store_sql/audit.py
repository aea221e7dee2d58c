"""The audit trail: append-only events in a keyed hash chain, each written in the transaction of what it records.

The last event of a transaction holds the digests of all sealed rows that it wrote, before and after. The proof is in `trail`.
"""

from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.columns import now
from kb_pipeline.adapters.store_sql.engine import Kept
from kb_pipeline.adapters.store_sql.foreign import refuse_foreign
from kb_pipeline.adapters.store_sql.schema import AuditHeadRow, EventRow
from kb_pipeline.adapters.store_sql.seals import Touched, all_seals
from kb_pipeline.domain.audit import SEALED, UNKEYED_REMEDY, UNSIGNED_REMEDY, AuditEvent, AuditKey, Seals, link
from kb_pipeline.errors import StoreError

AUDIT = "audit"  # the subject of events about the trail itself


class Journal:
    """The trail within one write transaction. To open it takes the chain's lock, so that writers come one by one.

    Events are written when the transaction ends: then it is known which rows they stand for.
    """

    def __init__(self, session: Session, *, sealing: bool = False) -> None:
        """`sealing`: the trail is taken as it is. Raises StoreError if the chain has no head, or a key that is not here."""
        self._session, self._head = session, chain_head(session, lock=True)
        self._kept: Kept = session.info["kept"]
        last = _last_link(session, self._head)
        if last and not sealing:
            self._check_signed(last[0])
        self._begins = not sealing and last is not None and (last[1] or (self._kept.keys is not None and not last[0]))
        self._events: list[AuditEvent] = []
        self._wrote = False
        self._first_signed: int | None = None  # unless the keys know it
        if self._begins:
            event.listen(session, "before_flush", self._begin)
        self._touched = Touched(session)
        event.listen(session, "before_commit", self._end)
        event.listen(session, "after_commit", self._anchor)

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
        self._begin()
        made = AuditEvent(
            seq=self._head.count + len(self._events) + 1,
            at=now(),
            actor=actor,
            action=action,
            subject=subject,
            before=before,
            after=after,
        )
        self._events.append(made)

    def seal(self, actor: str, after: dict[str, Any]) -> None:
        """Vouch for every row as it is now. No other event of this transaction was written before."""
        key = self._key()
        with self._session.no_autoflush:  # the rows as they stand in the database
            seals = all_seals(self._session)
        self.add(actor, SEALED, AUDIT, after=after | {"key": key.id if key else "", "rows": len(seals)})
        self._write(self._events.pop(), seals, key)

    def _begin(self, *_: object) -> None:
        """The first time that the trail is keyed, or knows rows: what stands is taken as it is found, and an event says so."""
        if self._begins:
            self._begins = False
            self.seal("pipeline", {"events_before": self._head.count})

    def _end(self, session: Session) -> None:
        session.flush()
        refuse_foreign(session)  # after the flush: what is there now was there when the rows were written
        seals = self._touched.seals()
        if seals and not self._events and not self._wrote:
            raise StoreError(f"{next(iter(seals))} was written without an audit event", "nothing was changed; report this")
        events, self._events = self._events, []
        key = self._key() if events else None
        for made in events:
            self._write(made, seals if made is events[-1] else {}, key)
        if self._wrote and self._kept.keys and self._kept.keys.signed_from() is None:
            self._first_signed = session.scalar(select(func.min(EventRow.seq)).where(EventRow.key.is_not(None)))

    def _write(self, made: AuditEvent, seals: Seals, key: AuditKey | None) -> None:
        id_ = key.id if key else None
        made_link = link(self._head.hash, made.fields(seals, id_), key)
        self._session.add(EventRow(**dict(made), rows=seals, key=id_, prev_hash=self._head.hash, hash=made_link))
        self._head.hash, self._head.count, self._wrote = made_link, made.seq, True

    def _anchor(self, _session: Session) -> None:
        if self._wrote and self._kept.anchor is not None:
            self._kept.anchor.note(self._head.count, self._head.hash)
        if self._first_signed is not None and self._kept.keys is not None:
            self._kept.keys.note_signed(self._first_signed)

    def _key(self) -> AuditKey | None:
        return self._kept.keys.current() if self._kept.keys else None

    def _check_signed(self, id_: str | None) -> None:
        """Go on only behind an event with a key that is here, or one from before there were keys."""
        keys = self._kept.keys
        if id_ and id_ not in {key.id for key in keys.known()} if keys else id_:
            raise StoreError(f"the audit trail goes on with key {id_}, which is not here", UNKEYED_REMEDY)
        first = keys.signed_from() if keys and not id_ else None
        if first is not None and first <= self._head.count:
            raise StoreError(
                f"the audit trail was signed from event {first} on, and its last event has no key", UNSIGNED_REMEDY
            )


def latest(session: Session, subject: str, action: str | None = None) -> AuditEvent | None:
    """The last thing that happened to `subject`, or the last of one kind."""
    query = select(EventRow).where(EventRow.subject == subject, *([] if action is None else [EventRow.action == action]))
    row = session.scalars(query.order_by(EventRow.seq.desc()).limit(1)).first()
    return row.value() if row else None


def chain_head(session: Session, *, lock: bool = False) -> AuditHeadRow:
    """The chain's head. Raises StoreError if there is none."""
    head = session.get(AuditHeadRow, 1, with_for_update=lock)
    if head is None:
        raise StoreError("the audit trail has lost its head", "restore a backup; somebody changed the database by hand")
    return head


def _last_link(session: Session, head: AuditHeadRow) -> tuple[str | None, bool] | None:
    """The last event's key, and whether it knows no rows; None: there is no event."""
    query = select(EventRow.key, EventRow.rows.is_(None)).where(EventRow.seq == head.count)
    row = session.execute(query).first()
    return (row[0], bool(row[1])) if row else None
