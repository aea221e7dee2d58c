"""Reads existing entries from CSV or JSONL files."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from kb_pipeline.errors import UsageError

_COLUMNS = "question, answer and, if you like, phrasings (separated by |)"


def read_entries(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Rows with their line numbers. Raises UsageError for a file that cannot be read as UTF-8 CSV or JSONL."""
    if not path.is_file():
        raise UsageError(f"no file '{path}'", f"give a .csv or .jsonl file with {_COLUMNS}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"'{path}' is not UTF-8 (byte {error.start})", "save it as UTF-8") from error
    yield from _jsonl(path, text) if path.suffix.lower() in {".jsonl", ".ndjson"} else _csv(path, text)


def _csv(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    reader = csv.DictReader(text.splitlines(keepends=True), restkey="", restval="")
    if not {"question", "answer"} <= set(reader.fieldnames or ()):
        raise UsageError(f"'{path}' has the columns {reader.fieldnames}", f"its first line must name {_COLUMNS}")
    for row in reader:
        yield reader.line_num, {k: v for k, v in row.items() if isinstance(v, str)}


def _jsonl(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"'{path}' line {number} is no JSON: {error}", "one JSON object a line") from error
        if not isinstance(row, dict):
            raise UsageError(f"'{path}' line {number} is no object", f"one JSON object a line with {_COLUMNS}")
        yield number, {k: "|".join(v) if isinstance(v, list) else str(v) for k, v in row.items()}
