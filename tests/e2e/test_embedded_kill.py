"""A run with the embedded model, killed three times and resumed, keeps every finished call to the byte and pays for none twice.

It need not end as an uninterrupted one: a call that a kill lost is asked again, and llama.cpp does not promise the same words
for a prompt whose beginning it has kept as for one that it reads anew.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.test_embedded_model import ARTICLE

KB = Path(sys.executable).with_name("kb")
KILLS = ("save_call.after_commit", "save_call.before_commit:1", "save_draft.after_commit")  # one finished, one lost, one later


def run(home, source, failpoint=""):
    env = os.environ | {
        "KB_HOME": str(home), "KB_LOCALES_DIR": str(ROOT / "locales"), "KB_LLM_MODEL": "embedded", "KB_LLM_PARALLEL": "1",
        "KB_FAILPOINT": failpoint,
    }  # fmt: skip
    command = [KB, "run", "--source", str(source), "--market", "th-TH", "--json"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def calls(home):
    """What the model said, by the call's fingerprint."""
    with closing(sqlite3.connect(home / "kb.sqlite3")) as database:
        return dict(database.execute("SELECT fingerprint, response FROM model_calls"))


def texts(home):
    with closing(sqlite3.connect(home / "kb.sqlite3")) as database:
        return set(database.execute("SELECT id, text FROM revisions"))


def doctor(home):
    env = os.environ | {"KB_HOME": str(home), "KB_LOCALES_DIR": str(ROOT / "locales")}
    ran = subprocess.run([KB, "doctor", "--deep", "--json"], env=env, capture_output=True, text=True, check=False)
    return [breach for found in json.loads(ran.stdout)["invariants"] for breach in found["breaches"]]


@pytest.mark.model
@pytest.mark.timeout(3000)
def test_three_kills_lose_no_finished_call(tmp_path):
    source = tmp_path / "source"
    (source / "en").mkdir(parents=True)
    (source / "en/lockers.md").write_text(ARTICLE, encoding="utf-8")
    killed = tmp_path / "killed"
    paid: dict[str, str] = {}
    for point in KILLS:
        assert run(killed, source, point).returncode == -signal.SIGKILL
        finished = calls(killed)
        assert paid.items() <= finished.items(), "what was finished stays, to the byte"
        assert doctor(killed) == []
        paid = finished
    last = run(killed, source)
    assert last.returncode == 0, last.stderr
    report = json.loads(last.stdout)
    assert report["model_calls"] == len(calls(killed)) - len(paid), "no finished call was paid again"
    assert doctor(killed) == []
    assert texts(killed)

    again = run(killed, source)
    assert json.loads(again.stdout)["model_calls"] == 0
    sys.stderr.write(
        f"\n{len(calls(killed))} calls; {len(paid)} finished before the last of {len(KILLS)} kills, none paid again\n"
    )
