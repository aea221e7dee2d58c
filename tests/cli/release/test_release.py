"""`kb release`: what is published is told in JSON and in words, and the exit code says whether it worked."""

import json

import pytest

from kb_pipeline.cli.app import main
from tests.api.knowledge import REFUNDS_TH, RETURNS, RETURNS_TH, Knowledge
from tests.conftest import ROOT
from tests.databases import use_home
from tests.publishing import before_the_gate, publisher_of, retire

pytestmark = pytest.mark.slow  # processes, a browser, or a whole release for each


@pytest.fixture
def home(tmp_path, monkeypatch):
    use_home(monkeypatch, tmp_path / "home")
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("KB_ACTOR", "dara")
    made = Knowledge(tmp_path / "home", release_grace=600.0)
    yield made
    made.store.close()


def kb(capsys, monkeypatch, *words):
    """Exit code, and what was said on stdout."""
    monkeypatch.setattr("sys.argv", ["kb", "release", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, capsys.readouterr().out


def as_json(capsys, monkeypatch, *words):
    code, out = kb(capsys, monkeypatch, *words, "--json")
    return code, json.loads(out)


def test_publish_verify_show_and_roll_back_as_a_script_does_it(home, capsys, monkeypatch):
    old = home.approve("th-TH", RETURNS_TH)
    code, dry = as_json(capsys, monkeypatch, "publish", "--dry-run", "--market", "th-TH")
    assert (code, dry["dry_run"], dry["added"], dry["live"]) == (0, True, [old], None)
    code, result = as_json(capsys, monkeypatch, "publish", "--market", "th-TH", "--note", "first")
    assert (code, result["release"], result["state"], result["entries"]) == (0, "th-TH/r0001", "live", 1)
    assert (result["actor"], result["note"], result["report"]["failures"], result["changed"]) == ("dara", "first", [], True)
    assert as_json(capsys, monkeypatch, "publish", "--market", "th-TH")[1]["changed"] is False
    new = home.approve("th-TH", REFUNDS_TH)
    retire(home, "th-TH", old)
    publisher_of(home, "th-TH").publish()
    code, found = as_json(capsys, monkeypatch, "diff", "th-TH", "1", "2")
    assert (code, found["added"], found["removed"]) == (0, [new], [old])
    code, shown = as_json(capsys, monkeypatch, "show", "th-TH")
    assert (shown["release"], [item["question"] for item in shown["items"]]) == ("th-TH/r0002", [REFUNDS_TH[0]])
    assert as_json(capsys, monkeypatch, "verify", "th-TH")[1]["ok"] is True
    assert as_json(capsys, monkeypatch, "rollback", "th-TH", "--dry-run")[1]["retired"] == [old]
    code, back = as_json(capsys, monkeypatch, "rollback", "th-TH")
    assert (code, back["release"], back["state"]) == (0, "th-TH/r0001", "live")
    code, listed = as_json(capsys, monkeypatch, "list")
    assert [(row["release"], row["state"]) for row in listed["releases"]] == [
        ("th-TH/r0002", "superseded"), ("th-TH/r0001", "live"),
    ]  # fmt: skip


@pytest.mark.parametrize(("market", "result"), [("en-US", RETURNS), ("th-TH", RETURNS_TH)])
def test_people_read_what_is_said_and_what_would_change(home, capsys, monkeypatch, market, result):
    home.approve(market, result, key="returns")
    assert result[0] in kb(capsys, monkeypatch, "publish", "--dry-run", "--market", market)[1]
    publisher_of(home, market).publish()
    home.approve(market, (result[0], result[1].replace("15", "30")), key="returns")
    publisher_of(home, market).publish()
    assert "30" in kb(capsys, monkeypatch, "diff", market, "1", "2")[1]
    assert f"{market}/r0002" in kb(capsys, monkeypatch, "list")[1]
    assert "fit to be live" in kb(capsys, monkeypatch, "show", market)[1]


@pytest.mark.parametrize("market", ["en-US", "th-TH"])
def test_what_was_approved_and_cannot_be_said_is_told_with_its_remedy(home, capsys, monkeypatch, market):
    with before_the_gate():
        old = home.approve(market, ("<b onclick=1>คืนได้ไหม", "15"))
    code, plan = as_json(capsys, monkeypatch, "publish", "--dry-run", "--market", market)
    assert (code, plan["entries"], plan["left_out"][0]["entry_id"]) == (0, 0, old)
    said = kb(capsys, monkeypatch, "publish", "--dry-run", "--market", market)[1]
    assert all(
        words in said
        for words in ("Left out", "question holds HTML", f"kb entry correct {old}", "nothing is approved that can")
    )


def test_a_damaged_release_ends_with_exit_code_1(home, capsys, monkeypatch):
    home.approve("en-US", RETURNS)
    publisher_of(home, "en-US").publish()
    (home.settings.home / "releases" / "en-US" / "r0001" / "release.json").unlink()
    code, result = as_json(capsys, monkeypatch, "verify", "en-US")
    assert (code, result["error"]["code"]) == (1, "release")


def test_what_is_not_there_is_wrong_use(home, capsys, monkeypatch):
    assert kb(capsys, monkeypatch, "show", "en-US")[0] == 2
    assert kb(capsys, monkeypatch, "publish", "--market", "xx-XX")[0] == 2
