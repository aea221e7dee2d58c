"""HTML tables as Markdown tables: every cell under its own column, whatever it spans."""

import re
from itertools import zip_longest

from bs4 import Tag

ROW = "\x1e"  # before each row of a converted table
CELL = "\x1f"  # before each cell of a converted row
_LONGEST_HEAD = 80  # characters of a column name
_MAX_PLACES = 100_000  # of a table's grid; beyond, spans are not laid out


def infer_heads(table: Tag) -> None:
    """Make a first row of short bold cells the column names, where the table names none."""
    rows = _rows(table)
    if len(rows) < 2 or table.find("th"):
        return
    cells = _cells(rows[0])
    if len(cells) > 1 and all(_is_bold(cell) for cell in cells):
        for cell in cells:
            cell.name = "th"


def markdown_table(table: Tag, converted: str, *, flat: bool) -> str:
    """The Markdown of `table` from its converted text, whose rows begin with ROW and cells with CELL.

    `flat`: on one line, for a table inside a table's cell.
    """
    before, *rows = converted.split(ROW)
    texts = [row.split(CELL)[1:] for row in rows]
    caption = " ".join([before.strip(), *(stray for row in rows if (stray := row.split(CELL)[0].strip()))]).strip()
    if flat:
        return f" {caption} {'; '.join(', '.join(filter(None, row)) for row in texts)} "
    own = _rows(table)
    grid = _grid(own, texts) if len(own) == len(texts) else texts
    head = grid[0] if own and grid and _is_head(own[0]) else []
    grid = grid[1:] if head else grid
    width = max(map(len, [head, *grid]), default=0)
    if not width:
        return f"\n\n{caption}\n\n"
    lines = [_line(head, width), "|" + " --- |" * width, *(_line(row, width) for row in grid if any(row))]
    return "\n\n" + "\n\n".join(filter(None, [caption, "\n".join(lines)])) + "\n\n"


def _rows(table: Tag) -> list[Tag]:
    """The table's own rows, not those of tables inside it."""
    return [row for row in table.find_all("tr") if row.find_parent("table") is table]


def _cells(row: Tag) -> list[Tag]:
    return [cell for cell in row.find_all(["td", "th"], recursive=False) if isinstance(cell, Tag)]


def _is_head(row: Tag) -> bool:
    cells = _cells(row)
    in_head = row.parent is not None and row.parent.name == "thead"
    return bool(cells) and (in_head or all(cell.name == "th" for cell in cells))


def _is_bold(cell: Tag) -> bool:
    text = cell.get_text(strip=True)
    bold = "".join(tag.get_text(strip=True) for tag in cell.find_all(["b", "strong"]))
    return 0 < len(text) <= _LONGEST_HEAD and text == bold


def _grid(rows: list[Tag], texts: list[list[str]]) -> list[list[str]]:
    """Cell texts by row and column; a cell that spans rows is said again in each, one that spans columns once."""
    placed: dict[tuple[int, int], str] = {}
    for r, (row, cells) in enumerate(zip(rows, texts, strict=True)):
        c = 0
        for tag, text in zip_longest(_cells(row), cells):
            while (r, c) in placed:
                c += 1
            wide, high = _span(tag, "colspan"), min(_span(tag, "rowspan"), len(rows) - r)
            placed |= {(r + i, c + j): (text or "") if j == 0 else "" for i in range(high) for j in range(wide)}
            c += wide
        if len(placed) > _MAX_PLACES:
            return texts
    width = max((c for _, c in placed), default=-1) + 1
    return [[placed.get((r, c), "") for c in range(width)] for r in range(len(rows))]


def _span(tag: Tag | None, name: str) -> int:
    value = str(tag.get(name, "1")) if tag is not None else "1"
    return max(1, int(value)) if value.isdecimal() else 1


def _line(cells: list[str], width: int) -> str:
    padded = [*cells, *[""] * (width - len(cells))]
    return "| " + " | ".join(re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in padded) + " |"
