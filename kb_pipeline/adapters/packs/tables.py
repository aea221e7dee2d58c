"""The tables of a market pack (term base, UI strings, facts, golden queries) as values, or as problems with their lines."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from kb_pipeline.adapters.packs.problems import PackFile
from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.markets import FactContext, GoldenQuery, MarketFact, Term, TermStatus, UiString

Row = TypeVar("Row", bound=BaseModel)


class _Table(NamedTuple):
    """The columns of a CSV file; cells of `required` columns that are not in `may_be_empty` must be filled.

    Columns of `context` hold several things with `|` between them, and are one value together; they are optional, too.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    may_be_empty: tuple[str, ...] = ()
    context: tuple[str, ...] = ()


_TERMBASE = _Table(("source", "target", "status", "note"), ("source_lang",), ("source", "note"))
_UI_STRINGS = _Table(("key", "source", "target"), ("source_lang",))
_FACTS = _Table(
    ("key", "source_value", "value", "valid_from", "valid_until", "source"),
    may_be_empty=("source_value", "valid_from", "valid_until"),
    context=tuple(FactContext.model_fields),
)
_GOLDEN = _Table(("query", "article_id"))
_ROW_FAULTS = {  # column -> code and remedy of a value that its type refuses
    "status": ("unknown-status", f"use one of: {', '.join(TermStatus)}"),
    "valid_from": ("bad-date", "write the date as 2025-03-31, or leave the cell empty"),
    "valid_until": ("bad-date", "write the date as 2025-03-31, or leave the cell empty"),
}


def read_terms(file: PackFile) -> tuple[Term, ...]:
    """termbase.csv."""
    return _read_rows(file, _TERMBASE, Term, _check_terms)


def read_ui_strings(file: PackFile) -> tuple[UiString, ...]:
    """ui_strings.csv."""
    return _read_rows(file, _UI_STRINGS, UiString, _check_ui_strings)


def read_facts(file: PackFile) -> tuple[MarketFact, ...]:
    """facts.csv."""
    return _read_rows(file, _FACTS, MarketFact, _check_facts)


def fact_rows(file: PackFile) -> tuple[tuple[int, MarketFact], ...]:
    """facts.csv, each row with the line it starts in; problems are kept again."""
    found: list[tuple[int, MarketFact]] = []
    _read_rows(file, _FACTS, MarketFact, lambda _, rows: found.extend(rows))
    return tuple(found)


def check_expiry(file: PackFile, day: date) -> None:
    """facts.csv again: a claim whose every value ended before `day` is a problem, as the source's value would go through."""
    _read_rows(file, _FACTS, MarketFact, partial(_report_expired, day=day))


def read_golden(file: PackFile) -> tuple[GoldenQuery, ...]:
    """golden.csv."""
    return _read_rows(file, _GOLDEN, GoldenQuery, _check_golden)


def _read_rows(
    file: PackFile, table: _Table, model: type[Row], check: Callable[[PackFile, Sequence[tuple[int, Row]]], None]
) -> tuple[Row, ...]:
    """The rows of a CSV file as values; what is wrong with them becomes problems."""
    rows = [(line, row) for line, cells in _read_cells(file, table) if (row := _row_value(file, line, cells, table, model))]
    check(file, rows)
    return tuple(row for _, row in rows)


def _read_cells(file: PackFile, table: _Table) -> Iterator[tuple[int, dict[str, str]]]:
    """Each whole row with the line it starts in. Empty lines are skipped; cells of a context may be left out at the end."""
    text = file.text()
    if text is None:
        return
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = next(rows, [])
        if not _header_fits(file, table, header):
            return
        line = rows.line_num + 1
        for cells in rows:
            if cells and _cells_fit(file, table, line, header, cells):
                yield line, dict(zip_longest(header, map(str.strip, cells), fillvalue=""))
            line = rows.line_num + 1
    except csv.Error as error:
        file.fault(line, "malformed-csv", f"no CSV: {error}", "close the quotes; double a quote inside quotes")


def _header_fits(file: PackFile, table: _Table, header: Sequence[str]) -> bool:
    optional = (*table.optional, *table.context)
    allowed = {*table.required, *optional}
    fits = set(table.required) <= set(header) <= allowed and len(set(header)) == len(header)
    if not fits:
        wanted = ",".join(table.required) + "".join(f"[,{name}]" for name in optional)
        file.fault(1, "wrong-header", f"the header is '{','.join(header)}'", f"make it: {wanted}")
    return fits


def _cells_fit(file: PackFile, table: _Table, line: int, header: Sequence[str], cells: Sequence[str]) -> bool:
    left_out = header[len(cells) :]
    if len(cells) > len(header) or not set(left_out) <= set(table.context):
        message = f"the row has {len(cells)} cells, the header has {len(header)}"
        file.fault(line, "wrong-cells", message, "quote a cell that contains a comma; keep empty cells")
        return False
    must = [name for name in table.required if name not in table.may_be_empty]
    empty = [name for name, cell in zip(header, cells, strict=False) if name in must and not cell.strip()]
    for name in empty:
        file.fault(line, "empty-cell", f"'{name}' is empty", "fill the cell or delete the row")
    return not empty


