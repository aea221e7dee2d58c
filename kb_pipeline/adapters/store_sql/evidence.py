"""The rows as they are, for the invariants: nothing is judged here."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select, text

from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.schema import CallRow, ChangeRow, DecisionRow, EntryRow
from kb_pipeline.adapters.store_sql.schema_serving import ReleaseRow
from kb_pipeline.domain.changes import Decision
from kb_pipeline.domain.releases import release_id
from kb_pipeline.ports.invariants import Standing


class SqlEvidence(Part):
    """`ports.invariants.Evidence`."""

    def damage(self) -> Sequence[str]:
        """What SQLite finds wrong with pages, indexes and references; a server watches its own."""
        with self._db.read() as session:
            if session.get_bind().dialect.name != "sqlite":
                return []
            found = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check(20)"))]
            lost = session.execute(text("PRAGMA foreign_key_check")).tuples().all()
        orphans = [f"row {row} of {table} refers to a row of {parent} that is not there" for table, row, parent, _ in lost]
        return [*(line for line in found if line != "ok"), *orphans]

    def all_decisions(self) -> Sequence[Decision]:
        """Every decision that was ever kept, oldest first."""
        with self._db.read() as session:
            return session.scalars(select(DecisionRow.value).order_by(DecisionRow.position)).all()

    def standings(self) -> Mapping[str, Standing]:
        """How every change, entry and release stands, by the id under which the trail knows it."""
        changes = select(ChangeRow.id, ChangeRow.state, ChangeRow.version, ChangeRow.revision_id)
        entries = select(EntryRow.id, EntryRow.state, EntryRow.approved_revision_id)
        releases = select(ReleaseRow.market, ReleaseRow.number, ReleaseRow.state)
        found: dict[str, Standing] = {}
        with self._db.read() as session:
            for id_, state, version, revision in session.execute(changes).tuples():
                found[id_] = {"state": state.value, "version": version, "revision": revision}
            for id_, entry_state, revision in session.execute(entries).tuples():
                found[id_] = {"state": entry_state.value, "revision": revision}
            for market, number, release_state in session.execute(releases).tuples():
                found[release_id(market, number)] = {"state": release_state.value}
        return found

    def stored_calls(self) -> frozenset[str]:
        """The fingerprints of all stored model calls."""
        with self._db.read() as session:
            return frozenset(session.scalars(select(CallRow.fingerprint)))
