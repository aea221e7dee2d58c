"""Reads rows of named fields from JSONL, CSV and TSV files, each with its line number. What the fields mean is the caller's.

Rows are read one at a time, so that the size of a file does not matter.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from kb_pipeline.errors import UsageError

JSON_LINES = (".jsonl", ".ndjson")
LONGEST_LINE = 10_000_000  # characters: what libxml2 allows a text, too; cells of CSV have the reader's own limit
_HALF = re.compile("[\ud800-\udfff]")

Opener = Callable[[Path], BinaryIO]  # how a file is opened to be read, e.g. under a progress bar


def open_plainly(path: Path) -> BinaryIO:
    """The file as it is."""
    return path.open("rb")


def sound(text: str) -> str:
    """`text` without halves of characters, which JSON can write and nothing can store."""
    return _HALF.sub("\ufffd", text)


def read_table(path: Path, opened: Opener = open_plainly) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The rows. Raises UsageError for a file that is missing, not UTF-8, or broken; it names the line."""
    if not path.is_file():
        raise UsageError(f"no file '{path}'", "give the path of a .csv, .tsv or .jsonl file")
    line = 0
    with io.TextIOWrapper(opened(path), encoding="utf-8-sig", newline="") as text:
        rows = _json_lines(path, text) if path.suffix.lower() in JSON_LINES else _separated(path, text)
        try:
            for line, row in rows:
                yield line, row
        except UnicodeDecodeError as error:
            raise UsageError(f"'{path}' is not UTF-8, somewhere after line {line}", "save it as UTF-8") from error


def _lines(path: Path, text: io.TextIOWrapper) -> Iterator[str]:
    """The lines, each of a length that fits into memory."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise UsageError(f"'{path}' line {number} has {LONGEST_LINE:,} characters or more", "one row a line")
        yield line


def _json_lines(path: Path, text: io.TextIOWrapper) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(_lines(path, text), 1):
        if not line.strip():
            continue
        try:
            row = _sound(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"'{path}' line {number} is no JSON: {error}", "one JSON object a line") from error
        if not isinstance(row, dict):
            raise UsageError(f"'{path}' line {number} is no object", "one JSON object a line")
        yield number, row


def _sound(value: object) -> object:
    """A value of JSON whose texts are sound."""
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, list):
        return [_sound(one) for one in value]
    return {sound(name): _sound(one) for name, one in value.items()} if isinstance(value, dict) else value


def _separated(path: Path, text: io.TextIOWrapper) -> Iterator[tuple[int, Mapping[str, object]]]:
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    reader = csv.DictReader(_lines(path, text), delimiter=separator, strict=True, restkey="", restval="")
    try:
        for row in reader:
            yield reader.line_num, {name: cell for name, cell in row.items() if isinstance(cell, str)}
    except csv.Error as error:
        raise UsageError(f"'{path}' line {reader.line_num} is no CSV: {error}", "quote cells that hold separators") from error
