"""`kb doctor` says what is wrong with a home, and what it says to do about it works: each remedy is carried out here."""

import json
import shlex
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest
from pytest_httpserver import HTTPServer

from kb_pipeline.cli.app import main
from kb_pipeline.cli.system import doctor_looks
from kb_pipeline.cli.system.programs import free_port
from tests.api.knowledge import RETURNS_TH, Knowledge
from tests.conftest import ROOT
from tests.publishing import publisher_of

pytestmark = [
    pytest.mark.slow,  # a release is verified in a fresh process
    pytest.mark.sqlite_only("a home is copied with its files"),
]


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A home with a live release and a backup of it."""
    home = tmp_path_factory.mktemp("live") / "home"
    knowledge = Knowledge(home)
    knowledge.approve("th-TH", RETURNS_TH, key="returns")
    publisher_of(knowledge, "th-TH").publish()
    knowledge.store.close()
    return home


@pytest.fixture
def home(live, tmp_path, monkeypatch):
    copy = shutil.copytree(live, tmp_path / "home")
    for name in ("API", "REVIEW", "DAGSTER"):
        monkeypatch.setenv(f"KB_{name}_PORT", str(free_port("127.0.0.1")))
    monkeypatch.setenv("KB_HOME", str(copy))
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("KB_ACTOR", "dara")
    return copy


@pytest.fixture
def kb(monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr("sys.argv", ["kb", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr().out

    return run


@pytest.fixture
def doctor(kb):
    def wrong(*words):
        """What is wrong, as message and remedy."""
        code, out = kb("doctor", "--json", *words)
        report = json.loads(out)
        looks = [(look["message"], look["remedy"]) for look in report["looks"] if not look["ok"]]
        breaches = [(b["message"], b["remedy"]) for found in report["invariants"] for b in found["breaches"]]
        assert code == (0 if report["ok"] else 1)
        assert report["ok"] == (not looks and not breaches)
        return [*looks, *breaches]

    return wrong


def test_nothing_is_wrong_and_nothing_is_made_where_there_is_no_home_yet(doctor, home, monkeypatch):
    assert doctor("--deep") == []
    monkeypatch.setenv("KB_HOME", str(home / "none"))
    assert doctor("--deep") == []
    assert not (home / "none").exists()


def test_in_words_each_wrong_thing_comes_with_what_to_do(kb, home):
    shutil.rmtree(home / "releases/th-TH/r0001")
    code, out = kb("doctor", "--deep")
    assert code == 1
    assert out.count("what to do: kb release publish --market th-TH") == 3  # the look, I3 and I10
    assert "I7         The audit trail proves itself." in out


@pytest.mark.parametrize("damage", ["missing", "chroma.sqlite3", "release.json"])
def test_an_index_is_built_anew_by_its_remedy(kb, doctor, home, damage):
    folder = home / "releases/th-TH/r0001"
    shutil.rmtree(folder) if damage == "missing" else (folder / damage).write_bytes(b"\x00" * 5000)
    ((_, remedy),) = doctor()
    assert kb(*shlex.split(remedy)[1:])[0] == 0
    assert doctor("--deep") == []


def test_an_index_of_no_release_is_removed_by_its_remedy(kb, doctor, home):
    shutil.copytree(home / "releases/th-TH/r0001", home / "releases/th-TH/r0009")
    ((message, remedy),) = doctor("--deep")
    assert "th-TH/r0009" in message
    assert kb(*shlex.split(remedy)[1:])[0] == 0
    assert doctor("--deep") == []


def test_a_damaged_database_or_trail_is_restored_by_its_remedy(kb, doctor, home, tmp_path):
    file = tmp_path / "safe.tar.gz"
    assert kb("backup", str(file))[0] == 0
    for damage in (garbled, rewritten):
        damage(home / "kb.sqlite3")
        (_, remedy), *_ = doctor("--deep")
        assert kb(*shlex.split(remedy.replace("FILE", str(file)).rsplit(": ", 1)[-1])[1:])[0] == 0
        assert doctor("--deep") == []


def garbled(database):
    for side in ("", "-wal", "-shm"):
        database.with_name(f"{database.name}{side}").unlink(missing_ok=True)
    database.write_bytes(b"no database at all" * 500)


def rewritten(database):
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE entries SET state = 'retired'")


def test_what_a_killed_backup_left_is_removed_by_its_remedy(doctor, home):
    (home / "backups/.kb-work.x").mkdir(parents=True)
    ((_, remedy),) = doctor()
    subprocess.run(shlex.split(remedy), check=True)
    assert doctor() == []


def test_a_taken_port_is_told_unless_it_is_ours(doctor, home, monkeypatch):
    with HTTPServer() as other:
        monkeypatch.setenv("KB_API_PORT", str(other.port))
        ((message, remedy),) = doctor()
        assert str(other.port) in message
        assert "KB_API_PORT" in remedy
        other.expect_request("/readyz").respond_with_data("ready")
        assert doctor() == []
    monkeypatch.setenv("KB_API_PORT", str(free_port("127.0.0.1")))
    assert doctor() == []


def test_a_pack_that_is_not_valid_is_told_and_its_remedy_names_the_line(kb, doctor, home, tmp_path, monkeypatch):
    packs = shutil.copytree(ROOT / "locales", tmp_path / "locales")
    (packs / "th-TH/termbase.csv").write_text("nothing\n", encoding="utf-8")
    monkeypatch.setenv("KB_LOCALES_DIR", str(packs))
    ((_, remedy),) = doctor()
    code, out = kb(*shlex.split(remedy)[1:])
    assert code == 1
    assert "th-TH/termbase.csv:" in out


def test_a_first_pack_is_made_by_its_remedy(kb, doctor, home, tmp_path, monkeypatch):
    (tmp_path / "packs").mkdir()
    monkeypatch.setenv("KB_LOCALES_DIR", str(tmp_path / "packs"))
    ((_, remedy),) = doctor()
    assert kb(*shlex.split(remedy.replace("TAG", "de-DE"))[1:])[0] == 0
    assert not [message for message, _ in doctor() if message.startswith("0 markets")]


def test_models_a_full_disk_and_a_home_that_is_a_file_are_told(doctor, home, tmp_path, monkeypatch):
    monkeypatch.setenv("KB_MODEL_DIR", str(tmp_path / "no models"))
    assert {remedy for _, remedy in doctor()} == {"kb models fetch"}
    monkeypatch.delenv("KB_MODEL_DIR")
    monkeypatch.setattr(doctor_looks, "LEAST_FREE", 10**18)
    assert ["GB are free" in message for message, _ in doctor()] == [True]
    monkeypatch.undo()
    (tmp_path / "file").touch()
    monkeypatch.setenv("KB_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    assert any("is no folder" in message for message, _ in doctor("--deep"))
