"""What many tests share: a real store in a temporary home, the real packs, the real embedder."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from kb_pipeline.adapters.audit.anchor_file import AnchorFile
from kb_pipeline.adapters.audit.key_file import KeyFile
from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.settings import Settings
from tests import databases
from tests.embedding import remembered_vectors
from tests.scratch import write_to_memory

ROOT = Path(__file__).parent.parent
DAY = date(2026, 1, 15)

settings.register_profile("kb", deadline=None)  # a first example loads dictionaries; time is measured in benchmarks
settings.load_profile("kb")


def pytest_configure():
    write_to_memory()


def pytest_collection_modifyitems(items):
    """Leave out what is of SQLite only, where the tests run on a server."""
    for item in items if databases.SERVER else ():
        if mark := item.get_closest_marker("sqlite_only"):
            item.add_marker(pytest.mark.skip(reason=f"of SQLite only: {mark.args[0]}"))


def pytest_sessionfinish():
    databases.drop()
    databases.drop_template()


@pytest.fixture(scope="session", autouse=True)
def each_text_is_embedded_once():
    """The real model embeds a text once in a process, for the stores of all tests: it gives the same vector each time."""
    with remembered_vectors():
        yield


@pytest.fixture(autouse=True)
def own_databases():
    """A test's databases end with it."""
    with databases.of_a_test():
        yield


@pytest.fixture
def url(tmp_path, monkeypatch):
    """The URL of the database of the home `tmp_path`, which `Settings()` finds, too."""
    if databases.SERVER:
        monkeypatch.setenv("KB_DATABASE_URL", databases.database_url(tmp_path))
    return databases.database_url(tmp_path)


@pytest.fixture
def store(url, tmp_path):
    """The store of the home `tmp_path`, with its audit key, as the program opens it."""
    opened = SqlStore(url, KeyFile(tmp_path / "audit.key"), AnchorFile(tmp_path / "audit.anchor"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def thai():
    return load_market(ROOT / "locales", "th-TH")


@pytest.fixture(scope="session")
def american():
    return load_market(ROOT / "locales", "en-US")


@pytest.fixture
def embedder(store):
    return SentenceTransformersEmbedder("embedded", Settings().model_dir, store, 2)
