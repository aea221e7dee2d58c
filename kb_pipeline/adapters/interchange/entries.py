"""Reads existing entries from CSV or JSONL files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from kb_pipeline.adapters.interchange.tables import read_table
from kb_pipeline.errors import UsageError

_COLUMNS = "question, answer and, if you like, phrasings (separated by |)"


def read_entries(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Rows with their line numbers; lists of phrasings joined by `|`.

    Raises UsageError, also where a column is missing and where there is no row at all.
    """
    line = 0
    for line, row in read_table(path):
        if not {"question", "answer"} <= row.keys():
            raise UsageError(
                f"'{path}' line {line} has only {', '.join(map(str, row)) or 'nothing'}", f"name its fields {_COLUMNS}"
            )
        yield line, {name: _text(cell) for name, cell in row.items()}
    if not line:
        raise UsageError(f"'{path}' has no row", f"write one for each entry, its fields named {_COLUMNS}")


def _text(cell: object) -> str:
    """A cell as text; null is an empty one."""
    if isinstance(cell, list):
        return "|".join(map(str, cell))
    return "" if cell is None else str(cell)
