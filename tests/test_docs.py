"""The pages name what is there: links, files, modules and classes; the map and the picture are those of the packages."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = sorted(
    [*ROOT.glob("*.md"), *(page for page in (ROOT / "docs").rglob("*.md"))], key=lambda page: page.relative_to(ROOT).as_posix()
)
ROOMS = ("assets", "kb_pipeline", "tests", "docs", "benchmarks", "deploy", "locales", "kb_source")
EXAMPLES = ("docs/how-to/", "CHANGELOG.md")  # pages that name what a reader is to add, or what is no more
NOT_THERE = {
    *("services/improve", "services/label", "steps/measure"),  # to come
    *("utils.py", "helpers.py", "kb_pipeline/review/locale/vi/LC_MESSAGES/review.po"),  # examples
}
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
DOTTED = re.compile(r"(?:kb_pipeline\.)?[a-z_]+(?:\.[a-z_]+)+(?:\.[A-Z]\w+)?")
CLASS = re.compile(r"[A-Z][A-Za-z]*[a-z][A-Za-z]*")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def without_blocks(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


@cache
def tree() -> frozenset[str]:
    """Every file and folder that a page may name, from the root and from inside the package or docs/."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if "__pycache__" not in path.parts]
    paths = {path.relative_to(ROOT).as_posix() for path in [*ROOT.iterdir(), *files]}
    return frozenset(paths | {path.split("/", 1)[1] for path in paths if path.startswith(("kb_pipeline/", "docs/", "deploy/"))})


@cache
def classes() -> frozenset[str]:
    """The classes of the packages, and other names that they define at the top."""
    files = [*(ROOT / "kb_pipeline").rglob("*.py"), *(ROOT / "assets").rglob("*.py")]
    bodies = [ast.parse(file.read_text("utf-8")).body for file in files]
    return frozenset(node.name for body in bodies for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_something(page):
    links = [link for link in LINK.findall(without_blocks(page)) if not link.startswith(("http:", "https:", "mailto:"))]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if not name_of(page).startswith(EXAMPLES)], ids=name_of)
def test_every_path_of_the_code_exists(page):
    found = {word.rstrip("/") for text in CODE.findall(without_blocks(page)) for word in PATH.findall(text) if _is_ours(word)}
    assert {path for path in found if path not in tree()} - NOT_THERE == set()
    names = {path.rpartition("/")[2] for path in tree()}
    files = {text for text in CODE.findall(without_blocks(page)) if re.fullmatch(r"\w+\.py", text)}
    assert files - names - NOT_THERE == set()


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/domain.md"])
def test_every_module_and_class_of_the_map_and_the_glossary_exists(page):
    words = [text for text in CODE.findall(without_blocks(ROOT / page)) if " " not in text]
    dotted = [
        text for text in words if DOTTED.fullmatch(text) and text.rpartition(".")[2] not in {"py", "md", "csv", "yaml", "toml"}
    ]
    named = [text for text in words if CLASS.fullmatch(text)]
    assert len(dotted) + len(named) > 3
    assert [text for text in dotted if not _is_module(text)] == []
    assert set(named) - classes() <= ({"Services", "Manager", "Helper"} if page == "docs/domain.md" else set())


def test_the_glossary_puts_each_class_where_it_is_defined():
    rows = re.findall(r"^\| (.+?) \| .+ \| `([a-z_.]+)` \|$", without_blocks(ROOT / "docs" / "domain.md"), re.MULTILINE)
    assert len(rows) > 50
    for words, module in rows:
        file = ROOT / "kb_pipeline" / module.replace(".", "/")
        source = file.with_suffix(".py").read_text("utf-8")
        missing = [name for name in CODE.findall(words) if f"class {name}(" not in source and f"class {name}:" not in source]
        assert missing == [], f"{missing} in {module}"


def test_the_picture_knows_no_module_that_is_gone():
    looks = tomllib.loads((ROOT / "docs" / "picture.toml").read_text("utf-8"))
    listed = {f"{room}.{name}" for room, names in looks["modules"].items() for name in names.split()}
    assert [name for name in sorted(listed | looks["boxes"].keys()) if not _is_module(name)] == []


def test_every_page_can_be_reached_from_the_readme():
    seen, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        for link in LINK.findall(page.read_text("utf-8")):
            target = (page.parent / link).resolve()
            ahead += (
                sorted(target.glob("*.md"))
                if target.is_dir() and "docs" in target.parts
                else [target]
                if target.is_file()
                else []
            )
    assert [name_of(page) for page in PAGES if page not in seen] == []


def _is_ours(word: str) -> bool:
    """Whether it is a path that begins with a room or a package's folder, and no pattern with a name to put in."""
    first, _, rest = word.partition("/")
    inner = {path.name for path in (ROOT / "kb_pipeline").iterdir() if path.is_dir()}
    return bool(rest) and (first in ROOMS or first in inner) and not re.search(r"\b[A-Z]{2,}\b(?!-)", word)


def _is_module(text: str) -> bool:
    """Whether a dotted name is a module or package, or something in one."""
    parts = text.removeprefix("kb_pipeline.").split(".")
    base = ROOT if parts[0] == "assets" else ROOT / "kb_pipeline"
    for count in range(len(parts), 0, -1):
        path = base.joinpath(*parts[:count])
        if path.is_dir() or path.with_suffix(".py").is_file():
            return count == len(parts) or parts[-1] in classes()
    return False
