"""Two `kb run` at once on one home: they share the work, pay for nothing twice, and a killed one leaves nothing in hand."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine, text

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.adapters.store_sql.schema import Base
from tests.conftest import ROOT
from tests.e2e.endpoint import ScriptedEndpoint
from tests.factories import RETURNS, SAFETY

SERVER = os.environ.get("KB_TEST_DATABASE_URL", "")
PARALLEL = 2
LEASE = 3  # seconds


@pytest.fixture(params=["sqlite", "server"] if SERVER else ["sqlite"])
def database(request):
    """The URL of an empty database; empty: SQLite in the home."""
    if request.param == "sqlite":
        return ""
    engine = create_engine(SERVER)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    engine.dispose()
    SqlStore(SERVER).close()
    return SERVER


@pytest.fixture
def start(tmp_path, database):
    """Starts a run on the one home."""
    for path, article in (("en/returns.md", RETURNS), ("zh-CN/safety.md", SAFETY)):
        (tmp_path / "source" / path).parent.mkdir(parents=True)
        (tmp_path / "source" / path).write_text(article, encoding="utf-8")

    begun = []

    def begin(url):
        env = os.environ | {
            "KB_HOME": str(tmp_path / "home"), "KB_DATABASE_URL": database, "KB_LLM_MODEL": "scripted", "KB_LLM_BASE_URL": url,
            "KB_LLM_API_KEY": "k", "KB_LLM_PARALLEL": str(PARALLEL), "KB_LOCALES_DIR": str(ROOT / "locales"),
            "KB_LEASE_SECONDS": str(LEASE), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        command = [
            sys.executable, "-m", "kb_pipeline.cli", "run", "--source", str(tmp_path / "source"), "--market", "th-TH", "--json",
        ]  # fmt: skip
        begun.append(subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()


def report_of(process):
    out, err = process.communicate(timeout=500)
    assert process.returncode == 0, err
    return json.loads(out)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_runs_at_once_share_the_calls_and_pay_for_none_twice(start, httpserver):
    endpoint = ScriptedEndpoint(httpserver, seconds=0.5)
    one, two = [report_of(run) for run in [start(endpoint.url), start(endpoint.url)]]
    assert set(endpoint.asked.values()) == {1}
    assert one["model_calls"] + two["model_calls"] == len(endpoint.asked)
    assert min(one["model_calls"], two["model_calls"]) > 0
    assert one["changes"]["th-TH"]["total"] + two["changes"]["th-TH"]["total"] == 6


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_a_killed_run_had_in_hand_is_taken_over(start, httpserver):
    endpoint = ScriptedEndpoint(httpserver, seconds=1.0)
    victim = start(endpoint.url)
    while not endpoint.asked:
        time.sleep(0.05)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    assert report_of(start(endpoint.url))["changes"]["th-TH"]["total"] == 6
    assert sum(endpoint.asked.values()) <= len(endpoint.asked) + PARALLEL
