"""What `kb audit verify` says to do about a finding works: each remedy is carried out here."""

import re
import shlex

import pytest

from tests.cli.system.test_audit import approve_by_sql, chain_again, change_an_approved_text, events_of, kb, knowledge, sql

__all__ = ["kb", "knowledge", "sql"]  # fixtures
pytestmark = pytest.mark.sqlite_only("it opens the file")
WITHDRAW, CORRECT = "kb entry withdraw", "kb entry correct"


def approve(kb, change):
    for number, person in enumerate(("ann", "สมชาย")):
        code, said = kb("review", "approve", change, "--as", person, "--override-critical", "--comment", "ตรวจแล้ว")
        assert code == 0, (number, said)


def approve_what_waits(sql):
    """A correction that waits for two people, decided by none."""
    sql.execute(
        "UPDATE entries SET approved_revision_id = changes.revision_id FROM changes "
        "WHERE changes.entry_id = entries.id AND changes.state = 'pending'"
    )
    sql.execute("UPDATE changes SET state = 'approved' WHERE state = 'pending'")


@pytest.mark.parametrize(
    ("tamper", "way"),
    [
        (change_an_approved_text, WITHDRAW),
        (approve_by_sql, WITHDRAW),
        (approve_what_waits, WITHDRAW),
        (approve_what_waits, CORRECT),
    ],
)
def test_a_text_that_nobody_approved_is_withdrawn_or_corrected_and_approved(kb, sql, tamper, way):
    entry = kb("entry", "list", "--market", "th-TH")[1]["entries"][0]["id"]
    if tamper is approve_what_waits:
        assert kb("entry", "correct", entry, "--answer", "สอบถามเราได้", "--reason", "ใหม่")[0] == 0
    with sql:
        tamper(sql)
    kb("audit", "seal", "--reason", "รู้แล้ว")
    code, said = kb("audit", "verify")
    assert (code, len(said["findings"])) == (1, len({found["place"] for found in said["findings"]})), said
    code, refused = kb("release", "publish", "--market", said["findings"][0]["market"])
    assert (code, refused["error"]["code"]) == (1, "blocked")
    assert said["findings"][0]["remedy"] in refused["error"]["message"]
    for found in said["findings"]:
        words = shlex.split(re.search(rf"{way} \w+", found["remedy"]).group())[1:]
        code, done = kb(*words, "--reason", "ไม่มีใครอนุมัติ", "--as", "dara", *(CORRECTED if way == CORRECT else ()))
        assert code == 0, done
        if way == CORRECT:
            approve(kb, done["id"] if "id" in done else done["change"]["id"])
    code, said = kb("audit", "verify")
    assert (code, said["findings"]) == (0, [])
    for market in ("en-US", "th-TH"):
        code, said = kb("release", "publish", "--market", market)
        assert code == 0, said


CORRECTED = ("--answer", "Please ask our service.")


def test_the_doctor_names_a_trigger(kb, sql):
    with sql:
        sql.execute("CREATE TRIGGER t1 AFTER INSERT ON changes BEGIN UPDATE changes SET risk = 'low' WHERE id = new.id; END")
    looks = [look for look in kb("doctor")[1]["looks"] if look["name"] == "store" and not look["ok"]]
    assert "DROP TRIGGER t1" in looks[0]["remedy"]


def write_anew_without_keys(sql):
    chain_again(sql, [event for event in events_of(sql) if event[2] != "trail.sealed"])


def test_a_trail_without_keys_beside_a_key_that_signed_is_broken_also_without_an_anchor(kb, sql, knowledge, monkeypatch):
    monkeypatch.setenv("KB_AUDIT_ANCHOR", "off")
    with sql:
        write_anew_without_keys(sql)
    code, said = kb("audit", "verify")
    assert (code, said["findings"][0]["place"]) == (1, "event 1"), said
    assert kb("release", "publish", "--market", "th-TH")[1]["error"]["code"] == "blocked"
    code, said = kb("key", "add", "ร้าน")
    assert (code, said["error"]["code"]) == (1, "store"), "nothing is written that would seal it"
    assert "kb audit seal" in said["error"]["remedy"]
    assert kb("audit", "seal", "--reason", "รู้แล้ว")[0] == 0
    assert kb("audit", "verify")[0] == 0
    assert kb("key", "add", "ร้าน")[0] == 0
    assert kb("audit", "verify")[0] == 0


def test_events_whose_key_is_not_here_are_not_said_to_have_none(kb, knowledge):
    (knowledge.settings.home / "audit.key").unlink()
    said = kb("audit", "verify")[1]
    assert said["keyed"] == said["events"]


def test_the_key_file_says_from_where_on_it_signs_also_after_a_rotation(kb, knowledge):
    file = knowledge.settings.home / "audit.key"
    for words in (("audit", "key", "show"), ("audit", "key", "rotate")):
        assert kb(*words)[0] == 0
        assert file.read_text("utf-8").count("# signed from event 1\n") == 1
        assert file.stat().st_mode & 0o777 == 0o600
    assert kb("audit", "verify")[0] == 0
