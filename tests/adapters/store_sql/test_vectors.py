"""Vectors come back to the bit, by embedder and role."""

import numpy as np
import pytest

from kb_pipeline.adapters.store_sql import SqlStore


@pytest.mark.parametrize("text", ["refund", "คืนเงิน"])
def test_a_vector_comes_back_to_the_bit_for_its_embedder_and_role_only(store: SqlStore, text: str) -> None:
    vector = np.random.default_rng(7).normal(size=384).astype(np.float32)
    store.save_vectors("e5", "query", {text: vector})
    store.save_vectors("e5", "query", {text: -vector})
    found = store.find_vectors("e5", "query", [text, "unknown"])
    assert list(found) == [text]
    assert found[text].dtype == np.float32
    np.testing.assert_array_equal(found[text], vector)
    assert not store.find_vectors("e5", "passage", [text])
    assert not store.find_vectors("other", "query", [text])


def test_more_texts_than_a_query_takes_parameters(store: SqlStore) -> None:
    vectors = {f"ข้อความ {n}": np.full(4, n, dtype=np.float32) for n in range(1203)}
    store.save_vectors("e5", "passage", vectors)
    store.save_vectors("e5", "passage", {})
    found = store.find_vectors("e5", "passage", [*vectors, *vectors])
    assert len(found) == len(vectors)
    assert found["ข้อความ 1202"][0] == 1202
