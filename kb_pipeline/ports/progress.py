"""Where a service says how far it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class Progress(Protocol):
    """Where a service says how far it is. Implementations draw a bar, log, or do nothing."""

    def track(self, what: str, total: int) -> AbstractContextManager[Callable[[str], None]]:
        """A context whose value is called once per finished item, with a short note on it."""
