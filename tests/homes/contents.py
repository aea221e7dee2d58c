"""What a home holds, in the words of the `kb` command and the API: equal before and after every migration.

What no face shows is read from the tables: a migration that moves them says here where they are now.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.homes.story import MARKETS

Kb = Callable[..., dict[str, Any]]
_STATES = ("pending", "approved", "rejected", "changes_requested", "superseded")
_CHANGE = ("id", "market", "state", "version", "kind", "relation", "risk", "quality", "question", "answer", "citations")
_RELEASE = ("release", "state", "entries", "manifest_hash", "embedder", "base", "note", "actor")
_USER = ("name", "role", "markets", "disabled")
_KEY = ("id", "name", "markets", "revoked_at")
_STATUS = ("articles", "quarantined", "chunks", "source_faqs", "model_calls")
_MARKET = ("pending", "approved", "published", "imported", "rejected", "stale", "live_release")
_AUDIT = ("ok", "events", "head", "first_bad")
_ANSWER = ("release", "confidence", "abstained", "reason")
_HIT = ("entry_id", "revision", "question", "answer", "topics", "confidence", "level", "citations", "release")


def contents(kb: Kb, home: Path) -> dict[str, Any]:
    """All but the answers. Nothing is changed by looking."""
    status = kb("status")
    return {
        "status": _pick(status, _STATUS) | {tag: _pick(status["markets"][tag], _MARKET) for tag in MARKETS},
        "changes": {state: _changes(kb, state) for state in _STATES},
        "releases": [_pick(release, _RELEASE) for release in kb("release", "list")["releases"]],
        "users": [_pick(user, _USER) for user in kb("user", "list")["users"]],
        "keys": [_pick(key, _KEY) for key in kb("key", "list")["keys"]],
        "memory": {tag: kb("memory", "list", "--market", tag, "--limit", "1000")["units"] for tag in MARKETS},
        "audit": _pick(kb("audit", "verify"), _AUDIT),
        "tables": _tables(home / "kb.sqlite3"),
    }


def answer(response: dict[str, Any]) -> dict[str, Any]:
    """What the API says to a question, without the request's id."""
    return _pick(response, _ANSWER) | {"hits": [_pick(hit, _HIT) for hit in response["hits"]]}


def _changes(kb: Kb, state: str) -> list[dict[str, Any]]:
    """The changes in that state by id, each with the rules of its findings."""
    changes = kb("review", "list", "--state", state, "--limit", "1000")["changes"]
    rows = [_pick(c, _CHANGE) | {"findings": [f"{f['rule']}: {f['message']}" for f in c["findings"]]} for c in changes]
    return sorted(rows, key=lambda row: row["id"])


def _tables(database: Path) -> dict[str, list[list[Any]]]:
    wanted = {
        "model_calls": "SELECT fingerprint, prompt, model FROM model_calls ORDER BY fingerprint",
        "queries": "SELECT request_id, market, text, client, release, abstained FROM queries ORDER BY request_id",
        "feedback": "SELECT request_id, outcome, score, comment FROM feedback ORDER BY position",
        "decisions": "SELECT change_id, seen_version, actor FROM decisions ORDER BY position",
        "quarantine": "SELECT json_extract(value, '$.path'), json_extract(value, '$.code') FROM quarantine ORDER BY position",
    }
    with closing(sqlite3.connect(database)) as connection:
        return {name: [list(row) for row in connection.execute(query)] for name, query in wanted.items()}


def _pick(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}
