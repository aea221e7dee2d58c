"""What the invariants ask of a store that no use case needs."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from kb_pipeline.domain.changes import Decision

Standing = Mapping[str, object]  # of a change, an entry or a release: `state`, and what else the trail's events keep of it


class Evidence(Protocol):
    """The store's rows as they are, to be held against each other."""

    def damage(self) -> Sequence[str]:
        """What the database itself finds wrong with its pages, indexes and references, in words; empty: nothing."""

    def all_decisions(self) -> Sequence[Decision]:
        """Every decision that was ever kept, oldest first."""

    def standings(self) -> Mapping[str, Standing]:
        """How every change, entry and release stands, by the id under which the trail knows it."""

    def stored_calls(self) -> frozenset[str]:
        """The fingerprints of all stored model calls."""
