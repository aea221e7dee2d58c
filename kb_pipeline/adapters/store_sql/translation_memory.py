"""The translation memory's pairs: approved entries beside the source they were made from, and imported units."""

from collections.abc import Sequence, Set

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from kb_pipeline.adapters.store_sql.audit import Journal
from kb_pipeline.adapters.store_sql.engine import Part, batches
from kb_pipeline.adapters.store_sql.entries import MAY_BE_SAID
from kb_pipeline.adapters.store_sql.faqs import newest_faqs
from kb_pipeline.adapters.store_sql.schema import (
    ChangeRow,
    DecisionRow,
    EntryRow,
    MemoryUnitRow,
    RevisionRow,
    SourceFaqRow,
)
from kb_pipeline.domain.changes import Edit
from kb_pipeline.domain.faqs import Revision, SourceFaq
from kb_pipeline.domain.translation_memory import MemoryUnit


class SqlMemory(Part):
    """`ports.translation_memory`, and `Edits` of `ports.changes`."""

    def approved_pairs(self, market: str) -> Sequence[tuple[SourceFaq, Revision]]:
        """Each approved entry of the market that is not withdrawn, with the source revision that it was made from.

        The oldest text comes first.
        The source is marked as retired where its newest revision is.
        """
        query = (
            select(SourceFaqRow.value, RevisionRow)
            .join(EntryRow, EntryRow.source_faq_id == SourceFaqRow.id)
            .join(RevisionRow, EntryRow.approved_revision_id == RevisionRow.id)
            .where(EntryRow.market == market, MAY_BE_SAID, EntryRow.source_revision == SourceFaqRow.revision)
            .order_by(RevisionRow.created_at, EntryRow.id)
        )
        retired = newest_faqs().with_only_columns(SourceFaqRow.id).where(SourceFaqRow.retired)
        with self._db.read() as session:
            gone = set(session.scalars(retired))
            return [
                (source.model_copy(update={"retired": True}) if source.id in gone else source, row.value())
                for source, row in session.execute(query).tuples()
            ]

    def memory_units(self, market: str) -> Sequence[MemoryUnit]:
        """The imported units of the market, oldest first."""
        query = select(MemoryUnitRow).where(MemoryUnitRow.market == market)
        with self._db.read() as session:
            return [row.value() for row in session.scalars(query.order_by(MemoryUnitRow.created_at, MemoryUnitRow.id))]

    def known_memory_units(self, ids: Sequence[str]) -> Set[str]:
        """Those of the ids that are kept already."""
        with self._db.read() as session:
            return _known(session, ids)

    def save_memory_units(self, units: Sequence[MemoryUnit], actor: str) -> int:
        """Keep the units that are new, in `actor`'s name; how many. One audit event says so."""
        with self._db.write() as session:
            journal = Journal(session)
            known = _known(session, [unit.id for unit in units])
            rows = {u.id: dict(dict(u), id=u.id, actor=actor) for u in units if u.id not in known}
            if rows:
                session.add_all(MemoryUnitRow(**row) for row in rows.values())
                after = {"units": len(rows), "origins": sorted({unit.origin for unit in units})}
                journal.add(actor, "memory.imported", ",".join(sorted({unit.market for unit in units})), after=after)
            return len(rows)

    def edits(self, market: str) -> Sequence[Edit]:
        """The edits that were approved in the market, oldest first."""
        before, after = aliased(RevisionRow), aliased(RevisionRow)
        made_from = and_(SourceFaqRow.id == ChangeRow.source_faq_id, SourceFaqRow.revision == ChangeRow.source_revision)
        query = (
            select(SourceFaqRow.value, before, after, DecisionRow.value)
            .select_from(DecisionRow)
            .join(ChangeRow, ChangeRow.id == DecisionRow.change_id)
            .join(before, before.id == ChangeRow.proposed_revision_id)
            .join(after, after.id == DecisionRow.edited_revision_id)
            .outerjoin(SourceFaqRow, made_from)
            .where(ChangeRow.market == market)
            .order_by(DecisionRow.position)
        )
        with self._db.read() as session:
            return [
                Edit(source=source, before=old.value(), after=new.value(), decision=decision)
                for source, old, new, decision in session.execute(query).tuples()
            ]


def _known(session: Session, ids: Sequence[str]) -> Set[str]:
    found = set[str]()
    for batch in batches(ids):
        found.update(session.scalars(select(MemoryUnitRow.id).where(MemoryUnitRow.id.in_(batch))))
    return found
