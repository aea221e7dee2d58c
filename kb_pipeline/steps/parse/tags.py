"""Raw HTML inside Markdown as a stream of tags and texts. Linear on any input; whole pages are `html`'s."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from kb_pipeline.steps.parse.hidden import attributes_of, is_hidden

# As CommonMark writes a tag, so that both agree on what is one.
_ATTRIBUTES = r"(?:\s+[a-zA-Z_:][\w:.-]*(?:\s*=\s*(?:[^\"'=<>`\s]+|'[^']*'|\"[^\"]*\"))?)*"
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)(?P<attributes>{_ATTRIBUTES})\s*/?>")
_ALT = re.compile(r"\salt\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
_UNREAD = re.compile("script|style|template|noscript|iframe|object|svg|head|title|textarea|select")
_ENDINGS = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>", "<!": ">"}


@dataclass(frozen=True, slots=True)
class Tag:
    """An opening or closing tag, from the text's offset `start` to `end`."""

    name: str
    closes: bool
    attributes: str
    start: int
    end: int

    @property
    def alt(self) -> str:
        """The text that stands for an image."""
        match = _ALT.search(self.attributes)
        return next(filter(None, match.groups()), "") if match else ""


@dataclass(frozen=True, slots=True)
class Text:
    """A run of visible characters: `source` is what is written, `shown` what a reader sees (an entity's character)."""

    shown: str
    start: int
    end: int


def scan(source: str) -> Iterator[Tag | Text]:
    """Tags and texts of `source` in order; comments, declarations and instructions are left out."""
    position = 0
    while position < len(source):
        opened = source.find("<", position)
        if opened != position:
            end = opened if opened >= 0 else len(source)
            yield from _texts(source, position, end)
            position = end
        elif ending := next((close for mark, close in _ENDINGS.items() if source.startswith(mark, position)), None):
            found = source.find(ending, position + 2)
            position = len(source) if found < 0 else found + len(ending)
        elif match := _TAG.match(source, position):
            yield Tag(match["name"].lower(), bool(match["close"]), match["attributes"], position, match.end())
            position = match.end()
        else:
            yield Text("<", position, position + 1)
            position += 1


def _texts(source: str, start: int, end: int) -> Iterator[Text]:
    position = start
    for entity in _ENTITY.finditer(source, start, end):
        if entity.start() > position:
            yield Text(source[position : entity.start()], position, entity.start())
        yield Text(unescape(entity.group()), entity.start(), entity.end())
        position = entity.end()
    if position < end:
        yield Text(source[position:end], position, end)


@dataclass(slots=True)
class Curtain:
    """Whether text is hidden by an element that is open: scripts, `hidden`, `aria-hidden`, styles."""

    _open: list[str] = field(default_factory=list)
    is_styled: bool = False  # whether a page's author hid what is behind it, rather than the kind of element

    @property
    def is_down(self) -> bool:
        """Whether text at this point is hidden."""
        return bool(self._open)

    def pass_tag(self, tag: Tag) -> None:
        """Go past `tag`."""
        if _VOID.fullmatch(tag.name):
            return
        if self._open:
            if tag.name == self._open[0] and not tag.closes:
                self._open.append(tag.name)
            elif tag.name == self._open[0]:
                self._open.pop()
        elif not tag.closes:
            is_unread = bool(_UNREAD.fullmatch(tag.name))
            if is_unread or is_hidden(attributes_of(tag.attributes)):
                self._open.append(tag.name)
                self.is_styled = not is_unread
