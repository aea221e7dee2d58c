"""How often each comparison is right, as measured: what may alarm, and what only asks.

`(met, flagged)`: of so many right pairs of which a comparison has something to say, it flagged so many. Measured by
`python benchmarks/commitments.py` on 4,210 English-Thai texts that professionals translated (docs/benchmarks.md).
"""

from kb_pipeline.steps.meaning.values import Kind

_ENOUGH = 0.95  # of right pairs that are left alone
MEASURED: dict[Kind, tuple[int, int]] = {}


def is_sure(kind: Kind) -> bool:
    """Whether a difference of this kind is a fault in all but one of twenty cases. What was never measured is not sure."""
    met, flagged = MEASURED.get(kind, (1, 1))
    return flagged <= (1 - _ENOUGH) * met
