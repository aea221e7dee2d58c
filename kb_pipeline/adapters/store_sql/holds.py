"""Holds: while one stands, nothing is published in its market. `releases` sets one when it rolls back."""

from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.audit import Journal
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.schema_serving import HoldRow
from kb_pipeline.domain.releases import Hold, check_hold
from kb_pipeline.errors import BlockedError, NotFoundError


class SqlHolds(Part):
    """`Holds` of `ports.releases`."""

    def hold_of(self, market: str) -> Hold | None:
        """Why nothing may be published in the market; None: it may."""
        with self._db.read() as session:
            row = session.get(HoldRow, market)
            return row.value() if row else None

    def put_on_hold(self, market: str, actor: str, reason: str) -> Hold:
        """Let nothing be published until the hold is lifted. Raises BlockedError (no reason, or it is held already)."""
        check_hold(market, reason)
        with self._db.write() as session:
            journal, row = Journal(session), session.get(HoldRow, market)
            if row is not None:
                raise BlockedError(str(row.value()), row.value().remedy)
            return keep_back(session, journal, market, actor, reason.strip())

    def lift_hold(self, market: str, actor: str, reason: str) -> Hold:
        """Let the market be published again; the hold that stood. Raises BlockedError (no reason), NotFoundError."""
        check_hold(market, reason)
        with self._db.write() as session:
            journal, row = Journal(session), session.get(HoldRow, market)
            if row is None:
                raise NotFoundError(f"{market} is not on hold", "publish: kb release publish --market " + market)
            hold = row.value()
            session.delete(row)
            before = hold.model_dump(mode="json")
            journal.add(actor, "market.lifted", market, before=before, after={"reason": reason.strip()})
            return hold


def keep_back(session: Session, journal: Journal, market: str, actor: str, reason: str) -> Hold:
    """Put a market on hold; one that stands already stays as it is."""
    row = session.get(HoldRow, market)
    if row is None:
        row = HoldRow(market=market, actor=actor, reason=reason)
        session.add(row)
        session.flush()
        journal.add(actor, "market.held", market, after={"reason": reason})
    return row.value()


def check_not_held(session: Session, market: str) -> None:
    """Raises BlockedError while the market is on hold."""
    row = session.get(HoldRow, market)
    if row is not None:
        raise BlockedError(str(row.value()), row.value().remedy)
