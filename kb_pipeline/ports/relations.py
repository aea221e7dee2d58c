"""What comparing the texts of a market found, kept so that no pair is compared twice."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from kb_pipeline.domain.relations import Comparison


class ComparedPair(NamedTuple):
    """Two texts, by their fingerprints, with what was found; seen from the first."""

    one: str
    other: str
    found: Comparison


class Comparisons(Protocol):
    """Comparisons by market. `basis` is what they rest on, the embedder and the rules: those of another count for nothing."""

    def compared_texts(self, market: str, basis: str) -> frozenset[str]:
        """The texts that were compared with each other, by fingerprint."""

    def comparisons(self, market: str) -> Iterator[ComparedPair]:
        """What was found, of pairs that come near each other. Reads while it goes."""

    def save_comparisons(
        self, market: str, basis: str, fresh: Sequence[str], gone: Sequence[str], found: Iterable[ComparedPair]
    ) -> None:
        """Keep the `fresh` texts with the pairs found of them, and forget the `gone` ones; all of it or nothing."""
