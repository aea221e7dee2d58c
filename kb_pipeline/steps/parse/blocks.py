"""The blocks of a Markdown body in reading order: headings, paragraphs, list items, table rows, code.

Only what a reader sees; sentences are `steps.parse.sentences`'.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from kb_pipeline.domain.articles import SentenceKind
from kb_pipeline.steps.parse.inline import Visible, visible
from kb_pipeline.steps.parse.markdown import tokens
from kb_pipeline.steps.parse.tags import Curtain, Tag, Text, scan

_LONGEST_HEADING = 300  # characters; what is longer is a paragraph that someone made big
_BREAK = re.compile(
    "address|article|aside|blockquote|caption|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr"
    "|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `start` and `end` are body offsets of its source. A table's row has one cell a column, with `names`."""

    kind: SentenceKind
    cells: tuple[Visible, ...]
    start: int
    end: int
    level: int = 0  # of a heading; of a list item and code in it: how many lists it is in
    names: tuple[str, ...] = ()  # column names of a row

    @property
    def text(self) -> str:
        """The visible text, white space collapsed."""
        return " ".join(" ".join(cell.text for cell in self.cells).split())


def blocks(body: str) -> Iterator[Block]:
    """The blocks of `body` that show something. Raises ArticleError: `too-deep`, `too-complex`."""
    for block in _Reader(body).read():
        if any(map(str.isprintable, block.text.replace(" ", ""))):
            yield block


def hidden_characters(body: str) -> int:
    """How many characters of `body`, white space aside, raw HTML hides by a style or an attribute. Raises as `blocks`."""
    if "<" not in body:
        return 0
    around, count = Curtain(), 0
    for token in tokens(body):
        if token.type == "html_block":
            count += _hidden_in(token.content, around)
        elif token.type in ("inline", "fence", "code_block") and around.is_down:
            count += around.is_styled * len("".join(token.content.split()))
        elif token.type == "inline" and "<" in token.content:
            inside = Curtain()
            for child in token.children or ():
                if child.type == "html_inline":
                    _hidden_in(child.content, inside)
                elif inside.is_down and inside.is_styled:
                    count += len("".join(child.content.split()))
    return count


def _hidden_in(source: str, curtain: Curtain) -> int:
    count = 0
    for piece in scan(source):
        if isinstance(piece, Tag):
            curtain.pass_tag(piece)
        elif curtain.is_down and curtain.is_styled:
            count += len("".join(piece.shown.split()))
    return count


class _Lines:
    """Offsets of the body's lines."""

    def __init__(self, body: str) -> None:
        self._lines = body.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._length = len(body)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """From the start of line `first` to the end of the one before `last`, white space around left out."""
        while last > first + 1 and not self._lines[last - 1].strip():
            last -= 1
        indent = len(self._lines[first]) - len(self._lines[first].lstrip())
        return self._starts[first] + indent, max(self._starts[first], min(self._starts[last] - 1, self._length))

    def places(self, content: str, first: int) -> list[int]:
        """For each offset in a token's `content`, which begins in line `first`, the offset in the body."""
        found: list[int] = []
        for i, line in enumerate(content.split("\n")):
            number = min(first + i, len(self._lines) - 1)
            source = self._lines[number]
            column = len(source) - len(line) if source.endswith(line) else max(0, source.find(line.strip()))
            start = self._starts[number] + column
            found += range(start, start + len(line) + 1)
        return found

    def cell_places(self, content: str, line: int, offset: int) -> list[int]:
        """The same for a cell, which stands in its line at `offset` or after; its bars are written with a backslash."""
        written = content.replace("|", "\\|")
        start = self._starts[line] + max(0, self._lines[line].find(written, max(0, offset - self._starts[line])))
        return [start + i for i, c in enumerate(written) if c != "\\" or written[i + 1 : i + 2] != "|"] + [start + len(written)]


