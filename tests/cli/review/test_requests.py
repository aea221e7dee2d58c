"""Asking for changes, taking that back, and seeing what others edited, all through the command; only the model is scripted."""

import json

import pytest
from typer.testing import CliRunner

from kb_pipeline.cli.app import app
from kb_pipeline.domain.changes import ChangeState
from tests.conftest import ROOT
from tests.databases import use_home
from tests.factories import RETURNS
from tests.story import Story, into_thai

ANSWERS = {"th-TH": "สินค้าต้องยังไม่ผ่านการใช้งาน", "en-US": "Please send the item back unused."}
WISHES = {"th-TH": "ขอให้ใช้คำว่าไม่ผ่านการใช้งาน", "en-US": "Make it a polite request."}


@pytest.fixture
def story(tmp_path, monkeypatch, store, embedder, american, thai):
    """The queue of a home with a payment article (high risk), in both markets."""
    use_home(monkeypatch, tmp_path)
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("KB_SOURCE_DIR", str(tmp_path / "source"))
    monkeypatch.setenv("KB_ACTOR", "ann")
    monkeypatch.setenv("COLUMNS", "200")
    story = Story(tmp_path, store, embedder, (american, thai))
    story.write("en/returns.md", f"---\ntopics: [payment]\n---\n{RETURNS}")
    story.run()
    return story


def kb(*words):
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def refused(*words):
    done = CliRunner().invoke(app, words)
    assert done.exit_code != 0
    return str(done.exception)


def shown(change):
    return CliRunner().invoke(app, ["review", "show", change]).stdout


def change_about_unused_items(market):
    rows = kb("review", "list", "--market", market)["changes"]
    return next(row["id"] for row in rows if "unused" in row["answer"] or "ยังไม่ได้ใช้งาน" in row["answer"])


@pytest.mark.parametrize("market", ["th-TH", "en-US"])
def test_a_request_is_listed_counted_and_answered_by_the_next_run(story, market):
    old = change_about_unused_items(market)
    asked = kb("review", "request-changes", old, "--comment", WISHES[market], "--as", "บุญมี")
    assert (asked["state"], asked["version"]) == ("changes_requested", 2)
    listed = kb("review", "list", "--market", market, "--state", "changes_requested")
    assert [row["id"] for row in listed["changes"]] == [old]
    assert kb("status")["markets"][market]["changes_requested"] == 1
    assert kb("run", "--dry-run")["entries"][market] == 1
    for part in (WISHES[market], "บุญมี", "the next kb run asks the model", f"kb review take-back {old}"):
        assert part in shown(old)

    def answer(request):
        return into_thai(request) | {"answer": ANSWERS[market]}

    story.llm.script |= {"rewrite_faq": answer, "repair_faq": answer}
    story.run()
    (new,) = (row for row in kb("review", "list", "--market", market)["changes"] if row["answer"] == ANSWERS[market])
    (request,) = kb("review", "show", new["id"])["card"]["requests"]
    assert (request["outcome"], request["actor"], request["comment"]) == ("answered", "บุญมี", WISHES[market])
    assert request["before"]["answer"] == story.store.change(old).revision.text.answer
    assert WISHES[market] in shown(new["id"])
    assert kb("status")["markets"][market]["changes_requested"] == 0


def test_a_request_can_be_taken_back_and_what_was_approved_before_it_does_not_count(story):
    change = change_about_unused_items("th-TH")
    assert kb("review", "approve", change)["state"] == "pending"
    assert "asks for nothing" in refused("review", "request-changes", change)
    kb("review", "request-changes", change, "--comment", "สั้นกว่านี้", "--as", "บุญมี")
    assert f"kb review take-back {change}" in refused("review", "approve", change, "--as", "bob")
    assert kb("review", "take-back", change, "--comment", "ดีอยู่แล้ว")["state"] == "pending"
    assert kb("review", "approve", change, "--as", "bob")["state"] == "pending", "the first approval after the request"
    assert kb("review", "approve", change)["state"] == "approved"
    trail = [event.action for event in story.store.events(change)]
    assert trail == [
        "change.proposed", "change.approve", "change.request_changes", "change.take_back", "change.approve", "change.approve",
    ]  # fmt: skip


def test_a_request_that_led_to_nothing_says_so_where_the_change_is_shown(story):
    change = change_about_unused_items("th-TH")
    text = story.store.change(change).revision.text
    story.llm.script["rewrite_faq"] = lambda request: {"question": text.question, "answer": text.answer, "phrasings": []}
    kb("review", "request-changes", change, "--comment", "สั้นกว่านี้")
    assert story.run().returned == 1
    assert story.store.change(change).state is ChangeState.PENDING
    assert "the model gave no other text" in shown(change)


def test_nobody_can_ask_a_model_about_an_imported_entry(story, tmp_path):
    file = tmp_path / "entries.csv"
    file.write_text("question,answer\nร้านอยู่ที่ไหน,ร้านอยู่ที่กรุงเทพ\n", encoding="utf-8")
    kb("import", str(file), "--market", "th-TH", "--propose")
    (row,) = (row for row in kb("review", "list", "--market", "th-TH")["changes"] if row["question"] == "ร้านอยู่ที่ไหน")
    assert f"edit it: kb review edit {row['id']}" in refused("review", "request-changes", row["id"], "--comment", "สั้นกว่านี้")
    assert "request-changes" not in shown(row["id"])


def test_the_second_person_sees_the_edit_of_the_first_and_can_take_the_proposed_text(story):
    change = change_about_unused_items("th-TH")
    proposed = story.store.change(change).revision.text
    assert "nobody edited" in refused("review", "edit", change, "--proposed")
    edited = ("review", "edit", change, "--answer", "สินค้าต้องใหม่", "--category", "style", "--cause", "localization")
    assert kb(*edited, "--comment", "สั้นกว่า")["state"] == "pending"
    card = kb("review", "show", change)["card"]
    assert card["proposed"]["text"]["answer"] == proposed.answer
    for part in ("the proposed text, edited", "ann", "style · localization · สั้นกว่า", f"kb review edit {change} --proposed"):
        assert part in shown(change)
    assert kb("review", "edit", change, "--proposed", "--as", "บุญมี")["state"] == "pending"
    assert story.store.change(change).revision.text == proposed
    assert kb("review", "show", change)["card"]["proposed"] is None
    assert kb("review", "approve", change)["state"] == "approved"


@pytest.mark.parametrize("market", ["th-TH", "en-US"])
def test_a_refused_edit_keeps_the_text_in_a_file_that_it_names(story, tmp_path, monkeypatch, market):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    change = change_about_unused_items(market)
    said = refused("review", "edit", change, "--answer", ANSWERS[market], "--version", "7")
    (kept,) = tmp_path.glob("kb-*.md")
    assert str(kept) in said
    assert ANSWERS[market] in kept.read_text("utf-8")
