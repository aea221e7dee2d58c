"""Markdown as markdown-it's tokens (CommonMark and tables), within limits that keep hostile input cheap."""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb_pipeline.steps.parse.errors import ArticleError
from kb_pipeline.steps.parse.html import html_to_markdown

_MAX_NESTING = 60  # levels of blocks: thirty lists in each other
# markdown-it takes up to 20 us for each of these; with both limits no file takes more than about 4 s.
_COSTLY = re.compile(r"[\[\]*_!`<&|\\\n]")
_MAX_COSTLY = 150_000
_BRACKET = re.compile(r"\n[ \t>]*\n|[\[\]]")
_MAX_OPEN_BRACKETS = 500  # in one paragraph: each is tried to its end


def _markdown_it() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
    parser.disable("text_join")  # keeps escapes and entities apart, with their source
    return parser


@lru_cache(maxsize=2)  # an article is parsed and split one after the other
def tokens(body: str) -> tuple[Token, ...]:
    """The tokens of `body`. They are shared: do not change them. Raises ArticleError: `too-deep`, `too-complex`."""
    _limit(body)
    found = tuple(_markdown_it().parse(body))
    deepest = max((token for token in found), key=lambda token: token.level, default=None)
    if deepest and deepest.level >= _MAX_NESTING - 2:  # what is deeper, markdown-it leaves out
        line = deepest.map[0] + 1 if deepest.map else None
        raise ArticleError("too-deep", f"blocks nested {deepest.level} deep", "flatten the lists and quotes", line=line)
    return found


def with_markdown_tables(body: str) -> str:
    """`body` with its raw HTML tables as Markdown tables. Raises ArticleError."""
    if "<table" not in body.lower():
        return body
    lines = body.split("\n")
    for token in reversed(tokens(body)):
        if token.type == "html_block" and token.level == 0 and token.map and _is_table(token.content):
            first, last = token.map
            lines[first:last] = ["", *html_to_markdown(token.content).split("\n"), ""]
    return "\n".join(lines)


def _is_table(content: str) -> bool:
    low = content.strip().lower()
    return low.startswith("<table") and low.endswith("</table>") and low.count("<table") == low.count("</table>")


def _limit(body: str) -> None:
    costly = sum(1 for _ in _COSTLY.finditer(body))
    if costly > _MAX_COSTLY:
        message = f"{costly} line ends and marks of Markdown, the limit is {_MAX_COSTLY}"
        raise ArticleError("too-complex", message, "split the article")
    opened = 0
    for match in _BRACKET.finditer(body):
        opened = {"[": opened + 1, "]": max(0, opened - 1)}.get(match.group(), 0)
        if opened > _MAX_OPEN_BRACKETS:
            line = body.count("\n", 0, match.start()) + 1
            raise ArticleError("too-complex", f"{opened} open brackets in one paragraph", "close or escape them", line=line)
