"""The memo of model calls, kept for good. No pricing here: a call carries its cost."""

from sqlalchemy import func, select

from kb_pipeline.adapters.store_sql.engine import Part, insert_or_ignore
from kb_pipeline.adapters.store_sql.schema import CallRow
from kb_pipeline.domain.calls import StoredCall
from kb_pipeline.domain.faqs import Usage


class SqlCalls(Part):
    """`ports.models.CallStore`, and the totals."""

    def find_call(self, fingerprint: str) -> StoredCall | None:
        """The stored call, None if it was never finished."""
        with self._db.read() as session:
            row = session.get(CallRow, fingerprint)
            return row.value() if row else None

    def save_call(self, call: StoredCall) -> None:
        """Keep a finished call; durable on return; a second save of the same fingerprint changes nothing."""
        with self._db.write() as session:
            insert_or_ignore(session, CallRow, [dict(call.model_dump(exclude={"usage"}), **dict(call.usage))])

    def call_totals(self) -> tuple[int, Usage]:
        """The number of all stored calls, and what they used; the cost is None when one of them is unknown."""
        sums = (func.sum(CallRow.prompt_tokens), func.sum(CallRow.completion_tokens), func.sum(CallRow.cost))
        query = select(func.count(), func.count(CallRow.cost), *sums).select_from(CallRow)
        with self._db.read() as session:
            calls, priced, prompt, completion, cost = session.execute(query).one()
        known = (cost or 0.0) if priced == calls else None
        return calls, Usage(prompt_tokens=prompt or 0, completion_tokens=completion or 0, cost=known)
