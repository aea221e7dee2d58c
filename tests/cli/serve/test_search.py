"""`kb search` says what the API would say."""

import json
import sys

import pytest

from kb_pipeline.cli.app import main
from tests.conftest import ROOT
from tests.databases import use_home
from tests.services.serve.served import LOCKERS, RETURNS, RETURNS_TH, Served


@pytest.fixture
def kb(tmp_path, monkeypatch, capsys):
    use_home(monkeypatch, tmp_path)
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["kb", "search", *words])
        with pytest.raises(SystemExit) as done:
            main()
        out = capsys.readouterr()
        return done.value.code, out.out, out.err

    return call


@pytest.fixture
def served(tmp_path, store, embedder):
    return Served(tmp_path, store, embedder)


def test_the_answer_comes_first_and_json_has_all(kb, served):
    served.publish("en-US", served.approve("en-US", RETURNS), served.approve("en-US", LOCKERS))
    returns = served.approve("th-TH", RETURNS_TH)
    served.publish("th-TH", returns)
    code, out, _ = kb(RETURNS_TH[0], "--market", "th-TH", "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["release"], report["market"], report["level"]) == ("th-TH/r0001", "th-TH", 0)
    assert (report["abstained"], report["reason"]) == (False, None)
    assert report["confidence"] == report["hits"][0]["confidence"]
    assert (report["hits"][0]["entry_id"], report["hits"][0]["question"]) == (returns.entry_id, RETURNS_TH[0])
    code, out, _ = kb(RETURNS[0], "--market", "en-US")
    assert code == 0
    assert out.index("15 days") < out.index("confidence")


def test_when_nothing_fits_it_says_so_and_shows_what_came_nearest(kb, served):
    served.publish("en-US", served.approve("en-US", RETURNS), served.approve("en-US", LOCKERS))
    code, out, _ = kb("Who painted the Mona Lisa?", "--market", "en-US")
    assert code == 0
    assert "Nothing is said" in out
    assert "what came nearest" in out


def test_a_topic_that_no_live_entry_has_is_an_error_that_names_those_there_are(kb, served):
    served.publish("en-US", served.approve("en-US", RETURNS, topics=("returns",)), served.approve("en-US", LOCKERS))
    served.publish("th-TH", served.approve("th-TH", RETURNS_TH, topics=("การคืน",)))
    code, _, err = kb("คืนสินค้าได้กี่วัน", "--market", "th-TH", "--topic", "การคินน")
    assert code == 2
    assert "no live entry has the topic 'การคินน'" in err
    assert "topics: returns, การคืน" in err, "the market's own and its fallback's"
    assert "topics: การคืน\n" in kb("คืนสินค้าได้กี่วัน", "--market", "th-TH", "--topic", "x", "--no-fallback")[2]
    assert kb("คืนสินค้าได้กี่วัน", "--market", "th-TH", "--topic", "returns")[0] == 0


def test_without_a_live_release_or_a_question_it_fails_with_a_remedy(kb):
    code, _, err = kb("คืนสินค้า", "--market", "th-TH")
    assert code == 2
    assert "kb release publish --market th-TH" in err
    assert kb("  ", "--market", "th-TH")[0] == 2
    assert kb("hello", "--market", "vi-VN")[0] == 2
