"""Users, keys, the trail and backups from the command line."""

import io
import json
import sqlite3
import sys
from pathlib import Path

import pytest

from kb_pipeline.cli.app import main
from tests.conftest import ROOT
from tests.databases import use_home


@pytest.fixture
def kb(tmp_path, monkeypatch, capsys):
    use_home(monkeypatch, tmp_path / "home")
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("KB_ACTOR", "ann")

    def call(*words, stdin=""):
        monkeypatch.setattr(sys, "argv", ["kb", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as done:
            main()
        out = capsys.readouterr()
        return done.value.code, out.out, out.err

    return call


@pytest.fixture
def peopled(kb):
    """A home with a user and a key."""
    assert kb("user", "add", "บุญมี", "--role", "reviewer", "-m", "th-TH", "--password-stdin", stdin="ช้างม้าวัวควาย\n")[0] == 0
    assert kb("key", "add", "บอท", "--market", "th-TH")[0] == 0
    return kb


def output_of(kb, *words, **more):
    code, out, err = kb(*words, "--json", **more)
    assert code == 0, err
    return json.loads(out)


def test_a_user_is_added_listed_disabled_and_let_in_again(peopled):
    (user,) = output_of(peopled, "user", "list")["users"]
    assert (user["name"], user["role"], user["markets"], user["disabled"]) == ("บุญมี", "reviewer", ["th-TH"], False)
    assert output_of(peopled, "user", "disable", "บุญมี")["disabled"]
    assert "disabled" in peopled("user", "list")[1]
    assert not output_of(peopled, "user", "enable", "บุญมี")["disabled"]
    assert peopled("user", "password", "บุญมี", "--password-stdin", stdin="another password\n")[0] == 0


@pytest.mark.parametrize(
    ("words", "stdin", "code", "error"),
    [
        (["บุญมี", "--password-stdin"], "a good password\n", 1, "blocked"),
        (["bob", "--password-stdin"], "short\n", 1, "blocked"),
        (["bob", "--password-stdin"], "", 1, "blocked"),
        (["bob", "--password-stdin", "-m", "xx-XX"], "a good password\n", 2, "unknown-market"),
        (["bob"], "a good password\n", 2, "usage"),
    ],
)
def test_a_user_that_cannot_be_added_is_refused_with_a_remedy(peopled, words, stdin, code, error):
    done, out, _ = peopled("user", "add", *words, "--json", stdin=stdin)
    refused = json.loads(out)["error"]
    assert (done, refused["code"]) == (code, error)
    assert refused["remedy"]
    assert len(output_of(peopled, "user", "list")["users"]) == 1


def test_a_password_is_no_argument(kb):
    assert kb("user", "add", "bob", "--password", "a good password")[0] == 2


def test_a_key_is_shown_once(peopled):
    text = output_of(peopled, "key", "add", "web")["key"]
    assert text.startswith("kb_")
    code, listed, _ = peopled("key", "list")
    assert (code, text.split("_", 2)[2] in listed, "บอท" in listed) == (0, False, True)
    first, second = output_of(peopled, "key", "list")["keys"]
    assert (first["markets"], second["markets"]) == (["th-TH"], [])
    assert output_of(peopled, "key", "revoke", first["id"])["revoked_at"]
    assert "revoked" in peopled("key", "list")[1]
    assert peopled("key", "revoke", "nothing")[0] == 2


@pytest.mark.sqlite_only("it opens the file")
def test_the_trail_is_read_and_proven(peopled, tmp_path):
    events = output_of(peopled, "audit", "log")["events"]
    assert [(e["actor"], e["action"]) for e in events] == [("ann", "user.added"), ("ann", "key.added")]
    assert output_of(peopled, "audit", "log", "--subject", "user/บุญมี", "--limit", "1")["events"] == events[:1]
    assert "user/บุญมี" in peopled("audit", "log")[1]
    proof = output_of(peopled, "audit", "verify")
    assert (proof["ok"], proof["events"], proof["first_bad"], len(proof["head"])) == (True, 2, None, 64)
    with sqlite3.connect(tmp_path / "home/kb.sqlite3") as connection:
        connection.execute("UPDATE events SET actor = 'mallory' WHERE seq = 2")
    code, out, _ = peopled("audit", "verify", "--json")
    assert (code, json.loads(out)["ok"], json.loads(out)["first_bad"]) == (1, False, 2)
    assert "event 2" in peopled("audit", "verify")[1]


@pytest.mark.sqlite_only("kb backup keeps SQLite's file")
def test_a_home_comes_back_from_its_backup(peopled, tmp_path, monkeypatch):
    file = tmp_path / "สำรอง.tar.gz"
    made = output_of(peopled, "backup", str(file))
    assert (made["file"], made["events"]) == (str(file), 2)
    assert peopled("backup", str(file))[0] == 1
    assert Path(output_of(peopled, "backup")["file"]).parent == tmp_path / "home/backups"
    use_home(monkeypatch, tmp_path / "another")
    restored = output_of(peopled, "restore", str(file))
    assert (restored["head"], restored["kept"], restored["indexes"]) == (made["head"], None, [])
    assert output_of(peopled, "user", "list")["users"][0]["name"] == "บุญมี"
    assert peopled("restore", str(file))[0] == 1


@pytest.mark.sqlite_only("it locks the file")
def test_a_home_in_use_is_not_restored_over_and_a_quiet_one_by_force(peopled, tmp_path):
    file = tmp_path / "backup.tar.gz"
    output_of(peopled, "backup", str(file))
    user = sqlite3.connect(tmp_path / "home/kb.sqlite3")
    user.execute("SELECT * FROM users").fetchall()
    code, out, _ = peopled("restore", str(file), "--force", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "store")
    user.close()
    assert Path(output_of(peopled, "restore", str(file), "--force")["kept"]).is_file()


def test_a_server_is_not_ours_to_back_up(kb, monkeypatch):
    monkeypatch.setenv("KB_DATABASE_URL", "postgresql://localhost/kb")
    assert "pg_dump" in kb("backup")[2]
