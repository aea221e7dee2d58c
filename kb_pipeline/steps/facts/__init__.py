"""Typed facts in text: finding them, and comparing them as values after the market's own facts. No I/O."""

from kb_pipeline.steps.facts.compare import FactComparison, compare
from kb_pipeline.steps.facts.extract import extract
from kb_pipeline.steps.facts.passage import Passage

__all__ = ["FactComparison", "Passage", "compare", "extract"]
