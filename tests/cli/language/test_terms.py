"""`kb terms` as a terminologist uses it."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.cli.language.terms import app
from kb_pipeline.domain.changes import Decision, Verdict
from kb_pipeline.errors import UsageError
from tests.adapters.store_sql.samples import change_of, edit_of, faq_of
from tests.conftest import ROOT
from tests.databases import use_home

ROWS = "source,target,status\ngift card,บัตรของขวัญ,preferred\norder,ใบสั่ง,preferred\nrefund,คืนเงิน,preferred\n"


@pytest.fixture
def terms(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "locales", tmp_path / "locales")
    monkeypatch.setenv("KB_LOCALES_DIR", str(tmp_path / "locales"))
    use_home(monkeypatch, tmp_path / "home")
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "glossary.csv").write_text(ROWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, words)
        if done.exception:
            raise done.exception
        return done.stdout

    return run


def test_an_import_adds_what_is_new_and_reports_what_contradicts(terms, tmp_path) -> None:
    old = (tmp_path / "locales/th-TH/termbase.csv").read_bytes()
    dry = terms("import", "glossary.csv", "--market", "th-TH", "--dry-run")
    assert "1 to add, 1 known, 1 in conflict; nothing written" in dry
    assert (tmp_path / "locales/th-TH/termbase.csv").read_bytes() == old
    report = json.loads(terms("import", "glossary.csv", "--market", "th-TH", "--json"))
    assert [t["target"] for t in report["added"]] == ["บัตรของขวัญ"]
    assert [c["reason"] for c in report["conflicts"]] == ["'คำสั่งซื้อ' is preferred there"]
    assert load_market(tmp_path / "locales", "th-TH").terms[-1].source == "gift card"
    again = json.loads(terms("import", "glossary.csv", "--market", "th-TH", "--json"))
    assert (again["added"], again["written"]) == ([], False)


@pytest.mark.parametrize("name", ["out.tbx", "out.csv"])
def test_what_is_exported_is_known_when_it_comes_back(terms, name: str) -> None:
    terms("export", "--market", "th-TH", "--format", name[-3:], "--out", name)
    back = json.loads(terms("import", name, "--market", "th-TH", "--json"))
    assert (back["added"], back["conflicts"]) == ([], [])
    assert len(back["known"]) > 60
    assert "คำสั่งซื้อ" in terms("export", "--market", "th-TH", "--format", name[-3:])


def test_the_list_shows_terms_and_labels_that_disagree(terms) -> None:
    listed = json.loads(terms("list", "--market", "th-TH", "--json"))["terms"]
    assert {"source": "order", "target": "คำสั่งซื้อ", "status": "preferred", "note": "", "source_lang": "en"} in listed
    assert "terms" in terms("list", "--market", "th-TH")
    assert "labels differ from the term base" in terms("list", "--market", "th-TH", "--conflicts")


def _edit(store, key: str) -> None:
    store.save_source_faqs([faq_of("th-TH", key)], {})
    change = change_of("th-TH", key).model_copy(update={"source_faq_id": f"{key}-th-TH", "source_revision": 1})
    store.propose(change)
    text = change.revision.text
    edited = change.revision.model_copy(
        update={"text": text.model_copy(update={"answer": text.answer.replace("คืนเงิน", "เก็บเงินปลายทาง")})}
    )
    decision = Decision(change_id=change.id, verdict=Verdict.EDIT, actor="ann", seen_version=1, category="terminology")
    store.decide(decision, edit_of(edited))


def test_candidates_are_accepted_by_a_named_person(terms, tmp_path) -> None:
    from kb_pipeline.adapters.store_sql import SqlStore
    from kb_pipeline.settings import Settings

    home = Settings()
    home.home.mkdir()
    store = SqlStore(home.store_url)
    for key in ("one", "two"):
        _edit(store, key)
    store.close()
    (found,) = json.loads(terms("candidates", "--market", "th-TH", "--json"))["candidates"]
    assert (found["number"], found["preferred"], found["forbidden"], found["count"]) == (1, "การเก็บเงินปลายทาง", "การคืนเงิน", 2)
    assert "1 candidates" in terms("candidates", "--market", "th-TH")
    with pytest.raises(UsageError, match="nobody accepts"):
        terms("candidates", "--market", "th-TH", "--accept", "1")
    with pytest.raises(UsageError, match="no candidate 2 of 1"):
        terms("candidates", "--market", "th-TH", "--accept", "2", "--by", "somchai")
    terms("candidates", "--market", "th-TH", "--accept", "1", "--by", "somchai")
    assert "accepted by somchai" in (tmp_path / "locales/th-TH/termbase.csv").read_text(encoding="utf-8")


def test_every_command_teaches_by_an_example(terms) -> None:
    for command in ("import", "export", "list", "candidates"):
        assert "Example: kb terms" in terms(command, "--help")
