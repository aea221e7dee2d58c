"""The homes of earlier commits open with today's code, and all that people did in them still stands, is served and goes on.

Each archive beside this file was built by that commit's own code (`build.py`). Database, indexes and embedder are real.
"""

import io
import json
import sqlite3
import sys
import tarfile
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient

from kb_pipeline.api.app import create_app
from kb_pipeline.bootstrap import build_serving, open_accounts, open_store
from kb_pipeline.cli import main
from kb_pipeline.errors import AuthenticationError
from kb_pipeline.settings import Settings
from tests.homes.contents import answer, contents
from tests.homes.model import ScriptedModel
from tests.homes.story import BOTH

HERE = Path(__file__).parent
NEARLY = 1e-3  # a confidence may differ by rounding on another processor
NOBODY = "http://127.0.0.1:9/v1"  # no language model listens there: a call that is made fails the run
COPY = """
    INSERT INTO model_calls SELECT * FROM old.model_calls;
    INSERT INTO memory_units SELECT * FROM old.memory_units;
    INSERT INTO vectors SELECT * FROM old.vectors;
"""


# What the facts of the old packs are about: they are from before a fact had a context, and `kb check` asks for it.
PHRASES = {
    "delivery-fee": "standard delivery",
    "free-delivery": "deliver free",
    "gift-wrapping": "wrap gift",
    "points-per-purchase": "积分",
}


def fill_contexts(locales: Path) -> None:
    """Write down what the facts of old packs are about."""
    for file in locales.glob("*/facts.csv"):
        header, *rows = file.read_text("utf-8").splitlines()
        if "phrases" not in header.split(","):
            filled = (f"{header},phrases", *(f"{row},{PHRASES[row.split(',')[0]]}" for row in rows))
            file.write_text("".join(f"{line}\n" for line in filled), "utf-8")


@pytest.fixture(params=sorted(HERE.glob("*.tar.xz")), ids=lambda archive: archive.name.split(".")[0])
def old(request, tmp_path, monkeypatch, capsys):
    """An old home that today's `kb` works on, and what was written down about it when it was built."""
    archive = request.param
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    for name, value in {
        "HOME": tmp_path / "home", "SOURCE_DIR": tmp_path / "source", "LOCALES_DIR": tmp_path / "locales",
        "QUERY_LOG_DAYS": 36_500, "LLM_MODEL": "scripted", "LLM_BASE_URL": NOBODY, "ACTOR": "dara",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"KB_{name}", str(value))
    monkeypatch.chdir(tmp_path)

    def kb(*words):
        monkeypatch.setattr(sys, "argv", ["kb", *words, "--json"])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as done:
            main()
        out = capsys.readouterr()
        assert not done.value.code, out.out + out.err
        return json.loads(out.out)

    about = json.loads((HERE / f"{archive.name.split('.')[0]}.json").read_text("utf-8"))
    return SimpleNamespace(home=tmp_path / "home", kb=kb, **about)


def ask(http, key, market, query):
    """What the API says, once it is ready."""
    until = time.monotonic() + 60
    while http.get("/readyz").status_code != 200:
        assert time.monotonic() < until
        time.sleep(0.05)
    return http.post("/v1/search", json={"market": market, "query": query}, headers={"Authorization": f"Bearer {key}"})


def test_everything_is_there_and_the_trail_is_whole(old):
    assert contents(old.kb, old.home) == old.contents
    assert old.contents["audit"]["ok"]


def test_the_live_releases_say_the_same_in_english_and_thai(old):
    with TestClient(create_app(build_serving(Settings()))) as http:
        for market, query, then in old.answers:
            now = answer(ask(http, old.keys["shop"], market, query).json())
            confidences = [now.pop("confidence"), *(hit.pop("confidence") for hit in now["hits"])]
            assert confidences == pytest.approx(
                [then.pop("confidence"), *(h.pop("confidence") for h in then["hits"])], abs=NEARLY
            )
            assert now == then
        assert ask(http, old.keys["line"], "th-TH", "คืนหนังสือ").status_code == 200
        assert ask(http, old.keys["line"], "en-US", "return a book").status_code == 403
        assert ask(http, old.keys["old"], "en-US", "return a book").status_code == 401
    asked = contents(old.kb, old.home)["tables"]["queries"]
    assert len(asked) == len(old.contents["tables"]["queries"]) + len(old.answers) + 1


