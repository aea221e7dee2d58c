"""The memo of model calls, kept for good, and the replies that were no answers. No pricing here: a call carries its cost."""

from collections.abc import Sequence

from sqlalchemy import func, select, union_all

from kb_pipeline.adapters.store_sql.engine import Part, insert_or_ignore
from kb_pipeline.adapters.store_sql.schema import CallRow
from kb_pipeline.adapters.store_sql.schema_failures import UnusableReplyRow
from kb_pipeline.domain.calls import StoredCall, UnusableReply
from kb_pipeline.domain.faqs import Usage


class SqlCalls(Part):
    """`ports.models.CallStore`, and the totals."""

    def find_call(self, fingerprint: str) -> StoredCall | None:
        """The stored call, None if it was never finished."""
        with self._db.read() as session:
            row = session.get(CallRow, fingerprint)
            return row.value() if row else None

    def has_calls(self, model: str) -> bool:
        """Whether a call that `model` answered is stored."""
        with self._db.read() as session:
            return session.scalar(select(CallRow.fingerprint).where(CallRow.model == model).limit(1)) is not None

    def save_call(self, call: StoredCall) -> None:
        """Keep a call with its usable reply; durable on return; a second save of the same fingerprint changes nothing."""
        with self._db.write() as session:
            insert_or_ignore(session, CallRow, [dict(call.model_dump(exclude={"usage"}), **dict(call.usage))])

    def save_unusable(self, reply: UnusableReply) -> None:
        """Keep a reply that was paid and is no answer."""
        with self._db.write() as session:
            session.add(UnusableReplyRow(**reply.model_dump(exclude={"usage"}), **dict(reply.usage)))

    def set_aside(self, fingerprint: str, problem: str) -> None:
        """Move a stored call whose reply turns out to be no answer out of the memo."""
        with self._db.write() as session:
            row = session.get(CallRow, fingerprint)
            if row is not None:
                call = row.value()
                session.add(UnusableReplyRow(**call.model_dump(exclude={"usage"}), **dict(call.usage), problem=problem))
                session.delete(row)

    def unusable_replies(self, fingerprint: str) -> Sequence[UnusableReply]:
        """The replies to one request that were no answers, oldest first."""
        query = select(UnusableReplyRow).where(UnusableReplyRow.fingerprint == fingerprint).order_by(UnusableReplyRow.id)
        with self._db.read() as session:
            return [row.value() for row in session.scalars(query)]

    def call_totals(self) -> tuple[int, Usage]:
        """The number of all calls that were paid, and what they used; the cost is None when one of them is unknown."""
        paid = union_all(
            *(select(t.prompt_tokens, t.completion_tokens, t.cost) for t in (CallRow, UnusableReplyRow))
        ).subquery()
        sums = (func.sum(paid.c.prompt_tokens), func.sum(paid.c.completion_tokens), func.sum(paid.c.cost))
        query = select(func.count(), func.count(paid.c.cost), *sums).select_from(paid)
        with self._db.read() as session:
            calls, priced, prompt, completion, cost = session.execute(query).one()
        known = (cost or 0.0) if priced == calls else None
        return calls, Usage(prompt_tokens=prompt or 0, completion_tokens=completion or 0, cost=known)
