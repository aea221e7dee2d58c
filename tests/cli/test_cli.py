"""The command as a person or a script uses it. Its own process where exit codes, streams and import time matter."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kb_pipeline.cli.app import app, main
from kb_pipeline.cli.display import kb as kb_as_called
from kb_pipeline.cli.review.editing import parse_edited
from kb_pipeline.errors import UsageError
from tests.conftest import ROOT
from tests.databases import use_home
from tests.factories import RETURNS
from tests.story import Story

HEAVY = ("torch", "dagster", "chromadb", "sentence_transformers", "sqlalchemy", "openai", "onnxruntime", "pythainlp")


@pytest.fixture
def home(tmp_path, monkeypatch):
    use_home(monkeypatch, tmp_path)
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("KB_SOURCE_DIR", str(ROOT / "kb_source"))
    monkeypatch.setenv("KB_ACTOR", "ann")
    return tmp_path


@pytest.fixture
def kb(home, monkeypatch, capsys):
    def call(*words):
        monkeypatch.setattr(sys, "argv", ["kb", *words])
        with pytest.raises(SystemExit) as done:
            main()
        out = capsys.readouterr()
        return done.value.code, out.out, out.err

    return call


@pytest.fixture
def staged(home, store, embedder, american, thai, kb):
    """A queue with four changes in each market."""
    story = Story(home, store, embedder, (american, thai))
    story.write("en/returns.md", f"---\ntopics: [payment]\n---\n{RETURNS}")
    story.run()
    code, out, _ = kb("review", "list", "--market", "th-TH", "--json")
    assert code == 0
    return json.loads(out)["changes"]


def test_help_answers_without_loading_anything_heavy():
    code = f"import sys; from kb_pipeline.cli.app import app; print([m for m in {HEAVY!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def commands(group=app, prefix=()):
    for command in group.registered_commands:
        yield (*prefix, command.name or command.callback.__name__.rstrip("_").replace("_", "-"))
    for inner in group.registered_groups:
        yield from commands(inner.typer_instance, (*prefix, inner.name))


@pytest.mark.parametrize("words", sorted(commands()))
def test_every_command_explains_itself_and_can_speak_json(kb, words):
    code, out, _ = kb(*words, "--help")
    assert code == 0
    assert "--json" in out


def test_the_help_says_what_each_argument_is(kb):
    assert "The change's id, or its first characters." in kb("review", "show", "--help")[1]


def test_parse_tells_what_is_masked_and_shows_it_only_to_who_asks(kb, tmp_path):
    source = tmp_path / "articles"
    (source / "th").mkdir(parents=True)
    (source / "th/contact.md").write_text("# ติดต่อ\n\nโทร 02–123–4567 ได้ทุกวัน\n", encoding="utf-8")
    code, out, err = kb("parse", str(source), "--json")
    assert code == 0
    assert "4567" not in out + err
    assert [(w["path"], w["line"], w["code"]) for w in json.loads(out)["warnings"]] == [("th/contact.md", 3, "masked-phone")]
    code, out, _ = kb("parse", str(source), "--private")
    assert (code, out.splitlines()[1]) == (0, 'public-phone-1,,"02–123–4567",,,"th/contact.md:3"')
    assert json.loads(kb("parse", str(source), "--private", "--json")[1])["rows"][0]["value"] == "02–123–4567"


def test_wrong_use_exits_with_2_and_a_remedy(kb):
    code, out, err = kb("review", "show", "nothing", "--json")
    assert code == 2
    assert json.loads(out)["error"]["remedy"]
    assert "kb review list" in err
    assert kb("run", "--market", "xx-XX")[0] == 2
    assert kb("no-such-command")[0] == 2


def test_parse_counts_without_any_model(kb, tmp_path):
    source = tmp_path / "articles"
    (source / "en").mkdir(parents=True)
    (source / "en/returns.md").write_text(RETURNS, encoding="utf-8")
    (source / "en/bad.md").write_bytes(b"caf\xe9")
    code, out, _ = kb("parse", str(source), "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["articles"], report["chunks"]) == (1, 2)
    assert report["quarantined"][0]["code"] == "not-utf8"
    assert report["peak_rss_mb"] > 0


def test_a_dry_run_and_status_need_no_model(kb):
    code, out, _ = kb("run", "--dry-run", "--json")
    assert code == 0
    assert json.loads(out)["articles"] == 14
    code, out, _ = kb("status", "--json")
    market = json.loads(out)["markets"]["th-TH"]
    assert (market["pending"], market["live_release"]) == (0, None)


def test_the_projects_own_packs_articles_and_prompts_are_valid(kb):
    assert kb("check", "--json") == (0, '{"problems": [], "warnings": []}\n', "")


def test_check_names_path_line_and_remedy(kb, tmp_path, monkeypatch):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/bad.md").write_text("---\nvalid_from: soon\n---\n# Hello\n\nWorld.\n", encoding="utf-8")
    monkeypatch.setenv("KB_SOURCE_DIR", str(tmp_path / "articles"))
    code, out, _ = kb("check", "--json")
    (problem,) = json.loads(out)["problems"]
    assert code == 1
    assert (problem["path"], problem["line"], problem["code"]) == ("bad.md", 2, "bad-date")
    assert problem["remedy"]


def test_check_warns_of_a_market_without_facts_and_is_content(kb, tmp_path, monkeypatch):
    locales = shutil.copytree(ROOT / "locales", tmp_path / "locales")
    (locales / "th-TH/facts.csv").write_text("key,source_value,value,valid_from,valid_until,source\n", "utf-8")
    monkeypatch.setenv("KB_LOCALES_DIR", str(locales))
    code, out, _ = kb("check", "--json")
    report = json.loads(out)
    assert (code, report["problems"], [w["code"] for w in report["warnings"]]) == (0, [], ["no-fact"])
    code, out, _ = kb("check")
    assert code == 0
    assert f"{locales}/th-TH/facts.csv:1: warning: facts.csv has no row" in out
    assert "[no-fact]" in kb("market", "list")[1]


@pytest.mark.parametrize(
    ("market", "row", "phrasing"),
    [
        ("en-US", "How long may I return it?,Within 30 days of delivery.,return window|Really 15 days?", "Really 15 days?"),
        ("th-TH", "คืนสินค้าได้ภายในกี่วัน,คุณคืนได้ภายใน 30 วัน,ระยะเวลาคืนสินค้า|ภายใน 15 วันจริงไหม", "ภายใน 15 วันจริงไหม"),
    ],
)
def test_a_finding_on_a_phrasing_says_which_one_and_where(kb, tmp_path, market, row, phrasing):
    file = tmp_path / "entries.csv"
    file.write_text(f"question,answer,phrasings\n{row}\n", encoding="utf-8")
    assert kb("import", str(file), "--market", market, "--propose")[0] == 0
    (change,) = json.loads(kb("review", "list", "--json")[1])["changes"]
    (finding,) = (f for f in change["findings"] if f["rule"] == "phrasing-facts")
    assert (finding["part"], finding["phrasing"]) == ("phrasing", 1)
    assert phrasing[finding["start"] : finding["end"]] in ("15 days", "15 วัน")
    shown = " ".join(kb("review", "show", change["id"])[1].split())
    assert f"also asked: {phrasing}" in shown
    assert f"phrasing '{phrasing}'" in shown


def test_existing_entries_come_in_once_and_bad_rows_are_named(kb, tmp_path):
    file = tmp_path / "entries.csv"
    file.write_text("question,answer,phrasings\nคืนสินค้าอย่างไร?,กดคืนสินค้า,คืนของยังไง|ส่งคืน\n,ไม่มีคำถาม,\n", encoding="utf-8")
    code, out, _ = kb("import", str(file), "--market", "th-TH", "--json")
    report = json.loads(out)
    assert (code, report["imported"], report["duplicates"]) == (1, 1, 0)
    assert report["rejected"][0]["line"] == 3
    assert json.loads(kb("import", str(file), "--market", "th-TH", "--json")[1])["duplicates"] == 1
    assert kb("import", "missing.csv", "--market", "th-TH")[0] == 2


def test_the_queue_shows_proposal_findings_relation_risk_and_sources(staged):
    assert len(staged) == 4
    assert {"id", "state", "version", "relation", "risk", "findings", "citations", "question", "answer"} <= staged[0].keys()


def test_a_card_shows_evidence_in_its_article(staged, kb):
    code, out, _ = kb("review", "show", staged[0]["id"][:8])
    assert code == 0
    for part in ("source FAQ", "evidence", "findings", "relation", "risk", "kb review approve"):
        assert part in out


def test_reject_needs_a_reason_and_then_holds(staged, kb):
    change = staged[0]["id"]
    assert kb("review", "reject", change)[0] == 1
    code, out, _ = kb("review", "reject", change, "--category", "accuracy", "--cause", "generation", "--json")
    assert (code, json.loads(out)["state"]) == (0, "rejected")
    assert kb("review", "approve", change)[0] == 1


def test_a_decision_on_an_older_version_is_refused(staged, kb):
    change = staged[0]["id"]
    code, _, err = kb("review", "approve", change, "--version", "7")
    assert code == 1
    assert "conflict" in err


def decided(kb, *words):
    code, out, err = kb("review", *words, "--override-critical", "--comment", "looked at it", "--json")
    assert code == 0, err
    return json.loads(out)


def test_high_risk_takes_two_people(staged, kb):
    high = next((row for row in staged if row["risk"] == "high"), None)
    assert high is not None, "the pack calls returns a risk topic, or a finding is critical"
    assert decided(kb, "approve", high["id"])["state"] == "pending"
    assert kb("review", "approve", high["id"], "--override-critical", "--comment", "again")[0] == 1
    assert decided(kb, "approve", high["id"], "--as", "บุญมี")["state"] == "approved"


def test_an_edit_is_approved_in_the_persons_words(staged, kb, store):
    change = staged[-1]["id"]
    decision = decided(kb, "edit", change, "--answer", "ผู้ขายจะตอบกลับภายใน 3 วันทำการ", "--category", "style")
    if decision["state"] == "pending":
        decision = decided(kb, "approve", change, "--as", "bob")
    assert decision["state"] == "approved"
    entry = store.change(change).entry_id
    assert store.approved_text(entry).text.answer == "ผู้ขายจะตอบกลับภายใน 3 วันทำการ"


def test_an_edited_text_is_read_back_from_the_editor():
    text = parse_edited("# help\nQ: คืนสินค้าอย่างไร?\nA: กด **คืนสินค้า**\n\nแล้วรอ\nP: คืนของ\nP:\n")
    assert (text.question, text.answer, text.phrasings) == ("คืนสินค้าอย่างไร?", "กด **คืนสินค้า**\n\nแล้วรอ", ("คืนของ",))
    with pytest.raises(UsageError, match="exactly one"):
        parse_edited("Q: one\nQ: two\nA: x")


def test_an_answer_of_a_numbered_list_keeps_its_lines_with_a_number_sign():
    text = parse_edited("# help\nQ: วิธีติดตามพัสดุ\nA: ขั้นตอน\n# 1 เปิดแอป\n# 2 กด **ติดตาม**\n")
    assert text.answer == "ขั้นตอน\n# 1 เปิดแอป\n# 2 กด **ติดตาม**"


def test_logs_and_progress_go_to_stderr_so_that_json_stays_alone(home):
    kb_command = Path(sys.executable).with_name("kb")
    env = os.environ | {"KB_LOG_LEVEL": "DEBUG"}
    ran = subprocess.run([kb_command, "status", "--json"], env=env, capture_output=True, text=True, check=True)
    assert "articles" in json.loads(ran.stdout)


def test_what_to_do_next_is_said_as_it_can_be_typed_here(monkeypatch, tmp_path):
    called = tmp_path / "bin" / "kb"
    monkeypatch.setattr("sys.argv", [str(called), "up"])
    monkeypatch.setenv("PATH", "/nowhere")
    assert kb_as_called() == str(called)
    monkeypatch.chdir(tmp_path)
    assert kb_as_called() == "bin/kb"
    called.parent.mkdir()
    called.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(called.parent))
    assert kb_as_called() == "kb"