class _Reader:
    """Reads the tokens in order, with what is open: lists, a table, a raw HTML element that hides."""

    def __init__(self, body: str) -> None:
        self._tokens = tokens(body)
        self._lines = _Lines(body)
        self._curtain = Curtain()
        self._lists = 0
        self._line = 0
        self._names: tuple[str, ...] = ()
        self._in_head = False
        self._cells: list[Visible] = []

    def read(self) -> Iterator[Block]:
        previous = None
        for token in self._tokens:
            self._line = token.map[0] if token.map else self._line
            if token.type == "html_block":
                yield from self._html(token)
            elif self._curtain.is_down:
                pass
            elif token.type == "inline" and previous is not None and previous.type in ("th_open", "td_open"):
                self._cell(token)
            elif token.type == "inline" and previous is not None:
                yield self._inline(token, previous)
            elif token.type in ("fence", "code_block"):
                yield self._code(token)
            elif token.type == "tr_close":
                yield from self._row()
            else:
                self._enter(token)
            previous = token

    def _enter(self, token: Token) -> None:
        if token.type in ("list_item_open", "list_item_close"):
            self._lists += token.nesting
        elif token.type == "thead_open":
            self._in_head = True
        elif token.type == "thead_close":
            self._in_head = False
        elif token.type == "tr_open":
            self._cells = []

    def _inline(self, token: Token, opener: Token) -> Block:
        first, last = token.map or (self._line, self._line + 1)
        shown = visible(token, self._lines.places(token.content, first))
        start, end = self._lines.span(first, last)
        if opener.type == "heading_open" and len(shown.text) <= _LONGEST_HEADING:
            return Block(SentenceKind.HEADING, (shown,), start, end, level=int(opener.tag[1]))
        return Block(SentenceKind.ITEM if self._lists else SentenceKind.TEXT, (shown,), start, end, level=self._lists)

    def _cell(self, token: Token) -> None:
        after = next((cell.at[-1] + 1 for cell in reversed(self._cells) if cell.at), 0)
        self._cells.append(visible(token, self._lines.cell_places(token.content, self._line, after)))

    def _row(self) -> Iterator[Block]:
        start, end = self._lines.span(self._line, self._line + 1)
        cells = tuple(self._cells)
        if self._in_head:
            self._names = tuple(" ".join(cell.text.split()) for cell in cells)
            yield Block(SentenceKind.TABLE_HEAD, cells, start, end)
        else:
            yield Block(SentenceKind.ROW, cells, start, end, names=self._names)

    def _code(self, token: Token) -> Block:
        first, last = token.map or (self._line, self._line + 1)
        places = self._lines.places(token.content, first + (token.type == "fence"))
        shown = Visible(token.content, places[: len(token.content)])
        start, end = self._lines.span(first, last)
        return Block(SentenceKind.CODE, (shown,), start, end, level=self._lists)

    def _html(self, token: Token) -> Iterator[Block]:
        """The visible text of raw HTML, broken where its elements break lines."""
        places = self._lines.places(token.content, self._line)
        text, items, heading = Visible(), 0, 0
        for piece in scan(token.content):
            if not isinstance(piece, Tag):
                if not self._curtain.is_down:
                    _append(text, piece.shown, _run(places, piece))
                continue
            if _BREAK.fullmatch(piece.name):
                yield from _loose(text, self._lists or items, heading)
                text = Visible()
            self._curtain.pass_tag(piece)
            items += (piece.name == "li") * (-1 if piece.closes else 1)
            heading = int(piece.name[1]) if re.fullmatch("h[1-6]", piece.name) and not piece.closes else 0
            if not self._curtain.is_down and piece.name in ("br", "img"):
                shown = "\n" if piece.name == "br" else piece.alt
                _append(text, shown, [places[piece.start]] * len(shown))
        yield from _loose(text, self._lists or items, heading)


def _run(places: list[int], text: Text) -> list[int]:
    """The place of each character of a run; an entity's stand where it begins."""
    if len(text.shown) == text.end - text.start:
        return places[text.start : text.end]
    return [places[text.start]] * len(text.shown)


def _append(text: Visible, shown: str, at: list[int]) -> None:
    text.text += shown
    text.at += at


def _loose(text: Visible, items: int, level: int) -> Iterator[Block]:
    """The block of a run of text in raw HTML."""
    stripped = text.text.strip()
    if not stripped:
        return
    before = text.text.index(stripped)
    shown = text.slice(before, before + len(stripped))
    is_heading = bool(level) and len(stripped) <= _LONGEST_HEADING
    kind = SentenceKind.HEADING if is_heading else SentenceKind.ITEM if items > 0 else SentenceKind.TEXT
    yield Block(kind, (shown.without_macros(),), shown.at[0], shown.at[-1] + 1, level=level if is_heading else max(0, items))
