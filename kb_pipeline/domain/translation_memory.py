"""The translation memory: approved source-target pairs, and how near a new text comes to one."""

from functools import cached_property

from kb_pipeline.domain.base import Value, comparison_key, fingerprint

APPROVED, RETIRED = "entry/", "retired/"  # how an origin begins that is no file


class MemoryUnit(Value):
    """One pair that a person approved. `source` and `target` are whole texts: a question, an answer, or one sentence."""

    source: str
    target: str
    source_language: str  # BCP-47
    market: str
    origin: str  # `entry/<revision id>`, `retired/<revision id>` once its source is gone; else the file it was imported from
    actor: str = ""  # who approved it, or who imported it

    @cached_property
    def id(self) -> str:
        """Identity: the pair in its market."""
        return fingerprint("memory", self.market, self.source_language, comparison_key(self.source), self.target)

    @property
    def is_retired(self) -> bool:
        """Whether it was approved here, and its source is gone."""
        return self.origin.startswith(RETIRED)

    @property
    def is_imported(self) -> bool:
        """Whether nobody approved it here: it came in a file."""
        return not self.origin.startswith((APPROVED, RETIRED))


class MemoryMatch(Value):
    """A unit that is like a text. `score` is 0 to 100 after `penalties`; 100 is the same text under the same conditions."""

    unit: MemoryUnit
    score: float
    penalties: tuple[str, ...] = ()  # why it is less than the texts' likeness, e.g. `facts differ`, `imported`
