"""Draw docs/images/architecture.svg from the real packages: a band per layer, a box per subject, an arrow per import.

The layers are those of the import-linter contract in pyproject.toml; grimp, which import-linter brings, reads the subjects
and the imports between them. Colours, words and the order of the boxes stand in picture.toml.
"""

import textwrap
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

HERE = Path(__file__).parent
LOOKS = tomllib.loads((HERE / "picture.toml").read_text(encoding="utf-8"))
OPENED = ("kb_pipeline.adapters", "kb_pipeline.services", "kb_pipeline.steps")  # whose subjects have boxes, and arrows
LISTED = ("assets", "kb_pipeline.web", "kb_pipeline.ports", "kb_pipeline.domain")  # whose modules have boxes
WIDTH, LEFT, RIGHT = 900, 152, 876  # of the picture; where the boxes of a band begin and end
GAP, LANE, PAD, BAR = 15, 11, 11, 24  # between boxes; between lines over them; inside a band; height of a bar
NAME, WORDS = 13, 10.5  # sizes of type
STYLE = """
text { font-family: "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; fill: #22252a; }
.name { font-size: 13px; font-weight: 600; text-anchor: middle; }
.words { font-size: 10.5px; font-weight: 400; text-anchor: middle; fill: #4d535c; }
.room { font-size: 15px; font-weight: 700; }
.note { font-size: 10.5px; fill: #4d535c; }
.box { fill: #ffffff; stroke: #8a919c; stroke-width: 0.8; }
.arrow { fill: none; stroke: #59616d; stroke-width: 1; }
"""
HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6.5" markerHeight="6.5" orient="auto">'
    '<path d="M0.5 0.5L7.5 4L0.5 7.5z" fill="#59616d"/></marker></defs>'
)


@dataclass
class Box:
    """A subject and where it stands."""

    module: str
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0

    @property
    def name(self) -> str:
        """The last part of the module's name."""
        return self.module.rpartition(".")[2]

    @property
    def words(self) -> str:
        """What it does, in a word or two."""
        return str(LOOKS["boxes"].get(self.module.removeprefix("kb_pipeline."), ""))

    @property
    def middle(self) -> float:
        """Where its vertical axis is."""
        return self.x + self.width / 2


@dataclass
class Band:
    """A layer: its boxes in a row or more, and, under them, a bar for what most of them import."""

    name: str
    boxes: list[Box]
    imports: list[tuple[str, str]] = field(default_factory=list)
    bar: Box | None = None
    y: float = 0
    height: float = 0

    @property
    def all_boxes(self) -> list[Box]:
        """The boxes and the bar."""
        return [*self.boxes, *([self.bar] if self.bar else [])]


