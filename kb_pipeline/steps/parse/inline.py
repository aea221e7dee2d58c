"""What a reader sees of a Markdown block's inline content, each character with its place in the article's body."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markdown_it.common.utils import isStrSpace
from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.token import Token

from kb_pipeline.steps.parse.tags import Curtain, Tag, scan

# Authoring macros of Microsoft and Adobe docs, which are Markdown's callouts and word marks.
_CALLOUT = re.compile(r"\s*(?:\[![A-Z]+\]|!VIDEO\s*\Z|\[!(?:div|include)\b[^\]]*\]\s*\Z)", re.IGNORECASE)
_LONGEST_LABEL = 80  # characters of strong emphasis that is taken for a label
_MARKED = re.compile(r"\[!(?:DNL|UICONTROL|include)\s+([^\[\]]*)\]", re.IGNORECASE)


@dataclass(slots=True)
class Visible:
    """Visible text; `at[i]` is the body offset where the source of `text[i]` begins. `atoms` are never split."""

    text: str = ""
    at: list[int] = field(default_factory=list)
    atoms: list[tuple[int, int]] = field(default_factory=list)  # e.g. code spans, offsets into `text`
    bold: list[tuple[int, int]] = field(default_factory=list)  # strong emphasis, offsets into `text`

    def slice(self, start: int, end: int) -> "Visible":
        """The part from `start` to `end`, offsets into `text`."""
        return Visible(
            self.text[start:end], self.at[start:end], _within(self.atoms, start, end), _within(self.bold, start, end)
        )

    def marked(self, start: int, end: int) -> str:
        """The text from `start` to `end` with its strong emphasis as Markdown: `**Orders**` is how a live label is told."""
        text, last = "", start
        for a, b in _within(self.bold, start, end):
            bold = self.text[start + a : start + b]
            inner = bold.strip()
            before, after = bold[: len(bold) - len(bold.lstrip())], bold[len(bold.rstrip()) :] if inner else ""
            text += self.text[last : start + a] + (f"{before}**{inner}**{after}" if inner else bold)
            last = start + b
        return text + self.text[last:end]

    def without_macros(self) -> "Visible":
        """The same without callout marks (`[!NOTE]`); of word marks (`[!DNL Fastly]`) the word stays."""
        if "!" not in self.text:
            return self
        kept: list[tuple[int, int]] = []
        callout = _CALLOUT.match(self.text)
        position = callout.end() if callout else 0
        for match in _MARKED.finditer(self.text, position):
            kept += [(position, match.start()), match.span(1)]
            position = match.end()
        return _joined(self.slice(a, b) for a, b in [*kept, (position, len(self.text))])


def _within(spans: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    return [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]


def _joined(parts: Iterable[Visible]) -> Visible:
    whole = Visible()
    for part in parts:
        whole.atoms += [(a + len(whole.text), b + len(whole.text)) for a, b in part.atoms]
        whole.bold += [(a + len(whole.text), b + len(whole.text)) for a, b in part.bold]
        whole.text += part.text
        whole.at += part.at
    return whole


def visible(token: Token, places: Sequence[int]) -> Visible:
    """The visible text of an inline token; `places[i]` is where its content's character `i` stands in the body."""
    walk = _Walk(token.content)
    walk.go(token.children or [])
    text = "".join(walk.characters)
    return Visible(text, [places[i] for i in walk.at], walk.atoms, walk.bold).without_macros()


