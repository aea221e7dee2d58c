"""Batches of model calls: sent to the provider together, answered within a day, for less."""

from datetime import datetime

from kb_pipeline.domain.base import Value


class Batch(Value):
    """Calls that are, or will be, with the provider. `id` is ours, and stands in the provider's metadata of the batch.

    `provider_id`: the provider's own; None: it is not known whether the provider accepted it.
    """

    id: str
    model: str
    calls: int
    created_at: datetime
    provider_id: str | None = None


class BatchedCall(Value):
    """A call that is in a batch. `line`: the provider's line on it, as it came; empty: it had none; None: not read yet."""

    fingerprint: str
    batch_id: str
    line: str | None = None
