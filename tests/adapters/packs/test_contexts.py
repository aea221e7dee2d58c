"""What is amiss with the contexts of facts.csv is told with its line, and makes no pack unusable."""

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from kb_pipeline.adapters.packs.contexts import check_contexts
from kb_pipeline.adapters.packs.files import inspect_packs, load_market
from kb_pipeline.adapters.source.files import SourceFiles
from kb_pipeline.adapters.starter.knowledge_base import starter, write_starter
from kb_pipeline.domain.articles import Article
from kb_pipeline.domain.markets import FactContext

ROOT = Path(__file__).parents[3]
DAY = date(2025, 12, 1)
OLD = "key,source_value,value,valid_from,valid_until,source\nfee,$4.99,฿50,,,TH-1\n"


@pytest.fixture
def locales(tmp_path):
    return copytree(ROOT / "locales", tmp_path / "locales")


def articles(root=ROOT):
    read = SourceFiles(root / "kb_source", languages=("en", "zh-CN"), max_bytes=1_000_000).read()
    return [article for article in read if isinstance(article, Article)]


def warnings(locales, known):
    return check_contexts(locales, inspect_packs(locales, DAY), known, DAY)


def test_every_fact_that_is_shipped_is_sure_somewhere_in_the_articles():
    assert warnings(ROOT / "locales", articles()) == ()


def test_a_new_knowledge_base_has_nothing_to_warn_of(tmp_path):
    write_starter(starter(tmp_path / "kb"))
    assert warnings(tmp_path / "kb" / "locales", articles(tmp_path / "kb")) == ()


def test_an_old_file_is_read_and_asks_everywhere(locales):
    (locales / "th-TH" / "facts.csv").write_text(OLD, "utf-8")
    assert [fact.context for fact in load_market(locales, "th-TH").facts] == [FactContext()]
    (warning,) = warnings(locales, articles())
    assert (warning.code, warning.line) == ("fact-without-context", 2)
    assert "'fee' does not say what $4.99 is about" in warning.message


@pytest.mark.parametrize(
    ("context", "code", "said"),
    [
        ("winter sale,,", "context-fits-nowhere", "fits no sentence of the articles that has $4.99"),
        ("standard fee,,shiping", "unknown-article", "the article 'shiping', and there is none"),
        ("standard fee,standard,", "context-fits-nowhere", "'fee'"),
        (" | standard fee ||,,ship*", None, ""),
    ],
)
def test_a_context_that_fits_nowhere_is_told(locales, context, code, said):
    header = OLD.splitlines()[0]
    (locales / "th-TH" / "facts.csv").write_text(f"{header},phrases,unless,articles\nfee,$4.99,฿50,,,TH-1,{context}\n", "utf-8")
    found = warnings(locales, articles())
    assert [warning.code for warning in found] == ([code] if code else [])
    assert said in "".join(warning.message for warning in found)


def test_a_value_of_no_article_is_told_and_a_fact_of_the_market_alone_is_not(locales):
    rows = "key,source_value,value,valid_from,valid_until,source,phrases\nfee,$7,฿50,,,TH-1,ship\nhours,,8.00 น.,,,TH-2,\n"
    (locales / "th-TH" / "facts.csv").write_text(rows, "utf-8")
    assert [(warning.code, warning.line) for warning in warnings(locales, articles())] == [("value-in-no-article", 2)]
    assert warnings(locales, []) == ()
