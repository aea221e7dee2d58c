"""Leases of model calls among all processes on one database. The clock is the database's, so that all have the same."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.columns import Utc
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.schema import CallLeaseRow

_LONGEST = timedelta(hours=1)  # a lease that would last longer was taken before the clock went back: it is over


class SqlLeases(Part):
    """`ports.leases.CallLeases`."""

    def take_lease(self, fingerprint: str, holder: str, seconds: float) -> bool:
        """Take the call into hand; False where it is in somebody's hand already, also the same holder's."""
        with self._db.write() as session:
            now, row = _now(session), session.get(CallLeaseRow, fingerprint)
            if row is not None and now < row.expires_at < now + _LONGEST:
                return False
            session.merge(CallLeaseRow(fingerprint=fingerprint, holder=holder, expires_at=now + timedelta(seconds=seconds)))
        return True

    def renew_leases(self, holder: str, seconds: float) -> None:
        """Let all leases of the holder last `seconds` from now."""
        with self._db.write() as session:
            until = _now(session) + timedelta(seconds=seconds)
            session.execute(update(CallLeaseRow).where(CallLeaseRow.holder == holder).values(expires_at=until))

    def end_lease(self, fingerprint: str, holder: str) -> None:
        """Give the call out of hand; nothing happens where another holder took it over."""
        with self._db.write() as session:
            session.execute(delete(CallLeaseRow).filter_by(fingerprint=fingerprint, holder=holder))


def _now(session: Session) -> datetime:
    return session.execute(select(func.current_timestamp(type_=Utc()))).scalar_one()
