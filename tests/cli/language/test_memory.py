"""The memory from the command line."""

import json

import pytest
from typer.testing import CliRunner

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.cli.language import memory
from kb_pipeline.domain.accounts import Role, User
from tests.conftest import ROOT
from tests.databases import database_url, use_home
from tests.review import sample

ROWS = """en,th
Hello {name},สวัสดี {name}
Hello again,สวัสดีอีกครั้ง
You can return it within 7 days.,คุณคืนสินค้าได้ภายใน 15 วัน
"""


@pytest.fixture
def kb(tmp_path, monkeypatch, thai, american):
    use_home(monkeypatch, tmp_path)
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("COLUMNS", "160")
    store = SqlStore(database_url(tmp_path))
    sample.fill(store, thai, american)
    store.save_user(User(name="malee", role=Role.REVIEWER, markets=("th-TH",)), "hash", "ann")
    store.save_user(User(name="view", role=Role.VIEWER), "hash", "ann")
    (tmp_path / "agency.csv").write_text(ROWS, encoding="utf-8")

    def run(*words):
        done = CliRunner().invoke(memory.app, [*map(str, words), "--market", "th-TH"])
        return done.exit_code, done.stdout, done.exception

    return run


def json_of(kb, *words):
    code, out, error = kb(*words, "--json")
    assert out, error
    return code, json.loads(out)


def test_search_shows_scores_and_what_speaks_against_each(kb):
    code, found = json_of(kb, "search", "How long do I have to return this item?")
    assert code == 0
    (match, *_) = found["matches"]
    assert (match["target"], match["penalties"]) == ("คืนสินค้าได้ภายในกี่วัน", [])
    assert 80 < match["score"] < 100
    assert f"{match['score']:5.1f}" in kb("search", "How long do I have to return this item?")[1]
    assert "lower --least" in kb("search", "Nothing like it")[1]


def test_list_shows_the_newest_and_counts_all(kb):
    _, listed = json_of(kb, "list", "--limit", 1)
    assert (listed["total"], len(listed["units"])) == (4, 1)
    assert "4 pairs, 0 of them imported; 1 shown" in kb("list", "--limit", 1)[1]


def test_what_is_exported_comes_in_again_in_another_name_and_with_a_penalty(kb, tmp_path):
    assert json_of(kb, "export", tmp_path / "th.tmx")[1]["units"] == 4
    code, done = json_of(kb, "import", tmp_path / "th.tmx", "--by", "malee", "--dry-run")
    assert (code, done["read"], done["new"], done["refused"]) == (0, 4, 4, [])
    assert "4 would be new" in kb("import", tmp_path / "th.tmx", "--by", "malee", "--dry-run")[1]


def test_an_import_refuses_what_is_wrong_and_says_so(kb, tmp_path):
    words = ("import", tmp_path / "agency.csv", "--by", "malee", "--fields", "en,th")
    code, done = json_of(kb, *words)
    assert (code, done["read"], done["new"], done["known"]) == (1, 3, 2, 0)
    (refused,) = done["refused"]
    assert (refused["place"], refused["findings"][0]["rule"]) == ("line 4", "facts-preserved")
    (match,) = json_of(kb, "search", "Hello {name}")[1]["matches"]
    assert (match["score"], match["penalties"], match["actor"]) == (95.0, ["imported"], "malee")
    code, out, _ = kb(*words)
    assert code == 1
    assert "facts-preserved" in out
    assert "3 pairs read: 0 new, 2 known already, 1 refused" in out


@pytest.mark.parametrize(("by", "code"), [("view", "forbidden"), ("nobody", "forbidden")], ids=["no reviewer", "unknown"])
def test_who_may_not_decide_may_not_import(kb, tmp_path, by, code):
    _, _, error = kb("import", tmp_path / "agency.csv", "--by", by, "--fields", "en,th")
    assert (error.code, "--role reviewer" in error.remedy) == (code, True)
    assert json_of(kb, "list")[1]["total"] == 4
