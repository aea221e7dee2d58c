"""A language is data: no line of the steps holds its words. Letters alone, as in ranges of a script, are no words."""

import ast
import re
from pathlib import Path

import pytest

STEPS = Path(__file__).parents[3] / "kb_pipeline" / "steps"
CODE = sorted(STEPS.rglob("*.py"))
RANGE = re.compile(".-.")  # of letters: ก-ฮ
WORD = re.compile("[\u0e01-\u0e2e][\u0e01-\u0e4c]|[\u3041-\u30ff]{2}|[\u4e00-\u9fff]{2}|[A-Za-z]*[äöüßñéí][a-zäöüß]*[a-z]")


def words_in(source: str) -> list[str]:
    """The strings of `source` with words of a language other than English, docstrings left out."""
    tree = ast.parse(source)
    shown = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    strings = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in shown)
    return [node.value for node in strings if WORD.search(RANGE.sub("", node.value))]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(STEPS)))
def test_no_step_holds_words_of_a_language(path: Path) -> None:
    assert words_in(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = 'ไม่|ห้าม'", 1),
        ("x = '不可'", 1),
        ("x = 'für'", 1),
        ("x = '[ก-ฮ]'", 0),
        ("x = 'À-ÖØ-öø-ÿ'", 0),
        ("def f():\n    '''ไม่ได้'''", 0),
        ("x = 'not'  # ไม่", 0),
    ],
)
def test_what_counts_as_a_word(source: str, found: int) -> None:
    assert len(words_in(source)) == found
