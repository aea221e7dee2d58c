"""`kb audit verify` finds what somebody did to the database by hand, and `kb release publish` then says nothing new."""

import io
import json
import sqlite3
import sys
from contextlib import closing

import pytest

from kb_pipeline.cli import main
from kb_pipeline.domain.audit import GENESIS, AuditEvent
from tests.api.knowledge import SAID, Knowledge


@pytest.fixture
def knowledge(tmp_path):
    """Two markets with two approved entries each, and one that waits."""
    made = Knowledge(tmp_path / "home")
    for market, texts in SAID.items():
        for text in texts:
            made.approve(market, text)
    made.store.close()
    return made


@pytest.fixture
def kb(knowledge, monkeypatch, capsys):
    """A command on that home: its exit code and what it said."""
    for name, value in knowledge.settings.environment().items():
        monkeypatch.setenv(name, value)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["kb", *words, "--json"])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as done:
            main()
        out = capsys.readouterr()
        return done.value.code or 0, json.loads(out.out or out.err)

    return run


@pytest.fixture
def sql(knowledge):
    """The database, as whoever holds its file sees it."""
    with closing(sqlite3.connect(knowledge.settings.home / "kb.sqlite3")) as connection:
        yield connection


def chain_again(sql, events):
    """Give the trail other events, with a chain that fits them: all that can be done without a key."""
    columns = ("at", "actor", "action", "subject", "before", "after")
    sql.execute("DELETE FROM events")
    last = GENESIS
    for seq, row in enumerate(events, 1):
        known = dict(zip(columns, row, strict=True))
        known |= {name: known[name] and json.loads(known[name]) for name in ("before", "after")}
        link = AuditEvent(seq=seq, **(known | {"at": f"{known['at']}+00:00"})).hash(last)
        sql.execute(
            "INSERT INTO events (seq, at, actor, action, subject, before, after, prev_hash, hash) VALUES (?,?,?,?,?,?,?,?,?)",
            (seq, *row, last, link),
        )
        last = link
    sql.execute("UPDATE audit_head SET count = ?, hash = ?", (len(events), last))


def events_of(sql):
    return sql.execute("SELECT at, actor, action, subject, before, after FROM events ORDER BY seq").fetchall()


def cut_the_tail(sql):
    seq, last = sql.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1 OFFSET 2").fetchone()
    sql.execute("DELETE FROM events WHERE seq > ?", (seq,))
    sql.execute("UPDATE audit_head SET count = ?, hash = ?", (seq, last))


def write_the_chain_anew(sql):
    chain_again(sql, [(at, "mallory", *rest) for at, _, *rest in events_of(sql)])


def delete_all_events(sql):
    chain_again(sql, [])


def change_an_approved_text(sql):
    sql.execute("UPDATE revisions SET text = replace(text, '15', '99')")


def delete_a_decision(sql):
    sql.execute("DELETE FROM decisions WHERE position = 3")


def approve_by_sql(sql):
    """An entry like another one, that nobody decided on."""
    sql.execute("PRAGMA foreign_keys = OFF")
    sql.execute(
        "INSERT INTO revisions SELECT 'feedfeedfeedfeed', 'beefbeefbeefbeef', market, language, text, citations, provenance, "
        "created_at FROM revisions LIMIT 1"
    )
    sql.execute(
        "INSERT INTO entries (id, market, language, state, approved_revision_id, source_revision, origin, created_at) SELECT "
        "'beefbeefbeefbeef', market, language, 'approved', 'feedfeedfeedfeed', 1, origin, created_at FROM entries LIMIT 1"
    )


TAMPERINGS = [
    cut_the_tail, write_the_chain_anew, delete_all_events, change_an_approved_text, delete_a_decision, approve_by_sql,
]  # fmt: skip


def test_an_untouched_home_is_whole(kb):
    code, said = kb("audit", "verify")
    assert (code, said["ok"], said["first_bad"]) == (0, True, None)


