"""The checks alone, as a localization team runs them."""

import json
import os
import subprocess
import sys

import pytest

from kb_pipeline.adapters.interchange.tables import open_plainly
from kb_pipeline.cli.app import app, main
from kb_pipeline.cli.language.qa import reading
from tests.conftest import ROOT

ROWS = """en,th
You can return it within 15 days.,คุณคืนสินค้าได้ภายใน 15 วัน
You can return it within 7 days.,คุณคืนสินค้าได้ภายใน 15 วัน
Hello {name},สวัสดี
"""
# What other commands of ours load: more than half a second of a run over a small file.
IDLE = ("kb_pipeline.bootstrap", "numpy", "jinja2", "bs4", "markdown_it", "pythainlp", "jieba", "sqlalchemy", "rich.table")


@pytest.fixture
def qa(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KB_LOCALES_DIR", str(ROOT / "locales"))
    file = tmp_path / "blocks.csv"
    file.write_text(ROWS, encoding="utf-8")

    def run(*words):
        monkeypatch.setattr("sys.argv", ["kb", "qa", str(file), "--market", "th-TH", "--fields", "en,th", *words])
        with pytest.raises(SystemExit) as done:
            main()
        return done.value.code, capsys.readouterr().out

    assert app is not None
    return run


def test_a_changed_number_and_a_lost_placeholder_are_found_where_they_are(qa):
    code, out = qa("--json")
    report = json.loads(out)
    assert (code, report["blocks"], report["flagged"]) == (1, 3, 2)
    found = {(f["index"], f["rule"], f["severity"]) for f in report["findings"]}
    assert {(1, "facts-preserved", "critical"), (2, "placeholder", "critical")} <= found
    assert not [f for f in report["findings"] if f["index"] == 0]
    assert report["blocks_per_second"] > 0
    spans = [f["span"] for f in report["findings"] if f["index"] == 1 and f["span"]]
    assert [ROWS.splitlines()[2].split(",")[1][a:b].strip() for a, b in spans] == ["15 วัน"]


def test_what_the_checks_do_not_need_is_not_loaded(tmp_path):
    file = tmp_path / "blocks.csv"
    file.write_text(ROWS, encoding="utf-8")
    words = ["kb", "qa", str(file), "--market", "th-TH", "--fields", "en,th", "--json"]
    code = f"""
import atexit, sys
atexit.register(lambda: print([name for name in {IDLE!r} if name in sys.modules], file=sys.stderr))
sys.argv = {words!r}
from kb_pipeline.cli.app import main
main()
"""
    environment = {**os.environ, "KB_LOCALES_DIR": str(ROOT / "locales")}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert ran.returncode == 1
    assert ran.stderr.strip() == "[]"


def test_one_rule_alone(qa):
    code, out = qa("--json", "--rule", "link")
    assert (code, json.loads(out)["findings"]) == (0, [])
    assert qa("--rule", "no-such-rule")[0] == 2


def test_for_people_it_is_a_table_with_a_summary(qa):
    code, out = qa()
    assert code == 1
    assert "3 blocks, 2 flagged" in out
    assert "facts-preserved" in out


def test_all_findings_are_in_the_json_and_the_first_ones_in_the_table(qa, tmp_path):
    (tmp_path / "blocks.csv").write_text("en,th\n" + "Hello {name},สวัสดี\n" * 120, encoding="utf-8")
    found = [f for f in json.loads(qa("--json", "--rule", "placeholder")[1])["findings"] if f["rule"] == "placeholder"]
    assert [f["index"] for f in found] == list(range(120))
    assert {f["place"] for f in found} >= {"line 2", "line 121"}
    out = qa("--rule", "placeholder", "--limit", "3")[1]
    assert "120 blocks, 120 flagged (100.0%): placeholder 120" in out
    assert "117 findings more" in out
    assert out.count("critical") == 3


def test_a_file_that_is_broken_further_down_is_one_error_and_no_half_report(qa, tmp_path):
    (tmp_path / "blocks.csv").write_text(ROWS + '"open', encoding="utf-8")
    code, out = qa("--json")
    assert (code, json.loads(out)["error"]["code"]) == (2, "usage")


@pytest.mark.parametrize("fields", ["en", "en,", "en,th,ja"])
def test_fields_are_two(qa, fields):
    assert qa("--fields", fields)[0] == 2


@pytest.mark.parametrize(("size", "is_shown"), [(100, False), (3_000_000, True)])
def test_a_long_file_has_a_bar_on_a_terminal(tmp_path, monkeypatch, size, is_shown):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * size)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with reading(path) as opened, opened(path) as file:
        assert file.read() == path.read_bytes()
    assert (opened is open_plainly) is not is_shown