class _Walk:
    """Walks the tokens with a cursor in the content that they were made from, as tokens carry no positions."""

    def __init__(self, content: str) -> None:
        self.content = content
        self.cursor = 0
        self.characters: list[str] = []
        self.at: list[int] = []
        self.atoms: list[tuple[int, int]] = []
        self.bold: list[tuple[int, int]] = []
        self.opened = 0
        self.curtain = Curtain()

    def go(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            kind = token.type
            if kind == "text":
                self._show(token.content, self._skip_to(token.content), len(token.content))
            elif kind == "text_special":  # an escape or an entity
                self._show_at(token.content, self._skip_to(token.markup))
                self.cursor += len(token.markup)
            elif kind in ("softbreak", "hardbreak"):
                self._show("\n", self._skip_to("\n"), 1)
            elif kind == "code_inline":
                self._code(token)
            elif kind == "html_inline":
                self._html(token.content)
            elif kind == "image":
                self._skip("![")
                self.go(token.children or [])
                self._leave_link()
            elif kind == "link_open":
                self._skip("<" if token.markup == "autolink" else "[")
            elif kind == "link_close" and token.markup == "autolink":
                self._skip(">")
            elif kind == "link_close":
                self._leave_link()
            elif token.markup:  # emphasis
                self._skip(token.markup)
                self._emphasize(kind)

    def _emphasize(self, kind: str) -> None:
        """Strong emphasis is kept, and short runs of it are never split: they are labels."""
        if kind == "strong_open":
            self.opened = len(self.characters)
        elif kind == "strong_close" and len(self.characters) > self.opened:
            span = (self.opened, len(self.characters))
            self.bold.append(span)
            if span[1] - span[0] <= _LONGEST_LABEL:
                self.atoms.append(span)

    def _skip_to(self, source: str) -> int:
        """Move to where `source` is written next; it is nearly always right here."""
        if not self.content.startswith(source, self.cursor):
            found = self.content.find(source, self.cursor, self.cursor + len(source) + 4096)
            self.cursor = found if found >= 0 else self.cursor
        return self.cursor

    def _skip(self, source: str) -> None:
        if self.content.startswith(source, self._skip_to(source)):
            self.cursor += len(source)

    def _show(self, text: str, start: int, length: int) -> None:
        """`text`, which is written as it is shown."""
        last = max(0, len(self.content) - 1)
        if not self.curtain.is_down:
            self.characters += text
            self.at += [min(start + i, last) for i in range(len(text))]
        self.cursor = min(start + length, len(self.content))

    def _show_at(self, text: str, place: int) -> None:
        """`text`, which is written otherwise, at one place."""
        if not self.curtain.is_down:
            self.characters += text
            self.at += [place] * len(text)

    def _code(self, token: Token) -> None:
        self._skip(token.markup)
        stripped = not self.content.startswith(token.content[:1], self.cursor) or (
            self.content[self.cursor : self.cursor + 1] in " \n" and token.content[:1] not in " \n"
        )
        before = len(self.characters)
        self._show(token.content, self.cursor + stripped, len(token.content))
        self.atoms.append((before, len(self.characters)))
        self._skip(token.markup)

    def _html(self, source: str) -> None:
        start = self._skip_to(source)
        for piece in scan(source):
            if isinstance(piece, Tag):
                self.curtain.pass_tag(piece)
                if piece.name == "br":
                    self._show_at("\n", start)
                elif piece.name == "img" and piece.alt:
                    self._show_at(piece.alt, start)
        self.cursor = start + len(source)

    def _leave_link(self) -> None:
        """Past `](target "title")`, `][label]` or `]`."""
        self._skip("]")
        self.cursor = self._after_target(self.cursor)

    def _after_target(self, position: int) -> int:
        content, end = self.content, len(self.content)
        if content.startswith("[", position):
            close = content.find("]", position, position + 1000)
            return close + 1 if close >= 0 else position
        if not content.startswith("(", position):
            return position
        inside = _after_space(content, position + 1)
        target = parseLinkDestination(content, inside, end)
        inside = _after_space(content, target.pos if target.ok else inside)
        title = parseLinkTitle(content, inside, end)
        inside = _after_space(content, title.pos if title.ok else inside)
        return inside + 1 if content.startswith(")", inside) else position


def _after_space(content: str, position: int) -> int:
    while position < len(content) and (isStrSpace(content[position]) or content[position] == "\n"):
        position += 1
    return position
