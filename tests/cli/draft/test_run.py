"""`kb run` under a cap, and its dry run: what a person reads, and what a script reads."""

import json

import pytest
from typer.testing import CliRunner

from kb_pipeline.cli.app import app
from tests.conftest import ROOT
from tests.e2e.endpoint import ScriptedEndpoint
from tests.factories import RETURNS


@pytest.fixture
def home(tmp_path, monkeypatch, httpserver):
    (tmp_path / "source" / "en").mkdir(parents=True)
    (tmp_path / "source" / "en" / "returns.md").write_text(RETURNS, encoding="utf-8")
    for name, value in {
        "HOME": tmp_path / "home",
        "SOURCE_DIR": tmp_path / "source",
        "LOCALES_DIR": ROOT / "locales",
        "LLM_MODEL": "scripted",
        "LLM_BASE_URL": ScriptedEndpoint(httpserver, seconds=0.0).url,
        "LLM_API_KEY": "k",
        "LLM_PARALLEL": 1,
        "LLM_PROMPT_PRICE": 1000,
        "LLM_COMPLETION_PRICE": 1000,
    }.items():
        monkeypatch.setenv(f"KB_{name}", str(value))


def run(*words):
    done = CliRunner().invoke(app, ["run", "--market", "th-TH", *words], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def as_json(*words):
    done = run(*words, "--json")
    return done.exit_code, json.loads(done.stdout)


def test_a_capped_run_ends_with_what_is_still_due_and_how_to_go_on(home):
    done = run("--max-cost", "0.05")
    assert done.exit_code == 1
    reached = "the cap of $0.0500 is reached: $0.0600 was spent by then; calls under way are finished"
    assert f"Stopped: {reached}. Still due: th-TH 4 entries." in done.stdout
    assert "Go on with kb run" in done.stdout
    code, report = as_json("--max-tokens", "60")
    told = "the cap of 60 tokens is reached: 60 were used by then; calls under way are finished"
    assert (code, report["stopped"]) == (1, told)
    assert 0 < report["still_due"]["th-TH"] < 4
    code, report = as_json()
    assert (code, report["stopped"], report["still_due"]) == (0, "", {})


def test_a_dry_run_says_what_a_run_will_take_and_what_it_knows_that_from(home):
    assert "What it will take is not known" in run("--dry-run").stdout
    as_json()
    code, plan = as_json("--dry-run")
    assert (code, plan["estimate"]["calls"], plan["estimate"]["cost"]) == (0, 0, 0)


def test_a_dry_run_shows_the_estimate_of_each_stage(home, tmp_path):
    as_json()
    more = RETURNS.replace("Return an item", "Return a gift").replace("returns", "gifts")
    (tmp_path / "source" / "en" / "gifts.md").write_text(more, encoding="utf-8")
    shown = run("--dry-run", "--max-tokens", "50").stdout
    assert "stored calls: rough" in shown
    assert "the cap of 50 tokens would end the run before all is done" in shown
    code, plan = as_json("--dry-run")
    write, revise, thai = plan["estimate"]["stages"]
    assert (code, write["stage"], write["stored_calls"], revise["items"], thai["stage"]) == (0, "write", 2, 0, "th-TH")
    assert plan["estimate"]["cost"] == pytest.approx(plan["estimate"]["calls"] * 0.02)
