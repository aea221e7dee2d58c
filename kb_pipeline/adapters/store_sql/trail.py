"""Reading the audit trail, and proving it: all links in order, then all rows against what the links vouch for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from kb_pipeline.adapters.store_sql.audit import AUDIT, Journal, chain_head
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.explained import other_manifests, unexplained
from kb_pipeline.adapters.store_sql.foreign import foreign_objects
from kb_pipeline.adapters.store_sql.schema import AuditHeadRow, EventRow
from kb_pipeline.domain.audit import AnchorMark, AuditEvent, AuditFinding, AuditReport, first_bad
from kb_pipeline.domain.releases import release_id
from kb_pipeline.steps.audit.walk import Walk

_NAMED = 20  # findings that the event of a sealing names


class SqlAudit(Part):
    """`ports.audit.AuditTrail`."""

    def events(self, subject: str | None = None, limit: int | None = None) -> Sequence[AuditEvent]:
        """The last `limit` events (None: all), of one subject or of all, oldest first."""
        query = select(EventRow).order_by(EventRow.seq.desc()).limit(limit)
        if subject is not None:
            query = query.where(EventRow.subject == subject)
        with self._db.read() as session:
            return [row.value() for row in session.scalars(query)][::-1]

    def audit_head(self) -> tuple[int, str]:
        """The number of audit events and the hash of the last one; written down elsewhere, they prove a cut.

        Raises StoreError if the chain has no head.
        """
        with self._db.read() as session:
            head = chain_head(session)
            return head.count, head.hash

    def links(self) -> Iterator[dict[str, Any]]:
        """All events as they are chained, oldest first, each with its `prev_hash` and `hash`. Raises StoreError."""
        with self._db.read() as session:
            yield from map(_link, _raw_links(session))

    def verify_chain(self) -> int | None:
        """The number of the first event that was changed, removed or put in; None if the trail is whole.

        A key that is not here says nothing against its events. Rows and anchor are not looked at.
        """
        with self._db.read() as session:
            return first_bad(self._walked(session, ()).findings)

    def verify_trail(self, marks: Sequence[AnchorMark] = ()) -> AuditReport:
        """Walk all events against all rows, once; linear in both. `marks`: heads of before, beside those of the anchor."""
        marks = [*self._marks(), *marks]  # before the events are read: what is committed meanwhile may be ahead of them
        with self._db.read() as session:
            return self._proved(session, marks)[0]

    def seal_trail(self, actor: str, reason: str) -> AuditReport:
        """Vouch for everything as it stands from here on, in a person's name; what was found before it.

        Raises StoreError.
        """
        with self._db.write() as session:
            journal = Journal(session, sealing=True)
            before, walk = self._proved(session, self._marks())
            named = [str(found) for found in before.findings[:_NAMED]]
            settled = {"reason": reason, "trail": walk.content, "findings": len(before.findings), "first_findings": named}
            items = {release_id(market, number): found for market, number, found in other_manifests(session)}
            journal.seal(actor, settled | {"items": items})
        if self._db.kept.anchor is not None:
            self._db.kept.anchor.restart(*self.audit_head(), f"sealed by {actor}: {reason}")
        return before

    def note_new_key(self, actor: str) -> None:
        """Write down that another key is in use from now on."""
        with self._db.write() as session:
            Journal(session).add(actor, "trail.key_rotated", AUDIT)

    def unproven(self, market: str) -> Sequence[str]:
        """What speaks against publishing in a market, in words: nothing does as long as the trail explains all."""
        found = self.verify_trail().concerning(market)
        return [f"{finding} ({finding.remedy})" if finding.remedy else str(finding) for finding in found]

    def foreign_objects(self) -> Sequence[AuditFinding]:
        """Triggers, rules and views in the database: none is ours, and nothing is sealed while one is there."""
        with self._db.read() as session:
            return tuple(foreign_objects(session))

    def _marks(self) -> Sequence[AnchorMark]:
        return self._db.kept.anchor.marks() if self._db.kept.anchor else ()

    def _walked(self, session: Session, marks: Sequence[AnchorMark]) -> Walk:
        keys = self._db.kept.keys
        walk = Walk(keys.known(), marks, keys.signed_from()) if keys else Walk((), marks)
        head = session.get(AuditHeadRow, 1)
        for row in _raw_links(session):
            try:
                walk.take(_link(row))
            except (ValueError, TypeError, KeyError, AttributeError):  # what was tampered with need not be readable
                walk.skip(row["seq"], row["hash"])
        walk.end((head.count, head.hash) if head else None)
        return walk

    def _proved(self, session: Session, marks: Sequence[AnchorMark]) -> tuple[AuditReport, Walk]:
        walk = self._walked(session, marks)
        rows = unexplained(session, walk)
        report = AuditReport(
            events=walk.count,
            head=walk.head,
            keyed=walk.keyed,
            is_sealed=walk.is_sealed,
            anchored=max((mark.count for mark in marks), default=None),
            findings=(*walk.findings, *walk.unknown.values(), *rows),
            accepted=tuple(walk.accepted),
        )
        return report, walk


def _raw_links(session: Session) -> Iterator[dict[str, Any]]:
    """The events as the driver gives them."""
    columns = (type_coerce(column, NullType()).label(column.name) for column in EventRow.__table__.columns)
    query = select(*columns).order_by(EventRow.seq).execution_options(yield_per=1000)
    yield from map(dict, session.execute(query).mappings())


def _link(row: Mapping[str, Any]) -> dict[str, Any]:
    """The event as it was hashed. Raises ValueError for what is not readable."""
    taken = dict(row)
    taken["at"] = _time(taken["at"])
    for name in ("before", "after", "rows"):
        taken[name] = json.loads(taken[name]) if isinstance(taken[name], str) else taken[name]
    return {name: value for name, value in taken.items() if value is not None or name not in ("rows", "key")}


def _time(stored: object) -> str:
    """A time as pydantic writes it into the JSON that is hashed; SQLite keeps it as text in UTC."""
    read = stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored)).replace(tzinfo=UTC)
    return read.astimezone(UTC).isoformat().replace("+00:00", "Z")