def _row_value(file: PackFile, line: int, cells: dict[str, str], table: _Table, model: type[Row]) -> Row | None:
    """The row as a value; None, and problems, if a cell does not fit its type."""
    dates = [name for name in ("valid_from", "valid_until") if cells.get(name)]
    bad = [name for name in dates if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", cells[name])]
    plain = {name: cell for name, cell in cells.items() if name not in table.context}
    filled = {name: cell for name, cell in plain.items() if cell or name not in ("valid_from", "valid_until")}
    context = {name: _several(cells[name]) for name in table.context if name in cells}
    try:
        value = model.model_validate({**filled, **({"context": context} if context else {})})
    except ValidationError as error:
        bad = [*dict.fromkeys([*bad, *(str(fault["loc"][0]) for fault in error.errors())])]
    for name in bad:
        code, remedy = _ROW_FAULTS.get(name, ("bad-value", "correct the cell"))
        file.fault(line, code, f"'{name}' cannot be '{cells[name]}'", remedy)
    return None if bad else value


def _several(cell: str) -> tuple[str, ...]:
    """The things of a cell, without the empty ones."""
    return tuple(filter(None, map(str.strip, cell.split("|"))))


def _report_twins(file: PackFile, rows: Iterable[tuple[int, tuple[str, ...]]]) -> None:
    """A problem for each row whose identity an earlier row has."""
    first: dict[tuple[str, ...], int] = {}
    for line, identity in rows:
        if identity in first:
            message = f"'{' / '.join(filter(None, identity))}' repeats line {first[identity]}"
            file.fault(line, "duplicate-row", message, "delete one of the two rows")
        first.setdefault(identity, line)


def _check_terms(file: PackFile, rows: Sequence[tuple[int, Term]]) -> None:
    """No row twice; no target both wanted and forbidden for the same source; only a forbidden target needs no source."""
    for line, term in rows:
        if not term.source and term.status is not TermStatus.FORBIDDEN:
            file.fault(line, "empty-cell", "'source' is empty", "fill the cell; only a forbidden target stands for any source")
    _report_twins(file, ((line, (_fold(t.source), comparison_key(t.target), t.status, t.source_lang)) for line, t in rows))
    wanted = {(_fold(t.source), _fold(t.target)): line for line, t in rows if t.status is not TermStatus.FORBIDDEN}
    for line, term in rows:
        other = wanted.get((_fold(term.source), _fold(term.target)))
        if term.status is TermStatus.FORBIDDEN and other:
            message = f"'{term.target}' is forbidden here and wanted in line {other}"
            file.fault(max(line, other), "contradictory-term", message, "decide which of the two rows is right")


def _check_ui_strings(file: PackFile, rows: Sequence[tuple[int, UiString]]) -> None:
    """No key twice."""
    _report_twins(file, ((line, (s.key,)) for line, s in rows))


def _check_facts(file: PackFile, rows: Sequence[tuple[int, MarketFact]]) -> None:
    """No value ends before it begins; no claim has two values on the same day."""
    seen: dict[tuple[str, str], list[tuple[int, MarketFact]]] = {}
    for line, fact in rows:
        if (fact.valid_from or date.min) > (fact.valid_until or date.max):
            file.fault(line, "bad-date", f"'{fact.key}' ends before it begins", "swap valid_from and valid_until")
        earlier = seen.setdefault((fact.key, fact.source_value), [])
        for at, other in earlier:
            if _overlap(fact, other):
                message = f"'{fact.key}' holds at the same time as in line {at}"
                file.fault(line, "duplicate-row", message, "end the older one with valid_until, or delete one")
        earlier.append((line, fact))


def _report_expired(file: PackFile, rows: Sequence[tuple[int, MarketFact]], day: date) -> None:
    """A problem at the last value of each claim that has none on `day` or later."""
    last: dict[str, tuple[date, int]] = {}
    for line, fact in rows:
        last[fact.key] = max(last.get(fact.key, (date.min, 0)), (fact.valid_until or date.max, line))
    for key, (end, line) in last.items():
        if end < day:
            file.fault(line, "expired-fact", f"'{key}' ended on {end}", "add a row that begins after it, or delete the claim")


def _check_golden(file: PackFile, rows: Sequence[tuple[int, GoldenQuery]]) -> None:
    """No query twice."""
    _report_twins(file, ((line, (_fold(g.query),)) for line, g in rows))


def _overlap(one: MarketFact, other: MarketFact) -> bool:
    """Whether both facts hold on some day."""
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    return begins <= min(one.valid_until or date.max, other.valid_until or date.max)


def _fold(text: str) -> str:
    return comparison_key(text).casefold()
