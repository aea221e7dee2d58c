"""`kb check` tells problems, which fail, and warnings, which do not."""

import json
from pathlib import Path
from shutil import copytree

import pytest
from typer.testing import CliRunner

from kb_pipeline.cli.app import app

ROOT = Path(__file__).parents[3]


@pytest.fixture
def locales(tmp_path, monkeypatch):
    monkeypatch.setenv("KB_LOCALES_DIR", str(copytree(ROOT / "locales", tmp_path / "locales")))
    monkeypatch.setenv("KB_SOURCE_DIR", str(ROOT / "kb_source"))
    return tmp_path / "locales"


def check(*more):
    return CliRunner().invoke(app, ["check", *more])


def test_a_fact_without_a_context_is_a_warning_with_its_line(locales):
    facts = locales / "th-TH" / "facts.csv"
    facts.write_text("key,source_value,value,valid_from,valid_until,source\nfee,$4.99,฿50,,,TH-1\n", "utf-8")
    result = check()
    assert result.exit_code == 0
    assert f"{facts}:2: warning: 'fee' does not say what $4.99 is about" in result.output
    assert "packs, articles and prompts are valid" in result.output
    report = json.loads(check("--json").output)
    assert report["problems"] == []
    assert [warning["code"] for warning in report["warnings"]] == ["fact-without-context"]


def test_a_problem_fails_and_the_broken_pack_is_not_warned_of(locales):
    (locales / "th-TH" / "facts.csv").write_text("key\n", "utf-8")
    result = check("--json")
    assert result.exit_code == 1
    report = json.loads(result.output)
    assert ([problem["code"] for problem in report["problems"]], report["warnings"]) == (["wrong-header"], [])
