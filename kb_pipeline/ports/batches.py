"""What is known of batches of model calls, so that a killed run finds them again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from kb_pipeline.domain.batches import Batch, BatchedCall


class OpenBatches(Protocol):
    """The batches that are not read yet."""

    def open_batches(self) -> Sequence[Batch]:
        """Oldest first."""


class BatchStore(OpenBatches, Protocol):
    """Keeps batches and what came of their calls. Every write is durable when its method returns."""

    def add_batch(self, batch: Batch, fingerprints: Collection[str]) -> None:
        """Write down a batch before it is sent; each of its calls is in no other one."""

    def batch_accepted(self, id_: str, provider_id: str) -> None:
        """The provider has it."""

    def drop_batch(self, id_: str) -> None:
        """Forget a batch that brings nothing: its calls may be sent again."""

    def end_batch(self, id_: str, lines: Mapping[str, str]) -> None:
        """Keep the provider's lines by fingerprint; the batch is not open any more. Lines on other calls are left out."""

    def find_batched(self, fingerprint: str) -> BatchedCall | None:
        """The call; None: it is in no batch."""

    def forget_batched(self, fingerprint: str) -> None:
        """What its line says is kept elsewhere, or is not wanted: the call may be sent again."""
