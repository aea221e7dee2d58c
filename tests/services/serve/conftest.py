"""A searcher over real releases, on a day that a test can change."""

from datetime import date

import pytest

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
from kb_pipeline.services.serve.search import Searcher
from kb_pipeline.settings import Settings
from tests.conftest import DAY
from tests.services.serve.served import Served


class Day:
    """A day that a test can change."""

    def __init__(self) -> None:
        self.now = DAY

    def __call__(self) -> date:
        return self.now


@pytest.fixture(scope="module")
def embedder():
    return SentenceTransformersEmbedder("embedded", Settings().model_dir, InProcessVectors(), 2)


@pytest.fixture
def served(tmp_path, store, embedder):
    return Served(tmp_path, store, embedder)


@pytest.fixture
def day():
    return Day()


@pytest.fixture
def searcher(served, american, thai, day):
    made = Searcher(served.store, served.indexes, served.embedder, (american, thai), 0.5, day)
    yield made
    made.close()
