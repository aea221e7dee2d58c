"""A new market is a folder that passes the check at once, says what is left to decide, and takes nothing over that is law."""

import shutil
from datetime import date

import pytest

from kb_pipeline.adapters.packs import scaffold as scaffold_module
from kb_pipeline.adapters.packs.files import check_packs, load_market, market_tags
from kb_pipeline.adapters.packs.scaffold import scaffold, write_scaffold
from kb_pipeline.domain.markets import TermStatus
from kb_pipeline.errors import ConflictError, UnknownMarketError, UsageError
from tests.conftest import ROOT

DAY = date(2025, 12, 1)


@pytest.fixture
def locales(tmp_path):
    return shutil.copytree(ROOT / "locales", tmp_path / "locales")


def add(root, tag, model=""):
    write_scaffold(scaffold(root, tag, model))
    return load_market(root, tag)


@pytest.mark.parametrize("tag", ["vi-VN", "es-MX", "el-GR", "ar-SA", "lo-LA", "zh-TW", "ko-KR", "hi-IN", "en-TH", "sr-Latn-RS"])
def test_a_new_pack_passes_the_check_at_once(locales, tag):
    market = add(locales, tag)
    assert market.tag == tag
    assert check_packs(locales, DAY) == ()
    assert not [path for path in locales.iterdir() if path.name.startswith(".")]


def test_it_knows_its_form_and_what_stays_in_every_market_and_no_amount(locales):
    market = add(locales, "vi-VN")
    assert (market.name, market.language_name, market.conventions.currency) == ("Vietnam", "Vietnamese", "VND")
    assert {(t.source, t.target) for t in market.terms} == {
        (n, n) for n in ("Marigold Market", "Marigold Wallet", "Marigold Coins")
    }
    assert {t.status for t in market.terms} == {TermStatus.DO_NOT_TRANSLATE}
    assert {"refund", "payment"} <= set(market.risk_topics)
    assert (market.facts, market.clauses, market.unavailable, market.fallback) == ((), (), (), ())
    assert "1.250\xa0₫" in market.style_brief
    assert all(len(line) <= 110 for line in market.style_brief.splitlines())


def test_what_a_person_must_decide_is_a_check_list(locales):
    style = add(locales, "vi-VN").style
    for name in ("conventions.tone", "examples", "fallback", "clauses", "unavailable", "risk_topics", "golden.csv"):
        assert name in style
    assert "shipping-fee-standard ($4.99)" in style
    assert "Track parcel" in style
    assert style.count("- [ ] ") == len(scaffold(locales, "id-ID").to_decide)


def test_a_pack_of_the_same_language_brings_its_words_and_never_its_law_or_amounts(locales):
    german = load_market(locales, "de-DE")
    austrian = add(locales, "de-AT", "de-DE")
    assert (austrian.terms, austrian.ui_strings, austrian.golden) == (german.terms, german.ui_strings, german.golden)
    assert austrian.conventions.tone == german.conventions.tone
    assert austrian.limits == german.limits
    assert austrian.conventions.spelling == {}  # Jänner is right there
    assert (austrian.facts, austrian.clauses, austrian.unavailable) == ((), (), ())
    assert "taken from de-DE" in austrian.style


def test_a_pack_of_another_language_brings_no_words(locales):
    lao = add(locales, "lo-LA", "th-TH")
    assert {t.status for t in lao.terms} == {TermStatus.DO_NOT_TRANSLATE}
    assert (lao.ui_strings, lao.golden, lao.conventions.tone.particles) == ((), (), ())
    assert lao.limits == load_market(locales, "th-TH").limits


def test_the_first_pack_of_all_needs_no_other(tmp_path):
    market = add(tmp_path, "th-TH")
    assert (market.terms, market.risk_topics) == ((), ())
    assert market.conventions.buddhist_era
    assert check_packs(tmp_path) == ()


@pytest.mark.parametrize(
    ("tag", "model", "error", "message"),
    [
        ("th-TH", "", UsageError, "already"),
        ("vi", "", UsageError, "did you mean 'vi-VN'"),
        ("../th-TH", "", UsageError, "BCP-47"),
        ("vi-VN", "fr-FR", UnknownMarketError, "fr-FR"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(locales, tag, model, error, message):
    before = market_tags(locales)
    with pytest.raises(error, match=message) as caught:
        scaffold(locales, tag, model)
    assert caught.value.remedy or "did you mean" in str(caught.value)
    assert market_tags(locales) == before


def test_whoever_was_faster_keeps_the_folder(locales):
    made = scaffold(locales, "vi-VN")
    (locales / "vi-VN").mkdir()
    (locales / "vi-VN" / "notes.txt").write_text("mine")
    with pytest.raises(ConflictError, match="made meanwhile"):
        write_scaffold(made)
    assert [path.name for path in (locales / "vi-VN").iterdir()] == ["notes.txt"]
    assert not [path for path in locales.iterdir() if path.name.startswith(".")]


def test_a_pack_that_fails_to_load_leaves_nothing_behind(locales, monkeypatch):
    made = scaffold(locales, "vi-VN")

    def fail(*_):
        raise RuntimeError("the power went")

    monkeypatch.setattr(scaffold_module, "load_market", fail)
    with pytest.raises(RuntimeError):
        write_scaffold(made)
    assert sorted(path.name for path in locales.iterdir()) == list(market_tags(ROOT / "locales"))


@pytest.mark.parametrize(
    ("tag", "near"),
    [("de-AT", "(near: de-DE)"), ("en-GB", "(near: en-US)"), ("en-TH", "(near: en-US)"), ("vi-VN", None), ("lo-LA", None)],
)
def test_a_market_is_called_near_only_if_its_entries_can_be_read_there(locales, tag, near):
    (line,) = (line for line in scaffold(locales, tag).to_decide if "fallback" in line)
    assert near in line if near else "near:" not in line
