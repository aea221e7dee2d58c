"""The lines of a text and of its translation, side by side, where both have as many. No I/O."""

from functools import lru_cache

Pair = tuple[str, str]


@lru_cache(maxsize=4)  # several rules ask for the same text
def side_by_side(source: str, target: str) -> tuple[Pair, ...]:
    """Lines, and in tables cells, of both texts in pairs; the texts as wholes where their lines are not as many."""
    source, target = source.strip(), target.strip()
    if "\n" not in source:
        return ((source, target),)
    lines, others = ([line for line in text.splitlines() if line.strip()] for text in (source, target))
    if len(lines) != len(others):
        return ((source, target),)
    return tuple(pair for line, other in zip(lines, others, strict=True) for pair in _cells(line, other))


def _cells(line: str, other: str) -> tuple[Pair, ...]:
    bars = line.count("|")
    if bars < 3 or other.count("|") != bars:
        return ((line, other),)
    return tuple(zip(line.split("|"), other.split("|"), strict=True))