def bands() -> list[Band]:
    """The layers of the contract, topmost first, with the packages as they are. What is in no layer stands beside bootstrap."""
    config = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (c for c in config["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    layers = [[module.strip() for module in layer.split("|")] for layer in contract["layers"]]
    graph = grimp.build_graph("kb_pipeline", "assets", cache_dir=None)
    beside = graph.find_children("kb_pipeline") - {module for layer in layers for module in layer}
    return [_band(graph, [*layer, *(sorted(beside) if "kb_pipeline.bootstrap" in layer else [])]) for layer in layers]


def _band(graph: grimp.ImportGraph, layer: list[str]) -> Band:
    modules = list[str]()
    for room in layer:
        inner = sorted(module for module in graph.find_children(room) if not module.endswith("__"))
        modules += inner if room in (*OPENED, *LISTED) else [room]
    drawn = [] if layer[0] in LISTED else modules
    imports = [(user, used) for user in drawn for used in drawn if user != used and _imports(graph, user, used)]
    imported = [used for _, used in imports]
    bars = modules if len(modules) == 1 else [module for module in modules if imported.count(module) > len(modules) / 2]
    names = [room.rpartition(".")[2] for room in layer]
    name = next((name for name in reversed(names) if name in LOOKS["bands"]), "faces")
    rest = sorted(set(modules) - set(bars), key=lambda module: (_place(module), module))
    return Band(name, [Box(module) for module in rest], imports, Box(bars[0]) if bars else None)


def _place(module: str) -> int:
    """Where a module stands in the order of picture.toml; last, if it is not there."""
    order = [f"{room}.{name}" for room, names in LOOKS["modules"].items() for name in names.split()] + list(LOOKS["boxes"])
    name = module.removeprefix("kb_pipeline.")
    return order.index(name) if name in order else len(order)


def _imports(graph: grimp.ImportGraph, user: str, used: str) -> bool:
    """Whether anything in one package imports anything in the other."""
    inner = {used} | graph.find_descendants(used)
    modules = {user} | graph.find_descendants(user)
    return any(not inner.isdisjoint(graph.find_modules_directly_imported_by(module)) for module in modules)


def _wrap(text: str, width: float) -> list[str]:
    return textwrap.wrap(text, int(width / (WORDS * 0.54)), break_long_words=False)


def _rows(band: Band) -> list[list[Box]]:
    """The boxes in as many rows as they need, each with about as many; wide enough together for the whole band."""
    room, count = RIGHT - LEFT, len(band.boxes)
    for box in band.boxes:
        box.width = len(box.name) * NAME * 0.56 + 14
    needed = sum(box.width + GAP for box in band.boxes) - GAP
    in_row = -(-count // max(1, -(-int(needed) // room)))
    rows = [band.boxes[start : start + in_row] for start in range(0, count, in_row or 1)]
    for row in rows:
        spare = (room - sum(box.width for box in row) - GAP * (len(row) - 1)) / len(row)
        for box in row:
            box.width += spare
    return rows


def place(band: Band, top: float) -> float:
    """Give a band and its boxes their places, from `top`; where the band ends."""
    rows, lanes = _rows(band), len(_lanes(band))
    band.y, y = top, top + PAD + (lanes * LANE + 4 if lanes else 0)
    for row in rows:
        height = 24 + 13 * max(len(_wrap(box.words, box.width - 8)) for box in row)
        x = float(LEFT)
        for box in row:
            box.x, box.y, box.height = x, y, height
            x += box.width + GAP
        y += height + 8
    if band.bar:
        y += 10 if rows else 0
        band.bar.x, band.bar.y, band.bar.width, band.bar.height = LEFT, y, RIGHT - LEFT, BAR
        y += BAR + 8
    band.height = max(y - 8 + PAD - top, 34 + 13 * len(_note(band)))
    for box in band.all_boxes:
        box.y += (band.height - (y - 8 + PAD - top)) / 2
    return top + band.height


def _lanes(band: Band) -> list[tuple[Box, list[Box]]]:
    """What is imported from further off than the next box, and by which: a line over the boxes for each, the shortest first."""
    at = {box.module: i for i, box in enumerate(band.boxes)}
    found = list[tuple[int, Box, list[Box]]]()
    for target in band.boxes:
        users = sorted(at[user] for user, used in band.imports if used == target.module)
        length = max((abs(user - at[target.module]) for user in users), default=0)
        if length > 1:
            found.append((length, target, [band.boxes[user] for user in users if abs(user - at[target.module]) > 1]))
    return [(target, users) for _, target, users in sorted(found, key=lambda lane: lane[0])]


def arrows(band: Band) -> Iterable[str]:
    """The imports of a band: over the boxes, across the gap between neighbours, or down to the bar."""
    for lane, (target, users) in enumerate(_lanes(band)):
        y, end = target.y - 3 - LANE * (lane + 1), target.middle + 6
        for user in users:
            start = user.middle - 6
            bend = 5 if start < end else -5
            down = f"H{end - bend:.1f}q{bend} 0 {bend} 5V{target.y - 1.5:.1f}"
            yield _arrow(f"M{start:.1f} {user.y:.1f}V{y + 5:.1f}q0 -5 {bend} -5{down}")
    for left, right in pairwise(band.boxes):
        y = left.y + left.height / 2
        if (left.module, right.module) in band.imports:
            yield _arrow(f"M{left.x + left.width:.1f} {y:.1f}H{right.x - 1.5:.1f}")
        elif (right.module, left.module) in band.imports:
            yield _arrow(f"M{right.x:.1f} {y:.1f}H{left.x + left.width + 1.5:.1f}")
    for box in band.boxes:
        if band.bar and (box.module, band.bar.module) in band.imports:
            yield _arrow(f"M{box.middle:.1f} {box.y + box.height:.1f}V{band.bar.y - 1.5:.1f}")


def _arrow(path: str) -> str:
    return f'<path class="arrow" d="{path}" marker-end="url(#head)"/>'


def _lines(x: float, y: float, kind: str, lines: Sequence[str], step: float) -> Iterable[str]:
    return (f'<text class="{kind}" x="{x:.1f}" y="{y + step * i:.1f}">{escape(line)}</text>' for i, line in enumerate(lines))


def _drawn(box: Box) -> Iterable[str]:
    yield f'<rect class="box" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="5"/>'
    if box.height == BAR and box.words:
        words = f'<tspan class="words" dx="10">{escape(box.words)}</tspan>'
        yield f'<text class="name" x="{box.middle:.1f}" y="{box.y + 16.5:.1f}">{escape(box.name)}{words}</text>'
    else:
        yield from _lines(box.middle, box.y + 16, "name", [box.name], 0)
        yield from _lines(box.middle, box.y + 30.5, "words", _wrap(box.words, box.width - 8), 13)


def _note(band: Band) -> list[str]:
    return _wrap(LOOKS["bands"][band.name]["words"], LEFT - 30)


def _band_drawn(band: Band) -> Iterable[str]:
    colour, note = LOOKS["bands"][band.name]["colour"], _note(band)
    yield f'<rect x="12" y="{band.y:.1f}" width="{WIDTH - 24}" height="{band.height:.1f}" rx="8" fill="{colour}"/>'
    y = band.y + band.height / 2 + 4.5 - 6.5 * len(note)
    yield from _lines(24, y, "room", [band.name], 0)
    yield from _lines(24, y + 14, "note", note, 13)
    yield from arrows(band)
    for box in band.all_boxes:
        yield from _drawn(box)


def picture() -> str:
    """The picture as SVG, the same for the same packages."""
    drawn, end = bands(), 7.0
    for band in drawn:
        end = place(band, end + 5)
    height = round(end + 28)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>The packages of kb-pipeline, layer by layer</title>',
        f'<style>{STYLE}</style>{HEAD}<rect width="{WIDTH}" height="{height}" rx="10" fill="#fbfaf7"/>',
        *(part for band in drawn for part in _band_drawn(band)),
        *_lines(
            24,
            end + 18,
            "note",
            ["A layer imports what is below it, never what is above. An arrow: this subject imports that one."],
            0,
        ),
    ]
    return "\n".join([*parts, "</svg>", ""])
