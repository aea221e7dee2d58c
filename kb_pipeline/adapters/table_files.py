"""Reads rows of named fields from JSONL, CSV and TSV files, each with its line number. What the fields mean is the caller's."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from kb_pipeline.errors import UsageError

JSON_LINES = (".jsonl", ".ndjson")


def read_table(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The rows. Raises UsageError for a file that is missing, not UTF-8, or broken; it names the line."""
    if not path.is_file():
        raise UsageError(f"no file '{path}'", "give the path of a .csv, .tsv or .jsonl file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"'{path}' is not UTF-8 (byte {error.start})", "save it as UTF-8") from error
    if path.suffix.lower() in JSON_LINES:
        return _json_lines(path, text)
    return _separated(path, text, "\t" if path.suffix.lower() == ".tsv" else ",")


def _json_lines(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"'{path}' line {number} is no JSON: {error}", "one JSON object a line") from error
        if not isinstance(row, dict):
            raise UsageError(f"'{path}' line {number} is no object", "one JSON object a line")
        yield number, row


def _separated(path: Path, text: str, separator: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True, restkey="", restval="")
    try:
        for row in reader:
            yield reader.line_num, {name: cell for name, cell in row.items() if isinstance(cell, str)}
    except csv.Error as error:
        raise UsageError(f"'{path}' line {reader.line_num} is no CSV: {error}", "quote cells that hold separators") from error
