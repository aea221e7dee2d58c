"""Entries of a market and their texts. Their states move in `changes`."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from kb_pipeline.adapters.store_sql.audit import Journal
from kb_pipeline.adapters.store_sql.engine import Part, batches
from kb_pipeline.adapters.store_sql.schema import ChangeRow, EntryRow, Origin, RevisionRow
from kb_pipeline.domain.changes import ChangeState, EntryState
from kb_pipeline.domain.entries import Entry, Standing
from kb_pipeline.domain.faqs import Revision

PIPELINE = "pipeline"  # who acts when no person does
COUNTED = (
    "pending", "changes_requested", "rejected", "superseded", *(state.value for state in EntryState), Origin.IMPORTED.value,
)  # fmt: skip
MAY_BE_SAID = EntryRow.state.in_((EntryState.APPROVED, EntryState.PUBLISHED))  # what a release is made of


class SqlEntries(Part):
    """`Entries` and `Imports` of `ports.changes`, and the counts."""

    def entries(self, market: str, ids: Sequence[str] | None = None) -> Sequence[Entry]:
        """Approved, published, withdrawn, imported and pending entries by id; one row per entry.

        The approved text comes first if there are several, but a pending one before a withdrawn one. `ids`: only these; None:
        all.
        """
        rows = select(EntryRow).where(EntryRow.market == market)
        waiting = select(ChangeRow).where(ChangeRow.market == market)
        with self._db.read() as session:
            if ids is None:
                return _standings(session, rows, waiting)
            found = (
                _standings(session, rows.where(EntryRow.id.in_(batch)), waiting.where(ChangeRow.entry_id.in_(batch)))
                for batch in batches(sorted(set(ids)))
            )
            return [entry for part in found for entry in part]

    def standing_revisions(self, market: str) -> Mapping[str, tuple[str, bool]]:
        """Of each of `entries` that is not withdrawn, by id: the id of its text, and whether that one is approved."""
        approved = case((MAY_BE_SAID, EntryRow.approved_revision_id))
        imported = case((EntryRow.state == EntryState.PROPOSED, EntryRow.imported_revision_id))
        entries = select(EntryRow.id, approved, imported).where(EntryRow.market == market)
        waiting = select(ChangeRow.entry_id, ChangeRow.revision_id).where(
            ChangeRow.market == market, ChangeRow.state == ChangeState.PENDING
        )
        with self._db.read() as session:  # two queries: a join of so many rows by their state is slow in SQLite
            pending = dict(session.execute(waiting.order_by(ChangeRow.position)).tuples().all())
            rows = session.execute(entries).tuples().all()
        texts = ((id_, said or pending.get(id_) or kept, said is not None) for id_, said, kept in rows)
        return {id_: (text, is_approved) for id_, text, is_approved in texts if text}

    def entry(self, entry_id: str) -> Entry | None:
        """One entry's standing, as in `entries`; None also when it has none."""
        row = select(EntryRow).where(EntryRow.id == entry_id)
        waiting = select(ChangeRow).where(ChangeRow.entry_id == entry_id)
        with self._db.read() as session:
            return next(iter(_standings(session, row, waiting)), None)

    def approved_text(self, entry_id: str, *, withdrawn: bool = True) -> Revision | None:
        """The approved revision of an entry; None when it is retired, and without `withdrawn` also when it is that."""
        query = select(RevisionRow).join(EntryRow, EntryRow.approved_revision_id == RevisionRow.id)
        query = query.where(EntryRow.id == entry_id, *([] if withdrawn else [MAY_BE_SAID]))
        with self._db.read() as session:
            row = session.scalars(query).first()
            return row.value() if row else None

    def import_entry(self, revision: Revision) -> bool:
        """Keep an existing entry for comparison (it still needs a person before it is ever said). False if known.

        An import with another text of a known imported entry replaces what is compared with.
        """
        with self._db.write() as session:
            journal = Journal(session)
            row = session.get(EntryRow, revision.entry_id)
            if row is not None and (row.origin is not Origin.IMPORTED or row.imported_revision_id == revision.id):
                return False
            row = row or make_entry(session, revision, Origin.IMPORTED)
            save_revision(session, revision)
            before = {"imported_revision": row.imported_revision_id} if row.imported_revision_id else None
            row.imported_revision_id = revision.id
            journal.add(
                PIPELINE,
                "entry.imported",
                row.id,
                before=before,
                after={"market": row.market, "imported_revision": revision.id},
            )
        return True

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Per market: changes by state, approved ones apart; entries by state; imported: those that are nothing more yet."""
        by_change = select(ChangeRow.market, ChangeRow.state, func.count()).group_by(ChangeRow.market, ChangeRow.state)
        by_entry = select(EntryRow.market, EntryRow.state, EntryRow.origin, func.count()).group_by(
            EntryRow.market, EntryRow.state, EntryRow.origin
        )
        counts: dict[str, dict[str, int]] = {}
        with self._db.read() as session:
            for market, state, number in session.execute(by_change).tuples():
                if state is not ChangeState.APPROVED:
                    counts.setdefault(market, dict.fromkeys(COUNTED, 0))[state.value] = number
            for market, entry_state, origin, number in session.execute(by_entry).tuples():
                is_import = origin is Origin.IMPORTED and entry_state is EntryState.PROPOSED
                key = origin.value if is_import else entry_state.value
                counts.setdefault(market, dict.fromkeys(COUNTED, 0))[key] += number
        return dict(sorted(counts.items()))


def make_entry(session: Session, revision: Revision, origin: Origin, source_faq_id: str | None = None) -> EntryRow:
    """A new entry, born `proposed`, in the language and market of `revision`."""
    row = EntryRow(
        id=revision.entry_id,
        market=revision.market,
        language=revision.language,
        source_faq_id=source_faq_id,
        origin=origin,
    )
    session.add(row)
    session.flush()
    return row


def save_revision(session: Session, revision: Revision) -> None:
    """Keep a text; one that is known already stays as it is."""
    if session.get(RevisionRow, revision.id) is None:
        session.add(RevisionRow(**dict(dict(revision), id=revision.id)))
        session.flush()


def _standings(session: Session, rows: Select[tuple[EntryRow]], waiting: Select[tuple[ChangeRow]]) -> list[Entry]:
    """The standing of `rows` by id, given the pending ones of the changes `waiting`."""
    changes = waiting.where(ChangeRow.state == ChangeState.PENDING).options(joinedload(ChangeRow.revision))
    pending = {change.entry_id: change for change in session.scalars(changes.order_by(ChangeRow.position))}
    texts = (joinedload(EntryRow.approved), joinedload(EntryRow.imported))
    standing = (_standing(row, pending.get(row.id)) for row in session.scalars(rows.options(*texts).order_by(EntryRow.id)))
    return [entry for entry in standing if entry is not None]


def _standing(row: EntryRow, pending: ChangeRow | None) -> Entry | None:
    standing: Standing
    if row.approved is not None and row.state is not EntryState.WITHDRAWN:
        standing = "published" if row.state is EntryState.PUBLISHED else "approved"
        text, source_revision = row.approved, row.source_revision
    elif pending is not None and pending.revision is not None:
        standing, text, source_revision = "pending", pending.revision, pending.source_revision
    elif row.approved is not None:
        standing, text, source_revision = "withdrawn", row.approved, row.source_revision
    elif row.imported is not None and row.state is EntryState.PROPOSED:
        standing, text, source_revision = "imported", row.imported, 0
    else:
        return None
    return Entry(
        id=row.id,
        market=row.market,
        language=row.language,
        source_faq_id=row.source_faq_id,
        standing=standing,
        revision_id=text.id,
        text=text.text,
        source_revision=source_revision,
    )
