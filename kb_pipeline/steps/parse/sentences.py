"""Split an Article into Sentences. No I/O; blocks come from `parse.blocks`, boundaries from `language.sentence_ends`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb_pipeline.domain.articles import Article, Sentence, SentenceKind
from kb_pipeline.steps.language.sentence_ends import LONGEST, sentence_spans
from kb_pipeline.steps.parse.blocks import Block, blocks

_CODE_CHARACTERS = 800  # of a piece of code: about a chunk's budget of tokens
_COLONS = (":", "：", ":**", "：**")  # also of bold print
_LONGEST_KEY = 80  # characters of a row's first cell, to be said again where the row is split
_WRAPPED = re.compile("(?<=[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef])\\s*\n\\s*(?=[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef])")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence before it knows its place in the article."""

    text: str
    claim: str
    start: int
    end: int


def sentences(article: Article) -> tuple[Sentence, ...]:
    """Every visible character of the article's body, white space aside, in exactly one sentence, in reading order.

    Raises ArticleError (`too-deep`, `too-complex`) for a body that `parse` would not have let in.
    """
    found: list[Sentence] = []
    path: list[tuple[int, str]] = []
    leads: dict[int, str] = {}  # how many lists deep -> the last sentence there
    for block in blocks(article.body):
        if block.kind is SentenceKind.HEADING:
            while path and path[-1][0] >= block.level:
                path.pop()
        above = tuple(text for _, text in path)
        leads = {depth: text for depth, text in leads.items() if depth <= block.level} if _is_in_a_list(block) else {}
        lead_in = _lead_in(leads, block) if block.kind is SentenceKind.ITEM else ()
        for piece in _pieces(article.body, block):
            found.append(
                Sentence(
                    article_id=article.id,
                    ordinal=len(found),
                    kind=block.kind,
                    text=piece.text,
                    claim=piece.claim,
                    heading_path=above,
                    lead_in=lead_in,
                    start=piece.start,
                    end=piece.end,
                )
            )
        if block.kind in (SentenceKind.TEXT, SentenceKind.ITEM):
            leads[block.level] = found[-1].claim
        if block.kind is SentenceKind.HEADING:
            path.append((block.level, block.text))
    return tuple(found)


def _is_in_a_list(block: Block) -> bool:
    return block.level > 0 and block.kind in (SentenceKind.ITEM, SentenceKind.CODE)


def _lead_in(leads: Mapping[int, str], block: Block) -> tuple[str, ...]:
    """The items around an item, and before them the sentence before the list if it ends with a colon."""
    around = (leads[depth] for depth in range(1, block.level) if depth in leads)
    first = leads.get(0, "")
    return (*((first,) if first.endswith(_COLONS) else ()), *around)


def _pieces(body: str, block: Block) -> Iterator[_Piece]:
    if block.kind in (SentenceKind.HEADING, SentenceKind.TABLE_HEAD):
        shown = _row_text(block)
        yield _Piece(shown, shown, block.start, block.end)
    elif block.kind is SentenceKind.ROW:
        yield from _row(block)
    elif block.kind is SentenceKind.CODE:
        yield from _spread(body, block, _code_spans(block.cells[0].text))
    else:
        yield from _spread(body, block, sentence_spans(block.cells[0].text, block.cells[0].atoms))


def _row_text(block: Block) -> str:
    return " | ".join(text for cell in block.cells if (text := _flat(cell.text)))


def _row(block: Block) -> Iterator[_Piece]:
    """A row is one sentence; a long one is several, each with its column's name and the row's first cell."""
    cells = [_flat(cell.marked(0, len(cell.text))) for cell in block.cells]
    claims = [f"{name}: {cell}" if name else cell for name, cell in zip(_names(block), cells, strict=True)]
    if sum(map(len, cells)) <= LONGEST:
        claim = "; ".join(claim for claim, cell in zip(claims, cells, strict=True) if cell)
        yield _Piece(_row_text(block), claim, block.start, block.end)
        return
    start = block.start
    for column, cell in enumerate(block.cells):
        key = f"{claims[0]}; " if column and cells[0] and len(cells[0]) <= _LONGEST_KEY else ""
        name = f"{_names(block)[column]}: " if _names(block)[column] else ""
        for a, b in sentence_spans(cell.text, cell.atoms):
            text, end = _flat(cell.text[a:b]), max(start, cell.at[b - 1] + 1)
            yield _Piece(text, key + name + _flat(cell.marked(a, b)), max(start, cell.at[a]), end)
            start = end


def _names(block: Block) -> tuple[str, ...]:
    return (*block.names, *[""] * len(block.cells))[: len(block.cells)]


def _spread(body: str, block: Block, spans: list[tuple[int, int]]) -> Iterator[_Piece]:
    """The sentences at `spans` of a block's visible text; markup goes to the sentence that it touches."""
    shown, start = block.cells[0], block.start
    for (a, b), following in zip(spans, [*spans[1:], None], strict=True):
        is_code = block.kind is SentenceKind.CODE
        text = shown.text[a:b].strip("\n") if is_code else _flat(shown.text[a:b])
        claim = text if is_code else _flat(shown.marked(a, b))
        begin = shown.at[following[0]] if following else block.end
        last = min(shown.at[b - 1] + 1, begin)
        end = begin if following is None else last + _markup(body[last:begin])
        yield _Piece(text, claim, start, max(start, end))
        start = _after_space(body, max(start, end), begin)


def _after_space(body: str, start: int, end: int) -> int:
    return start + len(body[start:end]) - len(body[start:end].lstrip())


def _markup(gap: str) -> int:
    """How much of the source between two sentences belongs to the first: up to white space."""
    white = re.search(r"\s", gap)
    return white.start() if white else len(gap)


def _code_spans(text: str) -> list[tuple[int, int]]:
    """Runs of whole lines of at most `_CODE_CHARACTERS`; a longer line is cut."""
    spans: list[tuple[int, int]] = []
    start = end = 0
    for line in re.findall(rf".{{1,{_CODE_CHARACTERS - 1}}}\n?|\n", text):
        if end + len(line) - start > _CODE_CHARACTERS:
            spans.append((start, end))
            start = end
        end += len(line)
    spans.append((start, end))
    return [(a, b) for a, b in spans if text[a:b].strip()]


def _flat(text: str) -> str:
    """Text on one line; lines of Chinese or Japanese meet without a space."""
    return " ".join(_WRAPPED.sub("", text).split())
