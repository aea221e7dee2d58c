"""Denials of two texts, counted: how many each has, at least and at most."""

from collections.abc import Iterator

from kb_pipeline.steps.meaning.alignment import Part
from kb_pipeline.steps.meaning.values import Difference


def denial(one: Part, other: Part) -> Iterator[Difference]:
    yield from ()
