"""What an element's attributes hide from a reader: the one rule for pages and for HTML inside Markdown. No I/O.

Hidden text is where somebody writes to a model what no reader sees, so it is left out. A panel that a reader can open (a
control names it) is no such text.
"""

import re
from collections.abc import Mapping
from html import unescape

_ATTRIBUTE = re.compile(r"\s([a-zA-Z_:][\w:.\-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_SIGN = re.compile(r"hidden|style|color", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ZERO = r"[+-]?(?:0+\.?0*|\.0+)(?:px|em|rem|pt|%|vw|vh)?"
_FAR = r"-\d{3,}(?:\.\d+)?(?:px|em|rem|pt|%|vw|vh)"
# Declarations that hide, alone.
_HIDES = {
    "display": re.compile("none"),
    "visibility": re.compile("hidden|collapse"),
    "content-visibility": re.compile("hidden"),
    "opacity": re.compile(r"0+\.?|0*\.0\d*|[0-4](?:\.\d+)?%"),
    "font-size": re.compile(rf"{_ZERO}|[01](?:\.\d+)?px|0?\.\d+px"),
    "color": re.compile(
        r"transparent|(?:(?:rgb|hsl)a\([^)]*[,/]|(?:rgb|hsl)\([^)]*/)\s*(?:0+\.?|0*\.0\d*|0%)\s*\)|#[0-9a-f]{3}0|#[0-9a-f]{6}00"
    ),
    "-webkit-text-fill-color": re.compile("transparent"),
    "text-indent": re.compile(_FAR),
    "left": re.compile(_FAR),
    "top": re.compile(_FAR),
    "right": re.compile(_FAR),
    "bottom": re.compile(_FAR),
    "margin-left": re.compile(_FAR),
    "margin-top": re.compile(_FAR),
    "clip": re.compile(r"rect\(\s*(?:[01](?:px)?[\s,]*){4}\)"),
    "clip-path": re.compile(r"inset\(\s*(?:50|100)%.*|circle\(\s*0.*"),
    "transform": re.compile(r".*(?:scale[xy3d]*\(\s*0[\s,.)]|translate[xy3d]*\([^)]*-\d{4,}).*"),
}
_TINY = re.compile(r"[01](?:\.\d+)?(?:px|em|rem)?|0?\.\d+(?:px|em)")
_SIZES = ("width", "height", "max-width", "max-height")
# What a script takes back when a reader opens a panel.
_OPENED = frozenset({"display", "visibility", "content-visibility", "opacity"})
_NAMED = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "yellow": "#ffff00", "gray": "#808080", "grey": "#808080"}


def attributes_of(source: str) -> dict[str, str]:
    """The attributes of a tag's source, names in lower case; none where no attribute could hide."""
    if not _SIGN.search(source):
        return {}
    return {m[1].lower(): unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(f" {source}")}


def is_hidden(attributes: Mapping[str, str], *, is_panel: bool = False, behind: str = "") -> bool:
    """Whether an element with these attributes shows nothing. `is_panel`: a control opens it; `behind`: the colour around."""
    if not is_panel and ("hidden" in attributes or attributes.get("aria-hidden", "").strip().lower() == "true"):
        return attributes.get("hidden", "").lower() != "until-found"
    style = declarations(attributes.get("style", ""))
    for name, value in style.items():
        if name in _HIDES and _HIDES[name].fullmatch(value) and not (is_panel and name in _OPENED):
            return True
    is_cut = style.get("overflow", "").startswith(("hidden", "clip"))
    if is_cut and not is_panel and any(_TINY.fullmatch(style.get(size, "")) for size in _SIZES):
        return True
    color = style.get("color") or attributes.get("color", "").strip().lower()
    return bool(color) and _color(color) == _color(background(attributes) or behind)


def background(attributes: Mapping[str, str]) -> str:
    """The colour behind an element's text, as far as its own attributes say it."""
    style = declarations(attributes.get("style", ""))
    return style.get("background-color") or style.get("background") or attributes.get("bgcolor", "").strip().lower()


def declarations(style: str) -> dict[str, str]:
    """The declarations of a style attribute, in lower case, without `!important`; of two the last counts."""
    found: dict[str, str] = {}
    for part in _CSS_COMMENT.sub("", style).lower().split(";"):
        name, _, value = part.partition(":")
        found[name.strip()] = " ".join(value.replace("!important", "").split())
    return found


def _color(value: str) -> str:
    """A colour in one form: `#ffffff`; other forms as they are, without spaces."""
    value = _NAMED.get(value, value).replace(" ", "")
    if match := re.fullmatch(r"rgb\((\d{1,3}),(\d{1,3}),(\d{1,3})\)", value):
        return "#" + "".join(f"{int(part):02x}" for part in match.groups())
    return "#" + "".join(c * 2 for c in value[1:]) if re.fullmatch("#[0-9a-f]{3}", value) else value
