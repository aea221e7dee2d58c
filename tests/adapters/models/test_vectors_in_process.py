"""A cache in memory forgets what was not used for longest, and the database never sees a question."""

import numpy as np
from sqlalchemy import func, select

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
from kb_pipeline.adapters.store_sql.schema import VectorRow
from kb_pipeline.settings import Settings

ONE = np.ones(3, np.float32)


def test_vectors_are_found_by_embedder_role_and_hash():
    memory = InProcessVectors()
    memory.save_vectors("e5", "query", {"a": ONE, "ก": 2 * ONE})
    assert set(memory.find_vectors("e5", "query", ["a", "ก", "x"])) == {"a", "ก"}
    assert memory.find_vectors("e5", "passage", ["a"]) == {}
    assert memory.find_vectors("other", "query", ["a"]) == {}


def test_the_one_that_was_not_used_for_longest_makes_room():
    memory = InProcessVectors(capacity=2)
    memory.save_vectors("e5", "query", {"a": ONE, "b": ONE})
    memory.find_vectors("e5", "query", ["a"])
    memory.save_vectors("e5", "query", {"c": ONE})
    assert set(memory.find_vectors("e5", "query", ["a", "b", "c"])) == {"a", "c"}


def test_an_embedder_over_it_gives_the_same_vectors_and_leaves_nothing_in_the_database(store, embedder):
    questions = ["Where is my refund?", "เงินคืนอยู่ที่ไหน"]
    memory = InProcessVectors()
    serving = SentenceTransformersEmbedder("embedded", Settings().model_dir, memory, 1)
    vectors = serving.embed(questions, "query")
    with store._db.read() as session:
        assert session.scalar(select(func.count()).select_from(VectorRow)) == 0
    assert (vectors == embedder.embed(questions, "query")).all()
    assert (serving.embed(questions, "query") == vectors).all()
