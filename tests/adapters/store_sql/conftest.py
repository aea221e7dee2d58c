"""A real store for each test: SQLite, and the server at KB_TEST_DATABASE_URL where one is named."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.adapters.store_sql.schema import Base

SERVER = os.environ.get("KB_TEST_DATABASE_URL", "")


@pytest.fixture(params=["sqlite", "server"] if SERVER else ["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kb.sqlite3'}"
    engine = create_engine(SERVER)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    engine.dispose()
    return SERVER


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """An empty store."""
    opened = SqlStore(url)
    yield opened
    opened.close()
