"""An HTML page as Markdown: the visible part of its main content. Everything after it is one path with Markdown files.

lxml parses (it is linear where html.parser is quadratic on hostile input), markdownify writes.
"""

import re
import warnings
from collections import Counter
from typing import NamedTuple, cast

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag, XMLParsedAsHTMLWarning
from bs4.element import PreformattedString
from markdownify import ATX, MarkdownConverter

from kb_pipeline.steps.parse.errors import ArticleError
from kb_pipeline.steps.parse.hidden import background, is_hidden
from kb_pipeline.steps.parse.html_tables import CELL, ROW, infer_heads, markdown_table
from kb_pipeline.steps.parse.text import clean

_MAX_DEPTH = 100  # of elements; markdownify recurses three frames a level
_MAX_LISTS = 20  # of lists; each indents all that is in it
_MAX_ELEMENTS = 50_000
_MAX_MARKS = 120_000  # `<` and `&`: two tags an element, and some entities
_UNREAD = re.compile(
    "script|style|nav|header|footer|aside|noscript|template|iframe|object|svg|head|title|meta"
    "|form|input|button|select|textarea|label|option|dialog"
)
_CONTROLS = ("aria-controls", "aria-owns", "href", "data-target", "data-bs-target", "data-controls")  # name a panel by its id
_MAIN = ("main", '[role="main"]', "article", '[itemprop="articleBody"]', '[itemprop="softwareHelp"]', "body")


class HtmlPage(NamedTuple):
    """What of a page an article is made from."""

    title: str | None
    language: str | None
    body: str
    hidden: int = 0  # characters that the page hides from its readers, and that are left out


def read_html(text: str) -> HtmlPage:
    """The page's `<title>`, `lang` and main content as Markdown. Raises ArticleError: `too-deep`, `too-complex`."""
    marks = text.count("<") + text.count("&")
    if marks > _MAX_MARKS:  # told before any work
        raise ArticleError("too-complex", f"{marks} tags and entities, the limit is {_MAX_MARKS}", "split the page")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # XHTML is welcome
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)  # so is one word
        soup = BeautifulSoup(text, "lxml")
    _limit(soup)
    root = soup.find("html")
    language = root.get("lang") or root.get("xml:lang") if isinstance(root, Tag) else None
    title = soup.title.get_text(" ", strip=True) if soup.title else None
    panels = _panels(soup)
    main = _main(soup, panels)
    if main is None:
        return HtmlPage(title or None, _attribute(language), "")
    hidden = _drop_unread(main, panels)
    for table in main.find_all("table"):
        infer_heads(table)
    return HtmlPage(title or None, _attribute(language), clean(_Converter().convert_soup(main)).strip("\n"), hidden)


def html_to_markdown(fragment: str) -> str:
    """A piece of HTML, e.g. a table inside a Markdown file, as Markdown. Raises ArticleError."""
    return read_html(f"<body>{fragment}</body>").body