def test_people_sign_in_with_their_passwords_and_a_disabled_one_does_not(old):
    accounts = open_accounts(open_store(Settings()))
    for user in old.contents["users"]:
        name = user["name"]
        if user["disabled"]:
            with pytest.raises(AuthenticationError):
                accounts.sign_in(name, old.passwords[name], 1)
        else:
            token, _ = accounts.sign_in(name, old.passwords[name], 1)
            assert accounts.user_of(token)[0].name == name


def test_a_run_over_unchanged_articles_pays_nothing_and_proposes_nothing(old):
    plan = old.kb("run", *BOTH, "--dry-run")
    assert (plan["changed"], plan["removed"], plan["chunks_to_write"], plan["faqs_to_revise"]) == ([], [], 0, 0)
    assert set(plan["entries"].values()) == {0}
    report = old.kb("run", *BOTH)
    assert (report["model_calls"], report["failures"], report["given_up"]) == (0, [], 0)
    assert [changes["total"] for changes in report["changes"].values()] == [0, 0]
    assert contents(old.kb, old.home) == old.contents


def test_what_was_paid_is_not_paid_again(old, monkeypatch):
    """The first run once more, in an empty home that knows only the finished calls. A prompt of a new version may be asked.

    The packs' facts have got a context: where it fits, a prompt shows the market's value, as it did before there were any.
    """
    root, known = old.home.parent, {prompt for _, prompt, _ in old.contents["tables"]["model_calls"]}
    old.kb("status")  # migrates it
    fill_contexts(root / "locales")
    monkeypatch.setenv("KB_HOME", str(root / "empty"))
    monkeypatch.setenv("KB_SOURCE_DIR", str(root / "source-at-first"))
    old.kb("status")
    with closing(sqlite3.connect(root / "empty/kb.sqlite3")) as empty, empty:
        empty.execute("ATTACH ? AS old", (str(old.home / "kb.sqlite3"),))
        empty.executescript(COPY)
    with ScriptedModel() as model:
        monkeypatch.setenv("KB_LLM_BASE_URL", model.url)
        report = old.kb("run", *BOTH)
    with closing(sqlite3.connect(root / "empty/kb.sqlite3")) as empty:
        calls = empty.execute("SELECT prompt, fingerprint FROM model_calls").fetchall()
    before = {fingerprint for fingerprint, _, _ in old.contents["tables"]["model_calls"]}
    assert not {prompt for prompt, fingerprint in calls if fingerprint not in before} & known
    assert report["cached_calls"] > 0
    assert report["failures"] == []


def test_a_pending_text_goes_live_in_a_third_release_and_is_rolled_back(old):
    question = "จัดส่งใช้เวลากี่วัน"
    (pending,) = (change for change in old.contents["changes"]["pending"] if change["question"] == question)
    assert old.kb("review", "approve", pending["id"], "--as", "มาลี")["state"] == "approved"
    (plan,) = old.kb("release", "publish", "--market", "th-TH", "--dry-run")["plans"]
    undone = old.contents["status"]["th-TH"]["live_release"].replace("r0001", "r0002")
    assert (plan["hold"]["actor"], plan["hold"]["reason"]) == ("dara", f"rolled back from {undone}")
    old.kb("release", "lift", "--market", "th-TH", "--reason", "ผิดข้อเดียว")
    published = old.kb("release", "publish", "--market", "th-TH")
    assert (published["release"], published["state"], published["error"]) == ("th-TH/r0003", "live", None)
    found = old.kb("search", question, "--market", "th-TH")
    assert (found["release"], found["hits"][0]["answer"]) == ("th-TH/r0003", pending["answer"])
    back = old.kb("release", "rollback", "th-TH")
    assert back["release"] == old.contents["status"]["th-TH"]["live_release"]
    found = old.kb("search", question, "--market", "th-TH")
    assert pending["answer"] not in [hit["answer"] for hit in found["hits"]]
    audit = old.kb("audit", "verify")
    assert audit["ok"]
    assert audit["events"] > old.contents["audit"]["events"]
