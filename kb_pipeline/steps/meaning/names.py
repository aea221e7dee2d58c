"""Names."""
from collections.abc import Iterator
from kb_pipeline.steps.meaning.alignment import Part
from kb_pipeline.steps.meaning.values import Difference
def name(one: Part, other: Part) -> Iterator[Difference]:
    yield from ()