@pytest.mark.sqlite_only("it opens the file")
@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_whatever_is_done_to_the_database_is_found_and_nothing_is_published(kb, sql, tamper):
    with sql:
        tamper(sql)
    code, said = kb("audit", "verify")
    assert (code, said["ok"]) == (1, False), said
    code, said = kb("release", "publish", "--market", "en-US")
    assert (code, said["error"]["code"], said["release"]) == (1, "blocked", None)


@pytest.mark.sqlite_only("it opens the file")
def test_a_market_whose_live_items_were_changed_by_hand_is_published_again_after_a_seal(kb, sql):
    """Also where nothing was approved meanwhile; and nobody goes back to the release that was changed."""
    publish = ("release", "publish", "--market", "th-TH")
    assert kb(*publish)[0] == 0
    with sql:
        sql.execute("UPDATE release_items SET valid_until = '2030-01-01'")
    code, said = kb(*publish)
    assert (code, said["error"]["code"]) == (1, "blocked")
    assert len(kb("audit", "seal", "--reason", "รู้แล้ว")[1]["accepted"]) == 1
    code, said = kb("audit", "verify")
    assert (code, said["findings"]) == (0, [])
    code, said = kb(*publish)
    assert (code, said["release"]) == (0, "th-TH/r0002"), said
    code, said = kb("release", "rollback", "th-TH", "--reason", "ดู")
    assert (code, said["error"]["code"]) == (1, "release"), said


def test_the_key_is_made_with_the_first_event_and_only_its_owner_reads_it(kb, knowledge):
    file = knowledge.settings.home / "audit.key"
    assert file.stat().st_mode & 0o777 == 0o600
    _, said = kb("audit", "key", "show")
    assert said["place"] == str(file)
    assert len(said["keys"]) == 1
    assert file.read_text("utf-8").split()[0] not in json.dumps(said)


@pytest.mark.sqlite_only("it opens the file")
def test_without_the_key_its_place_and_a_seal_are_the_remedy_and_no_backup(kb, knowledge):
    (knowledge.settings.home / "audit.key").unlink()
    code, said = kb("audit", "verify")
    (found,) = said["findings"]
    assert (code, "key that is not here" in found["message"]) == (1, True)
    assert "kb audit seal" in found["remedy"]
    (breach,) = (i["breaches"] for i in kb("doctor", "--deep")[1]["invariants"] if i["name"] == "I7")
    assert [b["remedy"] for b in breach] == [found["remedy"]]
    kb("audit", "seal", "--reason", "กุญแจหาย")
    assert kb("audit", "verify")[0] == 0


def test_an_anchor_that_is_gone_is_a_warning(kb, knowledge, monkeypatch):
    assert kb("audit", "verify")[1]["warnings"] == []
    (knowledge.settings.home / "audit.anchor").unlink()
    code, said = kb("audit", "verify")
    assert (code, len(said["warnings"])) == (0, 1)
    assert "audit.anchor" in said["warnings"][0]
    monkeypatch.setenv("KB_AUDIT_ANCHOR", "off")
    assert kb("audit", "verify")[1]["warnings"] == []


@pytest.mark.sqlite_only("it opens the file")
def test_no_empty_database_takes_the_place_of_one_that_is_gone(kb, knowledge, tmp_path):
    file, backup = knowledge.settings.home / "kb.sqlite3", tmp_path / "kb.tar.gz"
    kb("backup", str(backup))
    for left in knowledge.settings.home.glob("kb.sqlite3*"):
        left.unlink()
    for words in (("status",), ("audit", "verify"), ("run",)):
        code, said = kb(*words)
        assert (code, said["error"]["code"]) == (1, "store"), said
        assert "kb restore" in said["error"]["remedy"]
    code, said = kb("doctor", "--deep")
    assert code == 1
    assert [look["ok"] for look in said["looks"] if look["name"] == "store"] == [False]
    assert not file.exists()
    assert kb("restore", str(backup))[0] == 0
    assert kb("audit", "verify")[0] == 0


