"""SIGKILL at every point of publishing and rolling back: what is live stays whole, and the next run ends where it should.

`KB_TEST_KILLS` sets how often each point is tried (default 1).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing

import pytest

from kb_pipeline.bootstrap import build_publisher, open_indexes, open_store
from kb_pipeline.domain.releases import ReleaseState
from kb_pipeline.services.release.verify import embed_texts, warm_queries
from kb_pipeline.settings import Settings
from kb_pipeline.steps.release.manifest import index_texts
from tests.api.knowledge import LOCKERS, REFUNDS_TH, RETURNS_TH, Knowledge
from tests.conftest import ROOT
from tests.crashes.story import breaches_in
from tests.publishing import publisher_of

KILLS = int(os.environ.get("KB_TEST_KILLS", "1"))
MARKET = "th-TH"
KEPT = 1
POINTS = (
    "publish.before_begin", "publish.after_begin", "publish.during_build", "publish.after_build", "verify.during",
    "publish.before_verified", "publish.after_verified", "publish.before_flip", "publish.after_flip",
    "publish.during_collect", "publish.after_collect", "rollback.before_flip", "rollback.after_flip",
)  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def settings_of(home):
    return Settings.model_validate(
        {"home": home, "locales_dir": ROOT / "locales", "releases_kept": KEPT, "release_grace": 0.0}
    )  # fmt: skip


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A home with a superseded release, a live one, and something new approved. Every vector is cached."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    knowledge = Knowledge(home, releases_kept=5, release_grace=3600.0)
    for said in (RETURNS_TH, REFUNDS_TH):
        knowledge.approve(MARKET, said, phrasings=(f"{said[0]}ครับ",))
        publisher_of(knowledge, MARKET).publish()
    knowledge.approve(MARKET, LOCKERS)
    own = Knowledge(home)  # its embedder keeps its vectors in the store
    texts = index_texts(entry.revision for entry in own.store.approved_entries(MARKET))
    real = build_publisher(own.settings, MARKET, store=own.store)
    embed_texts(real.embedder, texts)
    warm_queries(real.embedder, real.market, texts)
    own.store.close()
    knowledge.store.close()
    return home


def kb(home, *words, failpoint=""):
    env = os.environ | settings_of(home).environment() | {"KB_FAILPOINT": failpoint, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "kb_pipeline.cli", "release", *words, "--json"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def check_live(home):
    """All invariants hold, and what is published is what the live release says."""
    assert breaches_in(settings_of(home)) == []
    with closing(open_store(settings_of(home))) as store:
        live = store.release(MARKET, store.live_numbers()[MARKET])
        published = {e.id for e in store.entries(MARKET) if e.standing == "published"}
        assert published == {item.entry_id for item in store.manifest(MARKET, live.number)}
        return live


def check_end(home, whole):
    """It says what the uninterrupted run says, nothing is under way, and nothing is left on the disk that nobody needs."""
    live = check_live(home)
    assert live.manifest_hash == whole.manifest_hash
    with closing(open_store(settings_of(home))) as store:
        releases = store.releases(MARKET)
    assert not [r for r in releases if r.state in {ReleaseState.BUILDING, ReleaseState.VERIFIED}]
    there = {r.id for r in releases if r.state in {ReleaseState.LIVE, ReleaseState.SUPERSEDED}}
    present = set(open_indexes(settings_of(home)).present())
    assert live.id in present
    assert present <= there
    assert len(present) == 1 + KEPT


@pytest.fixture(scope="module")
def whole(prepared, tmp_path_factory):
    """What an uninterrupted run ends with."""
    home = tmp_path_factory.mktemp("whole") / "home"
    shutil.copytree(prepared, home)
    ran = kb(home, "publish", "--market", MARKET)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert (said["release"], said["state"], said["entries"]) == (f"{MARKET}/r0003", "live", 3)
    return check_live(home)


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_what_is_live_whole_and_the_next_run_ends_where_it_should(prepared, whole, tmp_path, point):
    words = ("rollback", MARKET) if point.startswith("rollback") else ("publish", "--market", MARKET)
    for n in range(KILLS):
        home = tmp_path / f"home{n}"
        shutil.copytree(prepared, home)
        killed = kb(home, *words, failpoint=point)
        if point == "verify.during":  # the fresh process dies; who started it says so
            assert killed.returncode == 1
            assert "was killed by SIGKILL" in killed.stdout
        else:
            assert killed.returncode == -signal.SIGKILL, killed.stderr
        check_live(home)
        if point == "rollback.after_flip":  # the hold came with the flip
            assert "is on hold" in kb(home, "publish", "--market", MARKET).stdout
            assert kb(home, "lift", "--market", MARKET, "--reason", "go on").returncode == 0
        again = kb(home, "publish", "--market", MARKET)
        assert again.returncode == 0, again.stderr
        check_end(home, whole)
        shutil.rmtree(home)
