"""The checks alone, as a localization team runs them."""

import json

import pytest

from kb_pipeline.cli.app import app, main
from tests.conftest import ROOT

ROWS = """en,th
You can return it within 15 days.,คุณคืนสินค้าได้ภายใน 15 วัน
You can return it within 7 days.,คุณคืนสินค้าได้ภายใน 15 วัน
Hello {name},สวัสดี
"""


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


def test_one_rule_alone(qa):
    code, out = qa("--json", "--rule", "link")
    assert (code, json.loads(out)["findings"]) == (0, [])
    assert qa("--rule", "no-such-rule")[0] == 2


def test_for_people_it_is_a_table_with_a_summary(qa):
    code, out = qa()
    assert code == 1
    assert "3 blocks, 2 flagged" in out
    assert "facts-preserved" in out
