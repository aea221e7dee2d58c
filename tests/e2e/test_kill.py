"""SIGKILL at random moments: the same final state as an uninterrupted run, and no finished call is paid again.

`KB_TEST_KILLS` sets how often (default 3).
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.settings import Settings
from tests.conftest import ROOT
from tests.crashes.story import breaches_in
from tests.e2e.endpoint import ScriptedEndpoint
from tests.factories import RETURNS, SAFETY

KILLS = int(os.environ.get("KB_TEST_KILLS", "3"))
PARALLEL = 2
KB = Path(sys.executable).with_name("kb")


def start(home, source, url):
    env = os.environ | {
        "KB_HOME": str(home), "KB_LLM_MODEL": "scripted", "KB_LLM_BASE_URL": url, "KB_LLM_API_KEY": "k",
        "KB_LLM_PARALLEL": str(PARALLEL), "KB_LEASE_SECONDS": "2", "KB_LOCALES_DIR": str(ROOT / "locales"),
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [KB, "run", "--source", str(source), "--market", "en-US", "--market", "th-TH", "--json"]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def state(home):
    """All that a person could see of the knowledge base; no times, no run ids."""
    store = SqlStore(f"sqlite:///{home / 'kb.sqlite3'}")
    faqs = [(f.id, f.revision, f.text, f.citations, f.retired) for f in store.source_faqs(retired=True)]
    changes = [
        (
            c.id,
            c.state,
            c.version,
            c.risk,
            c.relation.kind,
            c.relation.twin_id,
            c.findings,
            c.revision.text,
            c.revision.citations,
        )
        for c in sorted(store.changes(states=()), key=lambda c: c.id)
    ]
    drafts = sorted(
        (d.market, d.source_faq_id, d.revision.text.hash, len(d.findings)) for m in ("en-US", "th-TH") for d in store.drafts(m)
    )
    broken = store.verify_chain()
    store.close()
    return {"faqs": faqs, "changes": changes, "drafts": drafts, "broken": broken}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_run_killed_again_and_again_ends_where_an_uninterrupted_one_does(tmp_path, httpserver):
    source = tmp_path / "source"
    for path, text in (("en/returns.md", RETURNS), ("zh-CN/safety.md", SAFETY)):
        (source / path).parent.mkdir(parents=True)
        (source / path).write_text(text, encoding="utf-8")
    endpoint = ScriptedEndpoint(httpserver, seconds=0.3)

    began = time.monotonic()
    whole = start(tmp_path / "whole", source, endpoint.url)
    out, err = whole.communicate()
    seconds = time.monotonic() - began
    assert whole.returncode == 0, err
    needed = dict(endpoint.asked)
    assert json.loads(out)["model_calls"] == len(needed) == sum(needed.values())

    endpoint.asked.clear()
    moments = random.Random(7)
    home = tmp_path / "killed"
    for _ in range(KILLS):
        victim = start(home, source, endpoint.url)
        time.sleep(moments.uniform(0.2, 1.0) * seconds)
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        assert breaches_in(Settings.model_validate({"home": home, "locales_dir": ROOT / "locales"})) == []
    last = start(home, source, endpoint.url)
    out, err = last.communicate()
    assert last.returncode == 0, err

    assert set(endpoint.asked) == set(needed)
    lost = sum(endpoint.asked.values()) - len(endpoint.asked)
    assert lost <= KILLS * PARALLEL
    assert state(home) == state(tmp_path / "whole")
    sys.stderr.write(f"\n{KILLS} kills: {len(needed)} calls needed, {lost} lost in flight, {seconds:.1f} s a run\n")
