"""The items that failed, remembered over runs."""

from collections.abc import Collection, Sequence
from typing import Protocol

from kb_pipeline.domain.failures import FailedItem


class FailedItems(Protocol):
    """What failed and is not done yet."""

    def failed_items(self, stage: str | None = None) -> Sequence[FailedItem]:
        """The items of one stage, or of all, by stage and name."""


class FailureStore(FailedItems, Protocol):
    """Keeps them."""

    def save_failed_item(self, item: FailedItem) -> None:
        """Keep an item as it failed last; durable on return."""

    def forget_failed_items(self, ids: Collection[str]) -> None:
        """Forget items that are done, or that nobody wants any more."""


class SecondChances(FailedItems, Protocol):
    """What a person may do with them."""

    def try_again(self, ids: Collection[str], actor: str) -> Sequence[FailedItem]:
        """Let the next run try the items as if they had never failed; audited. Raises NotFoundError for an unknown id."""
