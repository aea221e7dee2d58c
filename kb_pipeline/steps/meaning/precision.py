"""How often each comparison is right, as measured: what may alarm, and what only asks.

`(met, flagged)`: of so many right pairs of which a comparison has something to say, it flagged so many. Measured by
`python benchmarks/commitments.py` on 4,210 English-Thai texts that professionals translated (docs/benchmarks.md).
"""

from kb_pipeline.steps.meaning.values import Kind

_ENOUGH = 0.95  # of right pairs that are left alone
MEASURED: dict[Kind, tuple[int, int]] = {
    Kind.NUMBER: (477, 0),
    Kind.ORDINAL: (128, 0),
    Kind.BOUND: (42, 0),
    Kind.DENIAL: (637, 4),
    Kind.MODALITY: (1194, 0),
    Kind.CONDITION: (399, 0),
    Kind.TIME: (462, 0),
    Kind.ROLE: (1061, 0),
    Kind.ONLY: (202, 6),
    Kind.QUANTITY: (482, 0),
    Kind.ALTERNATIVE: (1427, 2),
    Kind.PROMISE: (28, 1),
    Kind.NAME: (2109, 0),
}


def is_sure(kind: Kind) -> bool:
    """Whether a difference of this kind is a fault in all but one of twenty cases. What was never measured is not sure."""
    met, flagged = MEASURED.get(kind, (1, 1))
    return flagged <= (1 - _ENOUGH) * met
