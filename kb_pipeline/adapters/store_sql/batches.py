"""Batches of model calls, and the provider's lines on them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select

from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.schema_batches import BatchedCallRow, BatchRow
from kb_pipeline.domain.batches import Batch, BatchedCall


class SqlBatches(Part):
    """`ports.batches.BatchStore`."""

    def open_batches(self) -> Sequence[Batch]:
        """Oldest first."""
        query = select(BatchRow).where(BatchRow.ended_at.is_(None)).order_by(BatchRow.created_at, BatchRow.id)
        with self._db.read() as session:
            return [row.value() for row in session.scalars(query)]

    def add_batch(self, batch: Batch, fingerprints: Collection[str]) -> None:
        """Write down a batch before it is sent; each of its calls is in no other one."""
        with self._db.write() as session:
            session.add(BatchRow(**dict(batch), ended_at=None))
            session.flush()
            session.add_all(BatchedCallRow(fingerprint=key, batch_id=batch.id, line=None) for key in sorted(fingerprints))

    def batch_accepted(self, id_: str, provider_id: str) -> None:
        """The provider has it."""
        with self._db.write() as session:
            session.get_one(BatchRow, id_).provider_id = provider_id

    def drop_batch(self, id_: str) -> None:
        """Forget a batch that brings nothing: its calls may be sent again."""
        with self._db.write() as session:
            session.execute(delete(BatchedCallRow).where(BatchedCallRow.batch_id == id_))
            session.execute(delete(BatchRow).where(BatchRow.id == id_))

    def end_batch(self, id_: str, lines: Mapping[str, str]) -> None:
        """Keep the provider's lines by fingerprint; the batch is not open any more. Lines on other calls are left out."""
        with self._db.write() as session:
            session.get_one(BatchRow, id_).ended_at = datetime.now(UTC)
            for row in session.scalars(select(BatchedCallRow).where(BatchedCallRow.batch_id == id_)):
                row.line = lines.get(row.fingerprint, "")

    def find_batched(self, fingerprint: str) -> BatchedCall | None:
        """The call; None: it is in no batch."""
        with self._db.read() as session:
            row = session.get(BatchedCallRow, fingerprint)
            return row.value() if row else None

    def forget_batched(self, fingerprint: str) -> None:
        """What its line says is kept elsewhere, or is not wanted: the call may be sent again."""
        with self._db.write() as session:
            session.execute(delete(BatchedCallRow).where(BatchedCallRow.fingerprint == fingerprint))
