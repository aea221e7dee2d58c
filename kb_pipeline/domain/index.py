"""What the index of a release holds, and what it finds."""

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.findings import TextPart


class IndexText(Value):
    """One text of an entry that can be found: its question, one phrasing, or its answer in plain text."""

    entry_id: str
    part: TextPart
    position: int = 0  # of the phrasing
    text: str
    words: tuple[str, ...]  # for the lexical index: segmented, in the forms that are compared

    @property
    def id(self) -> str:
        """Its id in the index."""
        return f"{self.entry_id}:{self.part}:{self.position}"


class Found(Value):
    """A text that was found. Dense scores are cosines; lexical ones are BM25, higher is better."""

    entry_id: str
    text_id: str = ""  # of the nearest text; empty for lexical hits, which are of whole entries
    score: float
