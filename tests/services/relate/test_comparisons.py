"""Comparing a market with a real store: what was compared is never compared again, and what went is forgotten."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.services.relate.compared import EntryText
from kb_pipeline.services.relate.comparisons import Found, compare_market, text_id
from tests.databases import database_url

LAMPS = ["How do I return a lamp?", "How can I send a lamp back?", "คืนโคมไฟอย่างไร", "Where is the shop?"]


class Counting:
    """An embedder that puts every text at the same place, and counts what it was asked for."""

    fingerprint = "counting"

    def __init__(self) -> None:
        self.asked = 0

    def embed(self, texts: Sequence[str], role: str) -> np.ndarray:
        self.asked += len(texts)
        return np.ones((len(texts), 1), np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = SqlStore(database_url(tmp_path))
    yield opened
    opened.close()


def texts(*questions: str) -> dict[str, EntryText]:
    made = [EntryText(question, None, "en-US", FaqText(question=question, answer="Ask us.")) for question in questions]
    return {text_id(text): text for text in made}


def pairs(found: Found, named: dict[str, EntryText]) -> set[tuple[str, str]]:
    return {(named[one].entry_id, named[other].entry_id) for one, rest in found.items() for other, _ in rest}


def test_what_stands_is_not_compared_again_and_the_result_is_the_same(store: SqlStore) -> None:
    embedder, all_ = Counting(), texts(*LAMPS)
    first = compare_market("en-US", all_, store, embedder)
    asked = embedder.asked
    assert compare_market("en-US", all_, store, embedder) == first
    assert embedder.asked == asked
    assert len(pairs(first, all_)) == len(LAMPS) * (len(LAMPS) - 1)  # each seen from both sides


def test_texts_that_come_one_by_one_give_the_same_as_all_at_once(store: SqlStore, tmp_path: Path) -> None:
    for size in range(1, len(LAMPS) + 1):
        grown = compare_market("en-US", texts(*LAMPS[:size]), store, Counting())
    (tmp_path / "other").mkdir()
    fresh = SqlStore(database_url(tmp_path / "other"))
    at_once = compare_market("en-US", texts(*LAMPS), fresh, Counting())
    fresh.close()
    assert {key: sorted(found) for key, found in grown.items()} == {key: sorted(found) for key, found in at_once.items()}


def test_a_text_that_went_is_forgotten_and_another_market_is_left_alone(store: SqlStore) -> None:
    compare_market("en-US", texts(*LAMPS), store, Counting())
    compare_market("th-TH", texts(*LAMPS), store, Counting())
    left = compare_market("en-US", texts(*LAMPS[1:]), store, Counting())
    assert pairs(left, texts(*LAMPS[1:])) == {(a, b) for a in LAMPS[1:] for b in LAMPS[1:] if a != b}
    assert len(list(store.comparisons("th-TH"))) == 6


def test_another_embedder_compares_everything_again(store: SqlStore) -> None:
    compare_market("en-US", texts(*LAMPS), store, Counting())
    other = Counting()
    other.fingerprint = "another"
    compare_market("en-US", texts(*LAMPS), store, other)
    assert other.asked == 2 * len(LAMPS)
