"""The memo of model calls, kept for good. No pricing here: a call carries its cost."""

from collections.abc import Mapping

from sqlalchemy import func, select

from kb_pipeline.adapters.store_sql.engine import Part, insert_or_ignore
from kb_pipeline.adapters.store_sql.schema import CallRow
from kb_pipeline.ports import StoredCall


class SqlCalls(Part):
    """`ports.CallStore`, and the totals."""

    def find_call(self, fingerprint: str) -> StoredCall | None:
        """The stored call, None if it was never finished."""
        with self._db.read() as session:
            row = session.get(CallRow, fingerprint)
            return row.value() if row else None

    def save_call(self, call: StoredCall) -> None:
        """Keep a finished call; durable on return; a second save of the same fingerprint changes nothing."""
        with self._db.write() as session:
            insert_or_ignore(session, CallRow, [dict(call.model_dump(exclude={"usage"}), **dict(call.usage))])

    def call_totals(self) -> Mapping[str, float]:
        """calls, prompt_tokens, completion_tokens, cost (US dollars; 0 when unknown) over all stored calls."""
        sums = {name: func.sum(getattr(CallRow, name)) for name in ("prompt_tokens", "completion_tokens", "cost")}
        query = select(func.count().label("calls"), *(total.label(name) for name, total in sums.items())).select_from(CallRow)
        with self._db.read() as session:
            row = session.execute(query).mappings().one()
        return {name: value or 0 for name, value in row.items()}
