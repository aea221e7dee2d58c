"""What was read is stored once, replaced when it changed, and gone when its file is gone."""

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.articles import Quarantined
from tests.adapters.store_sql.samples import MARKETS, article_of, chunk_of, sentences_of


@pytest.mark.parametrize("market", MARKETS)
def test_an_article_comes_back_as_it_was_read(store: SqlStore, market: str) -> None:
    article = article_of(market)
    sentences = sentences_of(article)
    chunk = chunk_of(article, sentences)
    assert store.save_article(article, sentences, [chunk])
    assert list(store.articles()) == [article]
    assert tuple(store.sentences(article.id)) == sentences
    assert list(store.chunks(article.id)) == list(store.chunks()) == [chunk]
    assert store.chunks()[0].id == chunk.id


@pytest.mark.parametrize("market", MARKETS)
def test_an_unchanged_article_is_not_written_again(store: SqlStore, market: str) -> None:
    article = article_of(market)
    sentences = sentences_of(article)
    store.save_article(article, sentences, [chunk_of(article, sentences)])
    assert not store.save_article(article, sentences, [chunk_of(article, sentences)])


@pytest.mark.parametrize("market", MARKETS)
def test_front_matter_or_another_cut_into_chunks_is_a_change(store: SqlStore, market: str) -> None:
    article = article_of(market)
    sentences = sentences_of(article)
    store.save_article(article, sentences, [chunk_of(article, sentences)])
    assert store.save_article(article_of(market, topic="payment"), sentences, [chunk_of(article, sentences)])
    halves = [chunk_of(article, sentences[:1]), chunk_of(article, sentences[1:])]
    assert store.save_article(article_of(market, topic="payment"), sentences, halves)
    assert [c.id for c in store.chunks(article.id)] == [c.id for c in halves]
    assert store.articles()[0].front_matter.topics == ("payment",)


def test_an_article_whose_file_is_gone_is_gone_until_it_comes_back(store: SqlStore) -> None:
    english, thai = (article_of(market) for market in MARKETS)
    for article in (english, thai):
        store.save_article(article, sentences_of(article), [chunk_of(article, sentences_of(article))])
    assert store.remove_articles_except([english.id]) == (thai.id,)
    assert store.remove_articles_except([english.id]) == ()
    assert [a.id for a in store.articles()] == [english.id]
    assert not store.sentences(thai.id)
    assert [c.article_id for c in store.chunks()] == [english.id]
    assert store.save_article(thai, sentences_of(thai), [chunk_of(thai, sentences_of(thai))])
    assert [a.id for a in store.articles()] == sorted([english.id, thai.id])


def test_many_articles_are_removed_at_once(store: SqlStore) -> None:
    articles = [article_of("th-TH", f"a{n:04}") for n in range(520)]
    for article in articles:
        store.save_article(article, (), ())
    assert store.remove_articles_except([]) == tuple(sorted(a.id for a in articles))
    assert not store.articles()


def test_the_quarantine_is_that_of_the_last_read(store: SqlStore) -> None:
    first = [Quarantined(path="th/ก.md", code="not-utf8", message="ไบต์ 0xff", remedy="บันทึกเป็น UTF-8", offset=3)]
    store.save_quarantine(first)
    assert list(store.quarantine()) == first
    store.save_quarantine([])
    assert not store.quarantine()
