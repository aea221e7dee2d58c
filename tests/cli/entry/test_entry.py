"""`kb entry`: what is said is found and silenced from the command line, in words and in JSON."""

import json

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.cli.app import main
from tests.adapters.store_sql.samples import MARKETS, TEXTS, change_of, decision_of
from tests.conftest import ROOT
from tests.databases import database_url, use_home


@pytest.fixture
def store(tmp_path, monkeypatch):
    use_home(monkeypatch, tmp_path)
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("KB_ACTOR", "dara")
    opened = SqlStore(database_url(tmp_path))
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


@pytest.mark.parametrize("market", MARKETS)
def test_a_correction_waits_for_a_person_and_says_how_many(store, kb, as_json, market):
    id_ = approve(store, market)
    text = "A refund takes 3 days." if market == "en-US" else "การคืนเงินใช้เวลา 3 วันครับ"
    code, made = as_json("correct", id_, "--answer", text, "--reason", "new contract")
    assert (code, made["entry_id"], made["state"]) == (0, id_, "pending")
    change = store.change(made["id"])
    assert (change.proposed_by, change.revision.text.answer) == ("dara", text)
    assert change.revision.text.question == TEXTS[market][0]
    code, out = kb("correct", id_, "--answer", f"{text} 2", "--reason", "again")
    assert (code, change.id in out.err) == (1, True)
    assert f"kb review show {change.id}" in kb("show", id_)[1].out


def test_an_editor_that_is_not_there_is_wrong_use(store, kb):
    assert kb("correct", approve(store, "th-TH"), "--reason", "x")[0] == 2


@pytest.mark.parametrize("words", [(), ("--both", "--holds", "x")])
def test_one_says_one_thing_of_two_texts(store, kb, words):
    assert kb("settle", "a", "b", *words, "--reason", "so")[0] == 2


def test_contradictions_are_listed_and_settled(store, kb, as_json):
    ids = []
    for key, days in (("one", "7"), ("other", "9")):
        change = change_of("th-TH", key)
        text = change.revision.text.model_copy(update={"answer": f"การคืนเงินใช้เวลา {days} วันครับ", "phrasings": ()})
        change = change.model_copy(update={"revision": change.revision.model_copy(update={"text": text})})
        store.propose(change)
        store.decide(decision_of(change))
        ids.append(change.entry_id)
    code, found = as_json("conflicts", "--market", "th-TH")
    assert (code, found["open"], found["markets"]["th-TH"]["settled"]) == (0, 1, [])
    (row,) = found["markets"]["th-TH"]["open"]
    assert {row["first_entry"], row["second_entry"]} == set(ids)
    assert "7 วัน" in kb("conflicts")[1].out
    code, settled = as_json("settle", row["first_revision"], row["second_revision"], "--both", "--reason", "สองบริการ")
    assert (code, settled["settled_by"], settled["holds"], settled["comment"]) == (0, "dara", "", "สองบริการ")
    assert as_json("conflicts")[1]["open"] == 0
    assert "สองบริการ" in kb("conflicts", "--market", "th-TH")[1].out
    assert "is withdrawn" in kb("settle", *ids, "--holds", ids[0], "--reason", "only this one")[1].out
    assert store.entry(ids[1]).standing == "withdrawn"
