"""What texts commit to beyond their facts: reading it by the cues of a language, comparing two texts in it. No I/O."""

from kb_pipeline.steps.meaning.comparison import compare
from kb_pipeline.steps.meaning.reading import Reading, commitments, read
from kb_pipeline.steps.meaning.values import Commitment, Difference, Kind, Status

__all__ = ["Commitment", "Difference", "Kind", "Reading", "Status", "commitments", "compare", "read"]
