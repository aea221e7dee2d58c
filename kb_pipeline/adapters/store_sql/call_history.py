"""What stored model calls took, by prompt and by run. The memo itself is in `calls`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from kb_pipeline.adapters.store_sql.engine import Part, batches
from kb_pipeline.adapters.store_sql.schema import CallRow, RunUsageRow
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.domain.run_cap import CallSums, RunUsage

_SUMS: tuple[ColumnElement[Any], ...] = (
    func.count(CallRow.fingerprint),
    func.count(CallRow.cost),
    func.count(func.nullif(CallRow.seconds, 0.0)),
    *(func.sum(column) for column in (CallRow.prompt_tokens, CallRow.completion_tokens, CallRow.cost, CallRow.seconds)),
)


class SqlCallHistory(Part):
    """`ports.models.CallHistory`, and what each run took."""

    def calls_by_prompt(self, model: str) -> Mapping[str, CallSums]:
        """What the calls of `model` took, by the id of their prompt."""
        query = select(CallRow.prompt, *_SUMS).where(CallRow.model == model).group_by(CallRow.prompt)
        found = defaultdict[str, CallSums](CallSums)
        with self._db.read() as session:
            for prompt, *sums in session.execute(query):
                found[prompt.split("@")[0]] += _sums_of(*sums)
        return found

    def calls_of(self, fingerprints: Sequence[str], model: str) -> CallSums:
        """What those of the named calls took that `model` answered."""
        found = CallSums()
        with self._db.read() as session:
            for some in batches(sorted(set(fingerprints))):
                query = select(*_SUMS).where(CallRow.fingerprint.in_(some), CallRow.model == model)
                found += _sums_of(*session.execute(query).one())
        return found

    def run_usage(self, run_id: str) -> RunUsage:
        """What the finished steps of the run took."""
        with self._db.read() as session:
            row = session.get(RunUsageRow, run_id)
            return row.value() if row else RunUsage()

    def add_run_usage(self, run_id: str, usage: RunUsage) -> None:
        """Add what a step of the run took; durable on return."""
        with self._db.write() as session:
            row = session.get(RunUsageRow, run_id)
            total = usage + row.value() if row else usage
            session.merge(RunUsageRow(run_id=run_id, calls=total.calls, **dict(total.usage)))


def _sums_of(
    calls: int, priced: int, timed: int, prompt: int | None, completion: int | None, cost: float | None, seconds: float | None
) -> CallSums:
    """`_SUMS` as a value; the cost is unknown as soon as one call's is."""
    known = (cost or 0.0) if priced == calls else None
    usage = Usage(prompt_tokens=prompt or 0, completion_tokens=completion or 0, cost=known)
    return CallSums(calls=calls, usage=usage, seconds=seconds or 0.0, timed=timed)
