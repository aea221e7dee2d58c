"""The translation memory: what people approved, as pairs to learn from."""

from collections.abc import Sequence, Set
from typing import Protocol

from kb_pipeline.domain.faqs import Revision, SourceFaq
from kb_pipeline.domain.translation_memory import MemoryUnit


class MemoryPairs(Protocol):
    """The pairs of a market's memory."""

    def approved_pairs(self, market: str) -> Sequence[tuple[SourceFaq, Revision]]:
        """Each approved entry of the market with the source revision that it was made from, oldest text first.

        A source is marked retired where its newest revision is.
        """

    def memory_units(self, market: str) -> Sequence[MemoryUnit]:
        """The imported units of the market, oldest first."""


class MemoryStore(MemoryPairs, Protocol):
    """Keeps imported pairs."""

    def known_memory_units(self, ids: Sequence[str]) -> Set[str]:
        """Those of the ids that are kept already."""

    def save_memory_units(self, units: Sequence[MemoryUnit], actor: str) -> int:
        """Keep the units that are new, in `actor`'s name; how many. One audit event says so."""
