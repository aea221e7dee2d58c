"""The shipped packs are whole, fit the sample articles, and are well written."""

import re
import unicodedata
from pathlib import Path

import pytest

from kb_pipeline.adapters.packs_files import check_packs, load_market, load_markets
from kb_pipeline.adapters.source_files import SourceFiles
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.markets import Market, TermStatus
from kb_pipeline.steps.facts.compare import facts_of

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "locales"
ARTICLES = {path: path.read_text("utf-8") for path in sorted((ROOT / "kb_source").rglob("*.md"))}
FULL_PACKS = ("en-US", "th-TH")  # those that know every label and term of the sample articles

HAN = re.compile(r"[\u3400-\u9fff]")
DECOMPOSED_SARA_AM = "\N{THAI CHARACTER NIKHAHIT}\N{THAI CHARACTER SARA AA}"
AMOUNT = re.compile(r"\$\d[\d,]*(?:\.\d+)?")
BOLD = re.compile(r"\*\*(.+?)\*\*")


def labels(text: str) -> set[str]:
    """The single UI labels that an article names: its bold runs, split at ` > `."""
    return {label for run in BOLD.findall(text) for label in run.split(" > ")}


def told_to_customers(market: Market) -> list[str]:
    """All texts of a pack that can reach an entry."""
    terms = [t.target for t in market.terms if t.status is not TermStatus.FORBIDDEN]
    examples = [text for example in market.examples for text in example[2:]]
    return [*terms, *(s.target for s in market.ui_strings), *(f.value for f in market.facts), *examples]


def test_every_shipped_pack_is_faultless() -> None:
    assert check_packs(LOCALES) == ()
    assert {market.tag for market in load_markets(LOCALES)} >= set(FULL_PACKS)


@pytest.mark.parametrize("tag", FULL_PACKS)
@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_every_ui_label_of_an_article_has_its_live_label(tag: str, path: Path) -> None:
    language = path.parent.name
    known = {s.source for s in load_market(LOCALES, tag).ui_strings if s.source_lang == language}
    assert labels(ARTICLES[path]) - known == set()


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_no_label_is_kept_that_no_article_names(tag: str) -> None:
    named = set().union(*map(labels, ARTICLES.values()))
    assert {s.source for s in load_market(LOCALES, tag).ui_strings} == named


def test_every_amount_of_the_articles_has_exactly_one_thai_value() -> None:
    named = {amount for text in ARTICLES.values() for amount in AMOUNT.findall(text)}
    facts = [f for f in load_market(LOCALES, "th-TH").facts if f.source_value.startswith("$")]
    assert sorted(f.source_value for f in facts) == sorted(named)
    assert all(re.fullmatch(r"฿\d[\d,]*", f.value) for f in facts)


def test_no_thai_value_is_a_conversion_by_one_rate() -> None:
    facts = [f for f in load_market(LOCALES, "th-TH").facts if f.source_value.startswith("$")]
    rates = {float(f.value[1:].replace(",", "")) / float(f.source_value[1:].replace(",", "")) for f in facts}
    assert len(rates) > 10


def test_every_value_of_the_thai_facts_is_read_as_one_fact_of_the_same_kind() -> None:
    market = load_market(LOCALES, "th-TH")
    for fact in market.facts:
        (source,), (target,) = facts_of(fact.source_value, market), facts_of(fact.value, market)
        assert source.kind == target.kind, fact.key
        assert target.unit == ("THB" if target.kind is FactKind.MONEY else source.unit), fact.key


def test_a_period_that_differs_in_thailand_stands_in_one_article_only() -> None:
    periods = [f.source_value for f in load_market(LOCALES, "th-TH").facts if f.source_value[:1].isdigit()]
    assert len(periods) >= 3
    for period in periods:
        assert sum(bool(re.search(rf"\b{period}\b", text)) for text in ARTICLES.values()) == 1, period


def test_the_thai_of_the_pack_is_clean() -> None:
    market = load_market(LOCALES, "th-TH")
    for text in [*told_to_customers(market), market.style, market.style_brief, *market.conventions.question_words]:
        assert DECOMPOSED_SARA_AM not in text, text
        assert not HAN.search(text), text
        assert unicodedata.is_normalized("NFC", text), text


def test_no_pack_tells_customers_anything_in_a_script_it_does_not_allow() -> None:
    names = {"Latn": "LATIN", "Thai": "THAI"}
    for market in (load_market(LOCALES, tag) for tag in FULL_PACKS):
        allowed = tuple(names[script] for script in market.conventions.scripts)
        for text in told_to_customers(market):
            assert all(unicodedata.name(c).startswith(allowed) for c in text if c.isalpha()), text


def test_the_thai_examples_follow_the_pack_they_teach() -> None:
    market = load_market(LOCALES, "th-TH")
    forbidden = [t.target for t in market.terms if t.status is TermStatus.FORBIDDEN]
    for _, _, question, answer in market.examples:
        assert any(word in question for word in market.conventions.question_words)
        assert not answer.endswith(".")
        assert not any(word in question + answer for word in forbidden)


def test_the_examples_in_american_english_follow_the_pack_they_teach() -> None:
    market = load_market(LOCALES, "en-US")
    for _, _, question, answer in market.examples:
        assert not any(re.search(rf"\b{word}\b", question + " " + answer) for word in market.conventions.spelling)


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_the_style_brief_is_short(tag: str) -> None:
    market = load_market(LOCALES, tag)
    assert 1 <= len(market.style_brief.splitlines()) <= 6
    assert all(len(line) <= 110 for line in market.style_brief.splitlines())
    assert 1 <= len(market.examples) <= 2


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_a_term_of_a_source_has_one_preferred_target(tag: str) -> None:
    preferred = [(t.source, t.source_lang) for t in load_market(LOCALES, tag).terms if t.status is TermStatus.PREFERRED]
    assert len(preferred) == len(set(preferred))


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_the_brand_is_never_translated(tag: str) -> None:
    kept = {t.source for t in load_market(LOCALES, tag).terms if t.status is TermStatus.DO_NOT_TRANSLATE}
    assert {"Marigold Market", "Marigold Coins"} <= kept


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_every_golden_query_names_a_sample_article_and_few_articles_have_none(tag: str) -> None:
    known = {article.id for article in SourceFiles(ROOT / "kb_source", languages=("en", "zh-CN"), max_bytes=1_000_000).read()}
    named = {golden.article_id for golden in load_market(LOCALES, tag).golden}
    assert named <= known
    assert len(known - named) <= 3
