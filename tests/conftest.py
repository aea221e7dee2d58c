"""What many tests share: a real store in a temporary home, the real packs, the real embedder."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
DAY = date(2026, 1, 15)

settings.register_profile("kb", deadline=None)  # a first example loads dictionaries; time is measured in benchmarks
settings.load_profile("kb")


@pytest.fixture
def store(tmp_path):
    return SqlStore(f"sqlite:///{tmp_path / 'kb.sqlite3'}")


@pytest.fixture(scope="session")
def thai():
    return load_market(ROOT / "locales", "th-TH")


@pytest.fixture(scope="session")
def american():
    return load_market(ROOT / "locales", "en-US")


@pytest.fixture
def embedder(store):
    return SentenceTransformersEmbedder("embedded", Settings().model_dir, store, 2)
