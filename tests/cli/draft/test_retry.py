"""What failed is shown with reason and remedy, and a person may ask for another try."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from kb_pipeline.cli.app import app
from kb_pipeline.domain.failures import MOST_RUNS, FailedItem
from kb_pipeline.errors import NotFoundError, UsageError
from tests.conftest import ROOT


@pytest.fixture
def home(store, tmp_path, monkeypatch):
    monkeypatch.setenv("KB_HOME", str(tmp_path))
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("KB_ACTOR", "มาลี")
    monkeypatch.setenv("COLUMNS", "220")
    for id_, item, runs in (("a1", "en/returns#Return window", 1), ("b2", "คืนสินค้าได้ไหม", MOST_RUNS)):
        store.save_failed_item(
            FailedItem(
                id=id_, stage="write FAQs", item=item, runs=runs, code="llm-output", at=datetime.now(UTC),
                message="no valid answer", remedy="use a stronger model",
            )
        )  # fmt: skip
    return store


def kb(*words):
    done = CliRunner().invoke(app, words)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0
    return done.stdout


def test_the_status_shows_what_failed_why_and_what_to_do(home):
    shown = kb("status")
    assert all(
        words in shown for words in ("en/returns#Return window", "คืนสินค้าได้ไหม", "no valid answer", "use a stronger model")
    )
    assert f"{MOST_RUNS}, rests" in shown
    assert "kb retry" in shown
    assert [(item["id"], item["runs"]) for item in json.loads(kb("status", "--json"))["failed"]] == [
        ("a1", 1),
        ("b2", MOST_RUNS),
    ]


def test_a_person_asks_for_another_try_of_one_item_or_of_all(home):
    assert json.loads(kb("retry", "b2", "--json")) == {"retried": ["b2"]}
    assert [(event.actor, event.subject) for event in home.events()] == [("มาลี", "b2")]
    assert not any(item.rests for item in home.failed_items())
    assert "2 items" in kb("retry", "--all")


def test_an_unknown_item_and_no_item_are_errors_with_a_remedy(home):
    with pytest.raises(NotFoundError, match="kb status"):
        kb("retry", "c3")
    with pytest.raises(UsageError, match="--all"):
        kb("retry")
