"""A release is judged by what is on the disk: everything that is wrong with it is found and named."""

from dataclasses import replace

import numpy as np
import pytest

from kb_pipeline.domain.markets import GoldenQuery
from kb_pipeline.domain.releases import ReleaseState
from kb_pipeline.services.release.verify import embed_texts, verify
from kb_pipeline.steps.release.manifest import index_texts
from tests.api.knowledge import REFUNDS, RETURNS, SAID, Knowledge
from tests.publishing import publisher_of

MARKETS = tuple(SAID)


@pytest.fixture
def knowledge(tmp_path):
    made = Knowledge(tmp_path / "home")
    yield made
    made.store.close()


def built(knowledge, market):
    """A publisher, its verification and a release whose index is built."""
    for faq in SAID[market]:
        knowledge.approve(market, faq)
    publisher = publisher_of(knowledge, market)
    release = publisher.begin()
    publisher.build(release)
    return publisher, publisher.verifier.verification, release


def texts_of(knowledge, release):
    items = knowledge.store.manifest(release.market, release.number)
    held = knowledge.store.revisions([item.revision_id for item in items])
    return list(index_texts(held[item.revision_id] for item in items))


@pytest.mark.parametrize("market", MARKETS)
def test_a_sound_release_is_fit(knowledge, market):
    _, verification, release = built(knowledge, market)
    judged, report = verify(verification, release.number)
    assert judged.state is ReleaseState.BUILDING  # judging writes nothing
    assert (report.entries, report.texts, report.self_found, report.failures, report.missed) == (2, 4, 2, (), ())
    assert report.exact_recall == 1.0


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize(
    ("damage", "faq"),
    [
        ("lost", "is missing in the index"),
        ("foreign", "is in the index without being in the manifest"),
        ("reworded", "has another text in the index"),
        ("moved", "has another vector in the index"),
    ],
)
def test_an_index_that_differs_from_the_manifest_is_not_fit(knowledge, market, damage, faq):
    publisher, verification, release = built(knowledge, market)
    texts = texts_of(knowledge, release)
    vectors = embed_texts(verification.embedder, texts)
    if damage == "lost":
        texts, vectors = texts[1:], vectors[1:]
    elif damage == "foreign":
        texts[-1] = texts[-1].model_copy(update={"entry_id": "stranger"})
    elif damage == "reworded":
        texts[0] = texts[0].model_copy(update={"text": "something else"})
    else:
        vectors = np.roll(vectors, 1, axis=0)
    publisher.indexes.build(release, texts, vectors, lambda: None)
    _, report = verify(verification, release.number)
    assert any(faq in failure for failure in report.failures)


@pytest.mark.parametrize("market", MARKETS)
def test_a_question_that_does_not_find_its_entry_is_named(knowledge, market):
    publisher, verification, release = built(knowledge, market)
    texts = texts_of(knowledge, release)
    publisher.indexes.build(
        release, texts, np.roll(embed_texts(verification.embedder, texts), len(texts) // 2, axis=0), lambda: None
    )
    _, report = verify(verification, release.number)
    assert (report.self_found, set(report.missed)) == (0, {question for question, _ in SAID[market]})
    assert "2 of 2 questions do not find their own entry" in report.failures


def test_equal_questions_of_two_entries_are_level(knowledge):
    for key in ("one", "two"):
        knowledge.approve("en-US", (RETURNS[0], f"{RETURNS[1]} {key}"), key=key)
    publisher = publisher_of(knowledge, "en-US")
    assert publisher.publish().report.self_found == 2


def test_a_release_that_answers_golden_queries_worse_than_the_live_one_is_not_fit(knowledge):
    knowledge.approve("en-US", RETURNS, key="returns")
    knowledge.approve("en-US", REFUNDS, key="refunds")
    queries = (GoldenQuery(query=RETURNS[0], article_id="en-US/returns"),)
    publisher = publisher_of(knowledge, "en-US")
    verification = replace(publisher.verifier.verification, market=publisher.market.model_copy(update={"golden": queries}))
    publisher = replace(publisher, market=verification.market, verifier=replace(publisher.verifier, verification=verification))
    assert publisher.publish().report.golden_mrr == 1.0
    knowledge.approve("en-US", (REFUNDS[0], "Cards: 5 to 10 days."), key="returns")  # now it answers something else
    knowledge.approve("en-US", RETURNS, key="refunds")
    failed = publisher.verify(publisher.build(publisher.begin()))
    assert failed.state is ReleaseState.FAILED
    assert failed.report.golden_live_mrr == 1.0
    assert "golden queries: MRR 0.500, the live release has 1.000" in failed.reason