def _attribute(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _limit(soup: BeautifulSoup) -> None:
    """Count elements and their depth without recursion."""
    elements, waiting = 0, [(cast("Tag", soup), 0, 0)]
    while waiting:
        tag, depth, lists = waiting.pop()
        elements += 1
        if depth > _MAX_DEPTH or lists > _MAX_LISTS:
            message = f"elements nested more than {_MAX_DEPTH} deep, or lists more than {_MAX_LISTS}"
            raise ArticleError("too-deep", message, "simplify the page", line=tag.sourceline)
        lists += tag.name in ("ul", "ol")
        waiting += [(child, depth + 1, lists) for child in tag.children if isinstance(child, Tag)]
    if elements > _MAX_ELEMENTS:
        raise ArticleError("too-complex", f"{elements} elements, the limit is {_MAX_ELEMENTS}", "split the page")


def _panels(soup: BeautifulSoup) -> frozenset[str]:
    """The ids of what a reader can open: a control of the page names them."""
    named = (str(tag.get(name, "")) for name in _CONTROLS for tag in soup.select(f"[{name}]"))
    return frozenset(id_.lstrip("#") for value in named for id_ in value.split())


def _main(soup: BeautifulSoup, panels: frozenset[str]) -> Tag | None:
    """The first visible main element that holds text; a page may have an empty `<main>`."""
    found = (tag for selector in _MAIN for tag in soup.select(selector, limit=3))
    return next((tag for tag in found if not _is_hidden(tag, panels) and tag.get_text(strip=True)), None)


def _drop_unread(main: Tag, panels: frozenset[str]) -> int:
    """Take out what is not read; how many characters of it a style or an attribute hides."""
    hidden = 0
    for comment in main.find_all(string=lambda s: isinstance(s, PreformattedString)):
        comment.extract()
    for tag in main.find_all(lambda t: t is not main and bool(_UNREAD.fullmatch(t.name))):
        tag.extract()
    for tag in main.find_all(lambda t: t is not main and _is_hidden(t, panels)):
        if main in tag.parents:  # else it went with another one
            hidden += len("".join(tag.get_text().split()))
            tag.extract()
    for cell in main.find_all(["td", "th"]):
        for span in ("colspan", "rowspan"):
            if not re.fullmatch(r"\d|1\d", str(cell.get(span, "1"))):
                del cell[span]
    return hidden


def _is_hidden(tag: Tag, panels: frozenset[str]) -> bool:
    attributes = {name: str(value) for name, value in tag.attrs.items()}
    if not attributes.keys() & {"hidden", "aria-hidden", "style", "color"}:
        return False
    is_panel = attributes.get("id") in panels or (tag.parent is not None and tag.parent.name == "details")
    return is_hidden(attributes, is_panel=is_panel, behind=_behind(tag) if "color" in str(attributes) else "")


def _behind(tag: Tag) -> str:
    """The nearest background that an element around sets inline."""
    around = (background({name: str(value) for name, value in parent.attrs.items()}) for parent in tag.parents)
    return next(filter(None, around), "")


class _Converter(MarkdownConverter):
    """markdownify that loses no text: everything is escaped, tables keep every cell, no line breaks inside paragraphs.

    Emphasis is dropped: `**` next to Thai or Chinese letters is often no emphasis in CommonMark and would be read as text.
    """

    def __init__(self) -> None:
        super().__init__(heading_style=ATX, escape_misc=True, wrap=True, wrap_width=None)
        self._items: Counter[int] = Counter()

    def _text(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text

    convert_b = convert_strong = convert_em = convert_i = convert_s = convert_del = convert_sub = convert_sup = _text

    def _block(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip()
        if not text:
            return ""
        return f" {text} " if "_inline" in parent_tags else f"\n\n{text}\n\n"

    convert_dl = convert_dt = convert_dd = convert_figure = convert_details = convert_summary = convert_address = _block

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        target = str(el.get("href", ""))
        if "_noformat" in parent_tags or not text.strip() or not target or target.lower().startswith(("javascript:", "data:")):
            return text
        prefix, suffix = " " * text[0].isspace(), " " * text[-1].isspace()
        return f"{prefix}[{text.strip()}]({_destination(target)}){suffix}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        alt, source = " ".join(str(el.get("alt", "")).split()), str(el.get("src", ""))
        if not alt:
            return ""
        escaped = self.escape(alt, set())  # type: ignore[attr-defined]  # not in its stub
        return f"![{escaped}]({'' if source.startswith('data:') else _destination(source)})"

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if not (text := text.strip()):
            return "\n"
        parent = el.parent
        self._items[id(parent)] += 1
        bullet = f"{self._items[id(parent)]}. " if parent is not None and parent.name == "ol" else "- "
        return bullet + re.sub(r"\n(?=[^\n])", "\n" + " " * len(bullet), text) + "\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip("\n")
        if "_inline" in parent_tags:
            return f" {_code_span(' '.join(text.split()))} "
        fence = "`" * max(3, _longest_ticks(text) + 1)
        return f"\n\n{fence}\n{text}\n{fence}\n\n" if text.strip() else ""

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return CELL + " ".join(text.split())

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ROW + text

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return markdown_table(el, text, flat="_inline" in parent_tags)


def _longest_ticks(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _code_span(text: str) -> str:
    ticks = "`" * (_longest_ticks(text) + 1)
    return f"{ticks} {text} {ticks}" if text else ""


def _destination(target: str) -> str:
    """A link's target that neither a table nor the end of the link can be mistaken in."""
    for character, code in (("|", "%7C"), ("<", "%3C"), (">", "%3E"), ("\\", "%5C"), ("\n", "")):
        target = target.replace(character, code)
    target = target.strip()
    return f"<{target}>" if re.search(r"[\s()]", target) else target
