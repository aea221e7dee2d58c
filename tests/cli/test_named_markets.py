"""A market that is named wrong is never taken for none: the error says what there is, and what is near, if anything is."""

import json
import sys

import pytest

from kb_pipeline.cli.app import main
from tests.conftest import ROOT
from tests.databases import use_home

KNOWN = "known: de-DE, en-US, ja-JP, th-TH"


@pytest.fixture
def kb(tmp_path, monkeypatch, capsys):
    use_home(monkeypatch, tmp_path / "home")
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("KB_SOURCE_DIR", str(ROOT / "kb_source"))
    (tmp_path / "entries.csv").write_text("question,answer\nคืนได้ไหม,คืนได้ภายใน 15 วัน\n", "utf-8")
    monkeypatch.chdir(tmp_path)

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["kb", *words])
        with pytest.raises(SystemExit) as done:
            main()
        out = capsys.readouterr()
        return done.value.code, out.out, out.err

    return call


TAKING = [
    ("run", "--dry-run", "--market"),
    ("import", "entries.csv", "--market"),
    ("search", "คืนได้ไหม", "--market"),
    ("review", "list", "--market"),
    ("release", "list", "--market"),
    ("release", "publish", "--dry-run", "--market"),
    ("release", "show"),
    ("release", "hold", "--market"),
    ("release", "lift", "--market"),
    ("entry", "list", "--market"),
    ("entry", "conflicts", "--market"),
    ("release", "rollback"),
    ("release", "verify"),
    ("terms", "list", "--market"),
    ("memory", "list", "--market"),
    ("qa", "entries.csv", "--market"),
    ("market", "show"),
    ("key", "add", "chatbot", "--market"),
]


@pytest.mark.parametrize("words", TAKING, ids=" ".join)
def test_an_unknown_market_is_an_error_wherever_one_is_named(kb, words):
    code, _, err = kb(*words, "xx-XX")
    assert code == 2
    assert "no locale pack for 'xx-XX'" in err
    assert KNOWN in err
    assert "did you mean" not in err
    assert "kb market add" not in err, "xx-XX can be no market"


@pytest.mark.parametrize("words", TAKING, ids=" ".join)
def test_an_empty_market_is_none(kb, words):
    code, _, err = kb(*words, "")
    assert code == 2
    assert "no locale pack for ''" in err


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        ("th_TH", "did you mean th-TH? known"),
        ("th", "did you mean th-TH? known"),
        ("TH", "did you mean th-TH? known"),
        ("ht-TH", "did you mean th-TH? known"),
        ("vi-VN", f"what to do: {KNOWN}; a new one: kb market add vi-VN"),
        ("en-GB", f"what to do: {KNOWN}; a new one: kb market add en-GB"),
        ("ไทย", f"what to do: {KNOWN}\n"),
    ],
)
def test_only_a_market_that_is_there_and_near_is_named_instead(kb, named, hint):
    code, _, err = kb("run", "--dry-run", "--market", named)
    assert code == 2
    assert hint in err


@pytest.mark.parametrize("named", [("TH-th",), ("th-TH", "th-th", "TH-TH")])
def test_case_tells_no_two_markets_apart_and_twice_is_once(kb, named):
    options = [word for tag in named for word in ("--market", tag)]
    code, out, _ = kb("run", "--dry-run", "--json", *options)
    assert (code, list(json.loads(out)["entries"])) == (0, ["th-TH"])
    code, out, _ = kb("import", "entries.csv", "--json", "--propose", *options)
    assert (code, json.loads(out)["proposed"]) == (0, 1)
    code, out, _ = kb("review", "list", "--json", *options)
    assert [change["market"] for change in json.loads(out)["changes"]] == ["th-TH"]
    assert kb("release", "list", "--json", *options)[0] == 0
    code, out, _ = kb("key", "add", "chatbot", "--json", *options)
    assert json.loads(out)["markets"] == ["th-TH"]


@pytest.mark.parametrize(
    "words", [("import", "entries.csv"), ("search", "คืนได้ไหม"), ("review", "list"), ("release", "list"), ("qa", "entries.csv")]
)
def test_two_markets_where_one_is_meant_are_an_error_not_the_last_of_them(kb, words):
    code, _, err = kb(*words, "--market", "en-US", "--market", "th-TH")
    assert code == 2
    assert "2 markets are named: en-US, th-TH" in err
    assert "name one of them" in err


@pytest.mark.parametrize("text", ["", "question,answer\n", "q,a\n", "\ufeffquestion,answer,phrasings\r\n"])
def test_a_file_without_a_row_is_not_taken_for_an_import_of_none(kb, tmp_path, text):
    (tmp_path / "none.csv").write_text(text, "utf-8")
    code, _, err = kb("import", "none.csv", "--market", "th-TH")
    assert code == 2
    assert "'none.csv' has no row" in err
    assert "question, answer and, if you like, phrasings" in err


def test_a_term_goes_to_the_pack_whatever_the_case(kb, tmp_path):
    (tmp_path / "terms.csv").write_text("source,target\nbasket,ตะกร้า\n", "utf-8")
    code, out, _ = kb("terms", "import", "terms.csv", "--market", "TH-th", "--dry-run", "--json")
    assert (code, json.loads(out)["market"]) == (0, "th-TH")


def test_a_pattern_that_nothing_is_like_is_an_error_of_run_and_of_parse(kb):
    for words in (("run", "--dry-run"), ("parse",)):
        code, out, err = kb(*words, "--only", "en/retruns.md", "--json")
        assert code == 2
        assert json.loads(out)["error"]["message"] == "no article's path is like 'en/retruns.md'"
        assert "did you mean 'en/returns.md'?" in err
    code, out, _ = kb("parse", "--only", "en/returns.md", "--json")
    assert (code, json.loads(out)["articles"]) == (0, 1)
