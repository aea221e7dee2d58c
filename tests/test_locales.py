"""The shipped packs are whole, fit the sample articles, and are well written."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import yaml

from kb_pipeline.adapters.packs.files import check_packs, load_market, load_markets, market_tags
from kb_pipeline.adapters.source.files import SourceFiles
from kb_pipeline.cli.demo.steps import ARTICLE, QUESTIONS
from kb_pipeline.domain.articles import FrontMatter
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.markets import Market, TermStatus
from kb_pipeline.steps.checks import PROFILES, Profile, Subject, run_rules
from kb_pipeline.steps.checks.grounding import grounded
from kb_pipeline.steps.checks.policy import clause_missing, unavailable
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.facts.addresses import addresses
from kb_pipeline.steps.facts.compare import comparison_value, facts_of
from kb_pipeline.steps.language.scripts import scripts_of

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "locales"
ARTICLES = {path: path.read_text("utf-8") for path in sorted((ROOT / "kb_source").rglob("*.md"))}
FULL_PACKS = ("de-DE", "en-US", "ja-JP", "th-TH")  # those that know every label and term of the sample articles
OTHER_CURRENCY = ("de-DE", "ja-JP", "th-TH")  # the articles' amounts are in US dollars
DAY = date(2025, 12, 1)

HAN = re.compile(r"[\u3400-\u9fff]")
DECOMPOSED_SARA_AM = "\N{THAI CHARACTER NIKHAHIT}\N{THAI CHARACTER SARA AA}"
AMOUNT = re.compile(r"\$\d[\d,]*(?:\.\d+)?")
BOLD = re.compile(r"\*\*(.+?)\*\*")


@cache
def pack(tag: str) -> Market:
    return load_market(LOCALES, tag)


def labels(text: str) -> set[str]:
    """The single UI labels that an article names: its bold runs, split at ` > `."""
    return {label for run in BOLD.findall(text) for label in run.split(" > ")}


def front_matter(text: str) -> FrontMatter:
    return FrontMatter.model_validate(yaml.safe_load(text.split("---\n", 2)[1]))


def served(market: Market) -> list[str]:
    """The articles that speak of this market: its own by their front matter, without those on what it does not have."""
    absent = {word.casefold() for item in market.unavailable for word in item.words}
    heads = {text: front_matter(text) for text in ARTICLES.values()}
    return [
        t for t, head in heads.items() if market.tag in (head.markets or [market.tag]) and head.title.casefold() not in absent
    ]


def told_to_customers(market: Market) -> list[str]:
    """All texts of a pack that can reach an entry."""
    terms = [t.target for t in market.terms if t.status is not TermStatus.FORBIDDEN]
    examples = [text for example in market.examples for text in example[2:]]
    clauses = [clause.text for clause in market.clauses]
    return [*terms, *(s.target for s in market.ui_strings), *(f.value for f in market.facts), *examples, *clauses]


def money(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.]", "", text))


def test_every_shipped_pack_is_faultless() -> None:
    assert check_packs(LOCALES, DAY) == ()
    assert tuple(market.tag for market in load_markets(LOCALES)) == market_tags(LOCALES)
    assert set(FULL_PACKS) <= set(market_tags(LOCALES))


@pytest.mark.parametrize("tag", FULL_PACKS)
@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_every_ui_label_of_an_article_has_its_live_label(tag: str, path: Path) -> None:
    language = path.parent.name
    known = {s.source for s in pack(tag).ui_strings if s.source_lang == language}
    assert labels(ARTICLES[path]) - known == set()


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_no_label_is_kept_that_no_article_names(tag: str) -> None:
    named = set().union(*map(labels, ARTICLES.values()))
    assert {s.source for s in pack(tag).ui_strings} == named


@pytest.mark.parametrize("tag", OTHER_CURRENCY)
def test_every_amount_of_a_markets_articles_has_exactly_one_value_of_its_own(tag: str) -> None:
    market = pack(tag)
    named = {amount for text in served(market) for amount in AMOUNT.findall(text)}
    facts = [f for f in market.facts if f.source_value.startswith("$")]
    assert sorted(money(f.source_value) for f in facts) == sorted(map(money, named))


@pytest.mark.parametrize("tag", OTHER_CURRENCY)
def test_no_value_is_a_conversion_by_one_rate(tag: str) -> None:
    facts = [f for f in pack(tag).facts if f.source_value.startswith("$")]
    values = [(fact_value(f.value, tag), money(f.source_value)) for f in facts]
    assert len({ours / theirs for ours, theirs in values}) > 10


def fact_value(text: str, tag: str) -> Decimal:
    (fact,) = facts_of(text, pack(tag))
    return Decimal(fact.value)


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_every_value_of_the_facts_is_read_as_one_fact_of_the_same_kind(tag: str) -> None:
    market = pack(tag)
    for fact in (f for f in market.facts if f.source_value):
        (source,), (target,) = facts_of(fact.source_value, market), facts_of(fact.value, market)
        assert source.kind == target.kind, fact.key
        assert target.unit == (market.conventions.currency if target.kind is FactKind.MONEY else source.unit), fact.key


@pytest.mark.parametrize("tag", OTHER_CURRENCY)
def test_what_the_facts_call_the_sources_value_is_read_as_the_articles_are(tag: str) -> None:
    stated = {comparison_value(f) for path, text in ARTICLES.items() for f in extract(text, path.parent.name)}
    for fact in (f for f in pack(tag).facts if f.source_value):
        assert {comparison_value(f) for f in facts_of(fact.source_value, pack(tag))} <= stated, fact.key


@pytest.mark.parametrize("tag", OTHER_CURRENCY)
def test_a_period_that_differs_stands_in_one_article_only(tag: str) -> None:
    periods = [f.source_value for f in pack(tag).facts if f.source_value[:1].isdigit()]
    assert len(periods) >= 2
    for period in periods:
        assert sum(bool(re.search(rf"\b{period}\b", text)) for text in ARTICLES.values()) == 1, period


def test_the_thai_of_the_pack_is_clean() -> None:
    market = pack("th-TH")
    for text in [*told_to_customers(market), market.style, market.style_brief, *market.conventions.question_words]:
        assert DECOMPOSED_SARA_AM not in text, text
        assert not HAN.search(text), text
        assert unicodedata.is_normalized("NFC", text), text


def test_the_japanese_of_the_pack_has_no_character_that_only_chinese_writes() -> None:
    for text in told_to_customers(pack("ja-JP")):
        text.encode("cp932")


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_no_pack_tells_customers_anything_in_a_script_it_does_not_allow(tag: str) -> None:
    market = pack(tag)
    for text in told_to_customers(market):
        assert scripts_of(text).keys() <= {*market.conventions.scripts, "Zyyy", "Zinh"}, text


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_the_examples_follow_the_pack_they_teach(tag: str) -> None:
    market = pack(tag)
    rules = tuple(rule for rule in PROFILES[Profile.SAVING] if rule is not grounded)  # they cite nothing
    for asked, stated, question, answer in market.examples:
        source, target = FaqText(question=asked, answer=stated), FaqText(question=question, answer=answer)
        subject = Subject(source=source, target=target, source_language="en", market=market, day=DAY)
        assert run_rules(subject, rules) == ()


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_the_pack_writes_no_word_that_it_forbids(tag: str) -> None:
    market = pack(tag)
    foreign = [*market.conventions.spelling, *market.conventions.tone.avoid]
    for text in [*told_to_customers(market)]:
        assert not [word for word in foreign if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)], text


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_a_clause_holds_somewhere_and_says_nothing_that_the_facts_do_not_know(tag: str) -> None:
    market = pack(tag)
    known = {comparison_value(f) for fact in market.facts for f in facts_of(fact.value, market)}
    for clause in market.clauses:
        on_topic = [text for text in served(market) if clause.topic in front_matter(text).topics]
        assert any(word.casefold() in text.casefold() for text in on_topic for word in clause.when or (clause.topic,))
        assert {comparison_value(f) for f in facts_of(clause.text, market)} <= known


@pytest.mark.parametrize("tag", [tag for tag in FULL_PACKS if pack(tag).language in QUESTIONS])
def test_the_demos_article_needs_no_clause_in_the_markets_that_the_demo_shows(tag: str) -> None:
    text = ARTICLES[ROOT / "kb_source" / ARTICLE]
    faq = FaqText(question=front_matter(text).title, answer=text)
    subject = Subject(
        source=faq, target=faq, source_language="en", market=pack(tag), day=DAY, topics=front_matter(text).topics
    )  # fmt: skip
    assert run_rules(subject, (clause_missing, unavailable)) == ()


def test_german_law_is_said_where_the_return_window_is() -> None:
    text = ARTICLES[ROOT / "kb_source" / ARTICLE]
    german = "Sie können die meisten Artikel innerhalb von 15 Tagen nach der Lieferung zurückgeben."
    faqs = [FaqText(question="Wie lange kann ich Artikel zurückgeben?", answer=german + more) for more in ("", " {}")]
    market = pack("de-DE")
    with_clause = [f.model_copy(update={"answer": f.answer.format(market.clauses[0].text)}) for f in faqs]
    subjects = [
        Subject(source=FaqText(question="Return", answer=text), target=f, source_language="en", market=market, day=DAY,
                topics=("returns",)) for f in with_clause
    ]  # fmt: skip
    assert [len(run_rules(subject, (clause_missing,))) for subject in subjects] == [1, 0]


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_the_style_brief_is_short(tag: str) -> None:
    market = pack(tag)
    assert 1 <= len(market.style_brief.splitlines()) <= 6
    assert all(len(line) <= 110 for line in market.style_brief.splitlines())
    assert 1 <= len(market.examples) <= 2


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_a_term_of_a_source_has_one_preferred_target(tag: str) -> None:
    preferred = [(t.source, t.source_lang) for t in pack(tag).terms if t.status is TermStatus.PREFERRED]
    assert len(preferred) == len(set(preferred))


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_the_brand_is_never_translated(tag: str) -> None:
    kept = {t.source for t in pack(tag).terms if t.status is TermStatus.DO_NOT_TRANSLATE}
    assert {"Marigold Market", "Marigold Coins"} <= kept


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_every_golden_query_names_an_article_of_the_market_and_few_articles_have_none(tag: str) -> None:
    read = SourceFiles(ROOT / "kb_source", languages=("en", "zh-CN"), max_bytes=1_000_000).read()
    known = {front_matter(text).id for text in served(pack(tag))}
    named = {golden.article_id for golden in pack(tag).golden}
    assert known <= {article.id for article in read}
    assert named <= known
    assert len(known - named) <= 3
    assert len(pack(tag).golden) == 15


@pytest.mark.parametrize("tag", FULL_PACKS)
def test_a_pack_lists_where_its_entries_may_lead(tag: str) -> None:
    """Our own domain is listed, all that the articles name is below it, and nobody else's is."""
    market = load_market(LOCALES, tag)
    said = [address for address in addresses("\n".join(ARTICLES.values())) if "." in address.host]
    assert said
    assert all(any(address.is_below(listed) for listed in market.addresses) for address in said)
    assert not any(address.is_below(listed) for listed in market.addresses for address in addresses("evil.example"))
