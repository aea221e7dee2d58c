"""Contradictions between texts of a market, and what people said of them. Finding them is a service's."""

from collections.abc import Sequence

from sqlalchemy import select

from kb_pipeline.adapters.store_sql.audit import Journal
from kb_pipeline.adapters.store_sql.columns import now
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.entries import PIPELINE
from kb_pipeline.adapters.store_sql.schema_serving import ConflictRow, ReleaseRow
from kb_pipeline.domain.conflicts import Conflict, check_word
from kb_pipeline.domain.releases import Release


class SqlConflicts(Part):
    """`Conflicts` of `ports.releases`."""

    def conflicts(self, market: str) -> Sequence[Conflict]:
        """All of the market, in the order of their entries."""
        query = select(ConflictRow).where(ConflictRow.market == market)
        order = (ConflictRow.first_entry, ConflictRow.second_entry, ConflictRow.first_revision, ConflictRow.second_revision)
        with self._db.read() as session:
            return [row.value() for row in session.scalars(query.order_by(*order))]

    def save_conflicts(self, conflicts: Sequence[Conflict], compared: Release | None = None) -> None:
        """Write down what was found; what is known stays with its word. `compared`: the release whose texts all were."""
        if not conflicts and compared is None:
            return
        with self._db.write() as session:
            journal = Journal(session)
            for conflict in conflicts:
                if session.get(ConflictRow, conflict.key) is None:
                    session.add(ConflictRow(**conflict.model_dump(exclude={"at"})))
                    _record(journal, PIPELINE, "conflict.found", conflict)
            if compared is not None:
                row = session.get_one(ReleaseRow, (compared.market, compared.number))
                if not row.compared:
                    row.compared = True
                    journal.add(PIPELINE, "release.compared", compared.id)

    def settle_conflict(self, conflict: Conflict, actor: str, holds: str, reason: str) -> Conflict:
        """Keep a person's word on two texts: the entry that holds, or both (`holds` empty). Raises BlockedError."""
        check_word(conflict, holds, reason)
        with self._db.write() as session:
            journal, row = Journal(session), session.get(ConflictRow, conflict.key)
            if row is None:
                row = ConflictRow(**conflict.model_dump(exclude={"at"}))
                session.add(row)
            row.settled_by, row.holds, row.comment, row.at = actor, holds, reason.strip(), now()
            session.flush()
            _record(journal, actor, "conflict.settled", row.value())
            return row.value()


def _record(journal: Journal, actor: str, action: str, conflict: Conflict) -> None:
    """One event in the history of each of the two entries."""
    sides = (conflict.first_entry, conflict.second_entry), (conflict.first_revision, conflict.second_revision)
    after = {"entries": list(sides[0]), "revisions": list(sides[1]), "why": conflict.why}
    if conflict.settled_by:
        after |= {"holds": conflict.holds or "both", "reason": conflict.comment}
    for entry in sides[0]:
        journal.add(actor, action, entry, after=after)
