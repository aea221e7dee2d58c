"""`kb market` adds, lists and shows packs."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from kb_pipeline.cli.language.market import app
from kb_pipeline.errors import UnknownMarketError, UsageError
from tests.conftest import ROOT


@pytest.fixture
def locales(tmp_path, monkeypatch):
    root = shutil.copytree(ROOT / "locales", tmp_path / "locales")
    monkeypatch.setenv("KB_LOCALES_DIR", str(root))
    return root


def market(*words):
    done = CliRunner().invoke(app, words)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0
    return done.stdout


def test_a_market_is_added_listed_and_shown(locales):
    output = market("add", "vi-VN")
    assert "To decide by a person" in output
    assert "kb market show vi-VN" in output
    assert (locales / "vi-VN" / "market.yaml").is_file()
    assert "Vietnam" in market("list")
    assert "1.250\xa0₫ (VND)" in market("show", "vi-VN")


def test_a_dry_run_shows_the_pack_and_writes_nothing(locales):
    output = market("add", "es-MX", "--dry-run")
    assert "currency: MXN" in output
    assert "begin with ¿" in output
    assert "nothing was written" in output
    assert not (locales / "es-MX").exists()


def test_json_has_the_files_and_what_is_to_decide(locales):
    report = json.loads(market("add", "de-AT", "--from", "de-DE", "--json"))
    assert report["written"] is True
    assert set(report["files"]) == {path.name for path in (locales / "de-AT").iterdir()}
    assert any("taken from de-DE" in line for line in report["to_decide"])


@pytest.mark.parametrize(("tag", "error"), [("th-TH", UsageError), ("thai", UsageError), ("vi_VN", UsageError)])
def test_a_tag_that_cannot_be_added_is_a_wrong_call(locales, tag, error):
    with pytest.raises(error) as caught:
        market("add", tag)
    assert caught.value.exit_code == 2
    assert caught.value.remedy


def test_the_list_counts_every_pack_and_tells_its_problems(locales):
    with (locales / "th-TH" / "facts.csv").open("a", encoding="utf-8") as file:
        file.write("winter-sale,$7,฿99,2024-01-01,2024-03-01,TH-X,winter sale,\n")
    (locales / "ja-JP" / "termbase.csv").write_text("source\n", "utf-8")
    rows = {row["tag"]: row for row in json.loads(market("list", "--json"))["markets"]}
    assert rows["de-DE"]["problems"] == []
    assert rows["de-DE"]["golden"] == 15
    assert "expired-fact" in rows["th-TH"]["problems"][0]
    assert rows["th-TH"]["facts"] == 26
    assert "terms" not in rows["ja-JP"]
    assert "wrong-header" in market("list")


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("en-US", ["$1,250.00 (USD)", "March 1, 2025", "12 hours", "specific legal rights"]),
        ("th-TH", ["฿1,250.00 (THB)", "1 มีนาคม 2568 (Buddhist years)", "end with a space", "อุทธรณ์"]),
        ("ja-JP", ["2025年3月1日", "クーリング・オフ", "Hira, Kana, Hani, Latn"]),
        ("de-DE", ["1.250,00\xa0€ (EUR)", "„ “", "Widerrufsrecht", "cash on delivery (DE-PAY-002)", "fallback       none"]),
    ],
)
def test_a_market_is_shown_with_its_own_forms_and_rules(locales, tag, shown):
    output = market("show", tag)
    assert [text for text in shown if text not in output] == []
    report = json.loads(market("show", tag, "--json"))
    assert report["samples"]["money"] in output
    assert report["conventions"]["currency"] in output


def test_a_market_that_is_not_there_is_told_with_how_to_add_it(locales):
    with pytest.raises(UnknownMarketError, match="kb market add vi-VN"):
        market("show", "vi-VN")
