"""`kb audit verify` finds what somebody did to the database by hand, and `kb release publish` then says nothing new."""

import io
import json
import sqlite3
import sys
from contextlib import closing

import pytest

from kb_pipeline.cli import main
from kb_pipeline.domain.audit import GENESIS, AuditEvent
from tests.api.knowledge import REFUNDS, REFUNDS_TH, RETURNS, RETURNS_TH, Knowledge

SAID = {"en-US": (RETURNS, REFUNDS), "th-TH": (RETURNS_TH, REFUNDS_TH)}


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


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_whatever_is_done_to_the_database_is_found_and_nothing_is_published(kb, sql, tamper):
    with sql:
        tamper(sql)
    code, said = kb("audit", "verify")
    assert (code, said["ok"]) == (1, False), said
    code, said = kb("release", "publish", "--market", "en-US")
    assert (code, said["error"]["code"], said["release"]) == (1, "blocked", None)
