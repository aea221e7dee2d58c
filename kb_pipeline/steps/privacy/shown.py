"""Data that the source hides and the sentence shows: a table's cell behind its column's name, a number over two lines.

A model gets sentences, not the source. So each block is read as its sentences show it, with the label that says what it holds;
what is found knows its place in the body.
"""

import re
from collections.abc import Iterator

from kb_pipeline.domain.articles import SentenceKind
from kb_pipeline.steps.parse.blocks import Block, blocks
from kb_pipeline.steps.parse.inline import Visible
from kb_pipeline.steps.privacy.finder import PrivateData, find

_LONGEST_LABEL = 80  # characters
_VALUE = re.compile(r"\S{4,200}|[\d\W]{8,60}")  # a block that is nothing but a value: one word, or a number in groups


def find_in_article(body: str) -> tuple[PrivateData, ...]:
    """What an article's body holds, in its source or in its sentences; in order, none overlapping. Raises ArticleError."""
    in_source = find(body, markup=True)
    taken = [(data.start, data.end) for data in in_source]
    only_shown = [data for data in _in_sentences(body) if not any(a < data.end and data.start < b for a, b in taken)]
    if not only_shown:
        return in_source
    kept, last = list[PrivateData](), 0
    for data in sorted((*in_source, *only_shown), key=lambda data: (data.start, -data.end)):
        if data.start >= last:
            kept.append(data)
            last = data.end
    return tuple(kept)


def _in_sentences(body: str) -> Iterator[PrivateData]:
    heading = ""
    for block in blocks(body):
        if block.kind is SentenceKind.HEADING:
            heading = block.text
        if block.kind is SentenceKind.CODE:
            continue  # is read as it is written
        if block.kind is SentenceKind.ROW:
            yield from _in_row(block)
        for cell in block.cells:
            if "\n" in cell.text:
                yield from _behind("", cell)
            if block.kind is not SentenceKind.HEADING and _VALUE.fullmatch(cell.text.strip()):
                yield from _behind(heading, cell)


def _in_row(block: Block) -> Iterator[PrivateData]:
    """Each cell behind its column's name; of two cells, the second behind the first, too."""
    for name, cell in zip(block.names, block.cells, strict=False):
        yield from _behind(name, cell)
    if len(block.cells) == 2:
        yield from _behind(" ".join(block.cells[0].text.split()), block.cells[1])


def _behind(label: str, cell: Visible) -> Iterator[PrivateData]:
    """What `cell` holds where it is read behind `label`."""
    if not cell.text.strip() or len(label) > _LONGEST_LABEL:
        return
    before = f"{label}: " if label else ""
    for data in find(before + re.sub(r"\s", " ", cell.text)):
        start, end = data.start - len(before), data.end - len(before)
        if start >= 0:
            yield data._replace(start=cell.at[start], end=cell.at[end - 1] + 1)
