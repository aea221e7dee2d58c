"""How the difference of two texts in one commitment is written down."""

from kb_pipeline.steps.meaning.values import Commitment, Difference, Status


def differing(here: Commitment, there: Commitment, value: str = "", other_value: str = "") -> Difference:
    """Two commitments of one kind that should be equal. The values are those of the commitments, unless they say too little."""
    return Difference(
        kind=here.kind,
        status=Status.DIFFERING,
        here=value or here.value,
        there=other_value or there.value,
        here_span=(here.start, here.end),
        there_span=(there.start, there.end),
    )


def missing(here: Commitment) -> Difference:
    """What only the first text has."""
    return Difference(kind=here.kind, status=Status.MISSING, here=here.value, here_span=(here.start, here.end))


def extra(there: Commitment) -> Difference:
    """What only the second text has."""
    return Difference(kind=there.kind, status=Status.EXTRA, there=there.value, there_span=(there.start, there.end))