def test_the_key_is_rotated_and_everything_still_verifies(kb):
    _, before = kb("audit", "key", "show")
    _, made = kb("audit", "key", "rotate", "--as", "dara")
    _, after = kb("audit", "key", "show")
    assert after["keys"] == [*before["keys"], made["key"]]
    code, said = kb("audit", "verify")
    assert (code, said["keyed"]) == (0, said["events"])
    _, log = kb("audit", "log", "--subject", "audit")
    assert [(event["actor"], event["action"]) for event in log["events"]] == [("dara", "trail.key_rotated")]


def test_a_key_of_the_settings_is_not_rotated_by_us(kb, monkeypatch):
    monkeypatch.setenv("KB_AUDIT_KEY", "k" * 40)
    code, said = kb("audit", "key", "rotate")
    assert (code, said["error"]["code"]) == (1, "blocked")


def test_an_export_proves_itself_without_the_database(kb, knowledge, tmp_path):
    file = tmp_path / "trail.jsonl"
    _, made = kb("audit", "export", str(file))
    (knowledge.settings.home / "kb.sqlite3").unlink()
    code, said = kb("audit", "verify", "--export", str(file))
    assert (code, said["ok"], said["events"], said["head"]) == (0, True, made["events"], made["head"])


@pytest.mark.parametrize(
    "tamper",
    [
        lambda lines: [*lines[:-3], lines[-1]],
        lambda lines: [line.replace("ann", "mallory") for line in lines],
        lambda lines: [*lines[:-1], lines[-1].replace('"events": 16', '"events": 15')],
        lambda lines: [lines[0].replace('"key": "', '"key": "f'), *lines[1:]],
        lambda lines: lines[:-1],
    ],
    ids=["cut", "another person", "another end", "another key", "no signature"],
)
def test_an_export_that_was_changed_is_found(kb, tmp_path, tamper):
    file = tmp_path / "trail.jsonl"
    kb("audit", "export", str(file))
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(tamper(lines)), "utf-8")
    code, said = kb("audit", "verify", "--export", str(file))
    assert (code, said["ok"]) == (1, False)


@pytest.mark.sqlite_only("it opens the file")
def test_a_head_that_was_written_down_elsewhere_proves_a_cut(kb, sql, knowledge):
    _, whole = kb("audit", "verify")
    head = f"{whole['events']}:{whole['head']}"
    assert kb("audit", "verify", "--head", head)[0] == 0
    (knowledge.settings.home / "audit.anchor").unlink()
    with sql:
        cut_the_tail(sql)
    assert kb("audit", "verify", "--head", head)[0] == 1
    assert kb("audit", "verify", "--head", "nonsense")[0] == 2


@pytest.mark.sqlite_only("kb backup keeps SQLite's file")
def test_a_backup_is_restored_and_the_anchor_says_so(kb, knowledge, tmp_path):
    file = tmp_path / "kb.tar.gz"
    kb("backup", str(file))
    kb("key", "add", "ร้าน")
    kb("restore", str(file), "--force")
    code, said = kb("audit", "verify")
    assert (code, said["findings"]) == (0, [])
    assert "restored 'kb.tar.gz'" in (knowledge.settings.home / "audit.anchor").read_text("utf-8")


@pytest.mark.sqlite_only("it opens the file")
def test_a_database_that_was_put_back_by_hand_is_found_and_taken_with_a_reason(kb, knowledge, tmp_path, sql):
    old = tmp_path / "old.sqlite3"
    sql.execute("VACUUM INTO ?", (str(old),))
    kb("audit", "key", "rotate")
    sql.close()
    for side in ("-wal", "-shm"):
        (knowledge.settings.home / f"kb.sqlite3{side}").unlink(missing_ok=True)
    old.replace(knowledge.settings.home / "kb.sqlite3")
    assert kb("audit", "verify")[0] == 1
    _, sealed = kb("audit", "seal", "--reason", "ดิสก์เสีย", "--as", "dara")
    assert "anchor" in sealed["accepted"][0]["message"]
    assert kb("audit", "verify")[0] == 0
    assert kb("audit", "seal", "--reason", " ")[0] == 1
