"""The demo as a whole, with a scripted model behind a real endpoint; everything else is real."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.cli.demo.steps import shown_markets
from kb_pipeline.domain.changes import Change, ChangeKind, Relation, RelationKind, RiskTier, Verdict
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity
from kb_pipeline.services.review.played import PLAYED, decide
from kb_pipeline.settings import Settings
from tests.cli.system.test_up import none_left
from tests.conftest import ROOT
from tests.e2e.endpoint import ScriptedEndpoint

KB = Path(sys.executable).with_name("kb")


def play(home: Path, url: str, *words: str) -> subprocess.CompletedProcess[str]:
    """One demo, in a process of its own."""
    env = os.environ | {
        "KB_HOME": str(home), "KB_LLM_MODEL": "scripted", "KB_LLM_BASE_URL": url, "KB_LLM_API_KEY": "k",
        "KB_LOCALES_DIR": str(ROOT / "locales"), "KB_SOURCE_DIR": str(ROOT / "kb_source"), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    return subprocess.run([KB, "demo", *words], env=env, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.slow
def test_the_demo_shows_everything_and_a_second_one_pays_nothing(tmp_path, httpserver):
    endpoint = ScriptedEndpoint(httpserver, 0.0)
    first = play(tmp_path, endpoint.url, "--json")
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert set(report["live"]) == {"en-US", "th-TH"}
    assert {reply["market"] for reply in report["answers"] if not reply["abstained"]} == {"en-US", "th-TH"}
    assert report["answers"][-1]["abstained"] is True  # out of scope
    second, back, forth = (followed["release"] for followed in report["followed"])
    assert (second, back) == (forth, forth.replace("r0002", "r0001"))
    assert "plays the reviewer" in first.stderr
    paid = endpoint.asked.total()

    again = play(tmp_path, endpoint.url)
    assert again.returncode == 0, again.stderr
    assert endpoint.asked.total() == paid
    assert "decided by an earlier demo" in again.stdout
    assert "nothing changed since" in again.stdout
    assert "rolled back" in again.stdout
    assert "kb user add" in again.stdout

    store = SqlStore(f"sqlite:///{tmp_path / 'demo' / 'kb.sqlite3'}")
    keys = store.keys()
    assert len(keys) == 2
    assert all(key.revoked_at for key in keys)
    assert not store.users()  # no account, no password
    decided = [d for change in store.changes(states=()) for d in store.decisions(change.id)]
    assert {d.actor for d in decided} <= set(PLAYED)
    store.close()
    assert not (tmp_path / "kb.sqlite3").exists()
    assert none_left(tmp_path / "demo")


@pytest.mark.slow
def test_a_step_that_fails_is_said_plainly(tmp_path, httpserver):
    httpserver.expect_request("/v1/chat/completions").respond_with_data("no", status=401)
    done = play(tmp_path, httpserver.url_for("/v1"), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"] == {
        "code": "demo", "message": "staging failed",
        "remedy": "see what it said above; finished work is kept: run it again to go on",
    }  # fmt: skip
    assert none_left(tmp_path / "demo")


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ((), ("en-US", "th-TH")),  # a question is ready in their languages; more packs cost no time
        (("ja-JP",), ("ja-JP",)),
        (("de-DE", "th-TH"), ("de-DE", "th-TH")),
    ],
)
def test_the_demo_shows_the_markets_that_it_can_ask_unless_others_are_named(named, shown):
    settings = Settings(locales_dir=ROOT / "locales")
    assert tuple(market.tag for market in shown_markets(settings, named)) == shown


def test_where_no_market_has_a_question_ready_all_are_shown(tmp_path):
    for tag in ("de-DE", "ja-JP"):
        shutil.copytree(ROOT / "locales" / tag, tmp_path / tag)
    path = tmp_path / "ja-JP" / "market.yaml"
    path.write_text(path.read_text("utf-8").replace("fallback: [en-US]", "fallback: []"), "utf-8")
    assert [market.tag for market in shown_markets(Settings(locales_dir=tmp_path), ())] == ["de-DE", "ja-JP"]


def change(relation=RelationKind.NEW, severity=None, risk=RiskTier.LOW):
    found = [Finding(rule="r", category=MqmCategory.ACCURACY, severity=severity, message="m")] if severity else []
    return Change(
        market="th-TH", entry_id="e", kind=ChangeKind.RETIRE, revision=None, relation=Relation(kind=relation),
        findings=tuple(found), risk=risk,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("proposed", "verdict", "why"),
    [
        (change(), Verdict.APPROVE, "one person"),
        (change(severity=Severity.MAJOR), Verdict.APPROVE, "one person"),
        (change(risk=RiskTier.HIGH), Verdict.APPROVE, "two people"),
        (change(RelationKind.COMPLEMENTARY), Verdict.APPROVE, "one person"),
        (change(RelationKind.DUPLICATE), Verdict.REJECT, "another entry says"),
        (change(RelationKind.CONTRADICTORY), None, "contradicts"),
        (change(severity=Severity.CRITICAL), None, "critical: r"),
        (change(RelationKind.DUPLICATE, Severity.CRITICAL), None, "critical: r"),
    ],
)
def test_the_played_reviewer_decides_what_is_plain_and_leaves_the_rest(proposed, verdict, why):
    played = decide(proposed)
    assert played.verdict is verdict
    assert why in played.why
