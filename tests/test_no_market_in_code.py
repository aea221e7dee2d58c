"""A market is data: no line of code names one. Help and examples for people may."""

import ast
import re
from pathlib import Path

import pytest

from kb_pipeline.adapters.packs.files import market_tags

ROOT = Path(__file__).parents[1]
TAG = re.compile("|".join(rf"(?<![\w-]){re.escape(tag)}(?![\w-])" for tag in market_tags(ROOT / "locales")))
FOR_PEOPLE = {"help", "epilog", "description", "examples", "json_schema_extra"}  # what typer, argparse and OpenAPI show
CODE = sorted(path for folder in ("kb_pipeline", "assets") for path in (ROOT / folder).rglob("*.py"))


def handed_on(tree: ast.AST) -> set[str]:
    """The constants that a module hands on as help: search.EXAMPLE, _EPILOG, _ENTRY."""
    values = (n.value for n in ast.walk(tree) if isinstance(n, ast.keyword) and n.arg in FOR_PEOPLE)
    names = (n for value in values for n in ast.walk(value) if isinstance(n, ast.Name | ast.Attribute))
    return {name for n in names if (name := n.attr if isinstance(n, ast.Attribute) else n.id).isupper()}


HELP = set[str]().union(*(handed_on(ast.parse(path.read_text("utf-8"))) for path in CODE))


def named(source: str) -> list[str]:
    """The strings of `source` that name a market, where no person reads them."""
    tree = ast.parse(source)
    shown: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
            shown.add(node.value)
        if isinstance(node, ast.keyword) and node.arg in FOR_PEOPLE:
            shown |= set(ast.walk(node.value))
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        if any(isinstance(target, ast.Name) and target.id in HELP for target in targets):
            shown |= set(ast.walk(node))
    strings = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and n not in shown)
    return [node.value for node in strings if TAG.search(node.value)]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_names_a_market(path):
    assert named(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("if market.tag == 'th-TH': pass", ["th-TH"]),
        ("DEFAULT = ['en-US']", ["en-US"]),
        ("path = f'locales/ja-JP/{name}'", ["locales/ja-JP/"]),
        ("raise E(f'no {x}', 'try de-DE')", ["try de-DE"]),
        ('def f():\n    """Like th-TH."""', []),
        ("x = typer.Option(help='e.g. th-TH')", []),
        ("lang = 'zh-CN'", []),  # a language of the sources, no market of ours
        ("x = 'en-USA'", []),
        ("# th-TH\nx = 1", []),
    ],
)
def test_what_counts_as_naming_a_market(source, found):
    assert named(source) == found
