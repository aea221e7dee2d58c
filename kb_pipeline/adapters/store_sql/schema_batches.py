"""The tables of batches of model calls."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kb_pipeline.adapters.store_sql.schema import Base
from kb_pipeline.domain.batches import Batch, BatchedCall


class BatchRow(Base):
    """A batch; with `ended_at` it has been read."""

    __tablename__ = "batches"
    id: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str]
    calls: Mapped[int]
    created_at: Mapped[datetime]
    provider_id: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    def value(self) -> Batch:
        """The batch."""
        return Batch(**{name: getattr(self, name) for name in Batch.model_fields})


class BatchedCallRow(Base):
    """A call in a batch, until its reply is in the memo."""

    __tablename__ = "batched_calls"
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"), index=True)
    line: Mapped[str | None]

    def value(self) -> BatchedCall:
        """The call."""
        return BatchedCall(**{name: getattr(self, name) for name in BatchedCall.model_fields})
