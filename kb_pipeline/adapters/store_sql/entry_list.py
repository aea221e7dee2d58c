"""Entries in any state, as people look them up. Their standing in comparisons is in `entries`."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session, joinedload

from kb_pipeline.adapters.store_sql.changes import OPEN
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.schema import ChangeRow, EntryRow, Origin
from kb_pipeline.adapters.store_sql.schema_serving import ReleaseItemRow, ReleaseRow
from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.entries import HeldText, ListedEntry
from kb_pipeline.errors import NotFoundError

_PAGE = 200  # entries read at once


class SqlEntryList(Part):
    """`EntryList` of `ports.entries`."""

    def listed_entries(self, market: str | None = None, state: EntryState | None = None) -> Iterator[ListedEntry]:
        """Entries by market and id, read a page at a time: memory does not grow with their number."""
        place = EntryRow.market, EntryRow.id
        query = _entries().order_by(*place)
        if market is not None:
            query = query.where(EntryRow.market == market)
        if state is not None:
            query = query.where(EntryRow.state == state)
        last = ("", "")
        while True:
            with self._db.read() as session:
                found = _listed(session, query.where(tuple_(*place) > last).limit(_PAGE))
            yield from found
            if len(found) < _PAGE:
                return
            last = found[-1].market, found[-1].id

    def listed_entry(self, id_prefix: str) -> ListedEntry:
        """The entry whose id starts with `id_prefix`. Raises NotFoundError, also when several do."""
        query = _entries().where(EntryRow.id.startswith(id_prefix, autoescape=True)).order_by(EntryRow.id).limit(2)
        with self._db.read() as session:
            found = _listed(session, query) if id_prefix else []
        if not found:
            raise NotFoundError(f"no entry '{id_prefix}'", "list the ids: kb entry list")
        if len(found) > 1:
            raise NotFoundError(f"several entries start with '{id_prefix}'", "give more of the id: kb entry list")
        return found[0]

    def releases_with(self, entry_id: str) -> Sequence[HeldText]:
        """The releases that hold a text of the entry, newest first."""
        of_entry = select(EntryRow.market).where(EntryRow.id == entry_id).scalar_subquery()
        item = (ReleaseItemRow.market == ReleaseRow.market) & (ReleaseItemRow.number == ReleaseRow.number)
        query = (
            select(ReleaseRow.market, ReleaseRow.number, ReleaseRow.state, ReleaseItemRow.revision_id)
            .join(ReleaseItemRow, item)
            .where(ReleaseRow.market == of_entry, ReleaseItemRow.entry_id == entry_id)
            .order_by(ReleaseRow.number.desc())
        )
        with self._db.read() as session:
            return [
                HeldText(market=market, number=number, state=state, revision_id=revision)
                for market, number, state, revision in session.execute(query).tuples()
            ]


def _entries() -> Select[tuple[EntryRow]]:
    return select(EntryRow).options(joinedload(EntryRow.approved), joinedload(EntryRow.imported))


def _listed(session: Session, query: Select[tuple[EntryRow]]) -> list[ListedEntry]:
    rows = session.scalars(query).all()
    changes = _changes_of(session, [row.id for row in rows])
    return [_value(row, changes.get(row.id, ())) for row in rows]


def _changes_of(session: Session, entry_ids: Sequence[str]) -> Mapping[str, Sequence[ChangeRow]]:
    """The changes of these entries, newest first."""
    query = select(ChangeRow).options(joinedload(ChangeRow.revision)).where(ChangeRow.entry_id.in_(entry_ids))
    found: dict[str, list[ChangeRow]] = {}
    for row in session.scalars(query.order_by(ChangeRow.position.desc())):
        found.setdefault(row.entry_id, []).append(row)
    return found


def _value(row: EntryRow, changes: Sequence[ChangeRow]) -> ListedEntry:
    proposed = next((change.revision for change in changes if change.revision is not None), None)
    text = row.approved or proposed or row.imported
    return ListedEntry(
        id=row.id,
        market=row.market,
        state=row.state,
        is_imported=row.origin is Origin.IMPORTED,
        revision=text.value() if text else None,
        source_faq_id=row.source_faq_id,
        source_revision=row.source_revision,
        open_change=next((change.id for change in changes if change.state in OPEN), None),
    )
