"""`kb entry`: what is said is found and silenced from the command line, in words and in JSON."""

import json

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.cli.app import main
from tests.adapters.store_sql.samples import MARKETS, TEXTS, change_of, decision_of
from tests.conftest import ROOT


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("KB_HOME", str(tmp_path))
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("KB_ACTOR", "dara")
    opened = SqlStore(f"sqlite:///{tmp_path / 'kb.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def kb(capsys, monkeypatch):
    def run(*words):
        monkeypatch.setattr("sys.argv", ["kb", "entry", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr()

    return run


@pytest.fixture
def as_json(kb):
    def run(*words):
        code, out = kb(*words, "--json")
        return code, json.loads(out.out)

    return run


def approve(store, market):
    change = change_of(market)
    store.propose(change)
    store.decide(decision_of(change))
    return change.entry_id


@pytest.mark.parametrize("market", MARKETS)
def test_an_entry_is_found_withdrawn_and_restored(store, as_json, market):
    id_ = approve(store, market)
    code, listed = as_json("list", "--market", market, "--text", TEXTS[market][1][:9])
    assert (code, [row["id"] for row in listed["entries"]], listed["more"]) == (0, [id_], False)
    code, gone = as_json("withdraw", id_[:10], "--reason", "ผิด")
    assert (code, gone["state"], gone["withdrawn"][0]["reason"]) == (0, "withdrawn", "ผิด")
    assert gone["history"][-1]["actor"] == "dara"
    assert [row["id"] for row in as_json("list", "--state", "withdrawn")[1]["entries"]] == [id_]
    assert as_json("list", "--state", "published")[1]["entries"] == []
    code, back = as_json("restore", id_, "--reason", "right after all", "--as", "pim")
    assert (code, back["state"], back["history"][-1]["actor"]) == (0, "approved", "pim")


@pytest.mark.parametrize("market", MARKETS)
def test_people_read_who_withdrew_it_and_what_to_do_next(store, kb, market):
    id_ = approve(store, market)
    assert "within two seconds" in kb("withdraw", id_, "--reason", "ผิด")[1].out
    shown = kb("show", id_[:8])[1].out
    assert "Withdrawn by dara" in shown
    assert "ผิด" in shown
    assert f"kb entry correct {id_}" in shown
    assert TEXTS[market][0] in kb("list")[1].out
    assert "the next release says it again" in kb("restore", id_, "--reason", "right")[1].out


def test_without_a_reason_nothing_happens_and_the_remedy_is_said(store, kb, as_json):
    id_ = approve(store, "th-TH")
    code, out = kb("withdraw", id_)
    assert (code, "--reason" in out.err) == (1, True)
    assert as_json("withdraw", "nothing", "--reason", "x")[0] == 2
    assert store.withdrawn_revisions() == {}
    assert "No entry is like that" in kb("list", "--text", "no such words")[1].out
