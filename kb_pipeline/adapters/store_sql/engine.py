"""The database: one engine, short read and write transactions, migrations. The only place that knows SQLite from the rest."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker

from kb_pipeline.adapters.store_sql.schema import Base
from kb_pipeline.errors import StoreError

HEAD = "0006_replies"  # the newest revision in migrations/versions
BATCH = 500  # values in one IN (...): below every database's limit on parameters
BUSY_SECONDS = 30
_MODE = "kb_begin"
_readable_json = partial(json.dumps, ensure_ascii=False)  # Thai stays Thai, at half the size


class Database:
    """An engine with its two kinds of transaction. Thread-safe; safe among processes."""

    def __init__(self, url: str) -> None:
        """Open and, where it is not up to date, migrate. Raises StoreError."""
        self.engine = _engine(url)
        writing = self.engine.execution_options(**{_MODE: "IMMEDIATE"})
        is_sqlite = self.engine.dialect.name == "sqlite"  # whose readers see one moment anyway
        reading = self.engine if is_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._readers = sessionmaker(reading, expire_on_commit=False)
        self._writers = sessionmaker(writing, expire_on_commit=False)
        with _translated(self.engine):
            if _revision(self.engine) != HEAD:
                _migrate(writing)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that sees one moment and writes nothing."""
        with _translated(self.engine), self._readers() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that holds the write lock from its first statement; durable on exit, rolled back on an error."""
        with _translated(self.engine), self._writers.begin() as session:
            yield session

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


class Part:
    """What each group of the store's methods stands on."""

    def __init__(self, database: Database) -> None:
        self._db = database


def insert_or_ignore(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; those whose key is there already are left as they are."""
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))


def batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """`values` in runs that fit one IN (...)."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, json_serializer=_readable_json, pool_pre_ping=True)
        return _sqlite_engine(parsed)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, OSError) as error:
        raise StoreError(f"cannot open the database: {error}", "set KB_HOME or KB_DATABASE_URL") from error


def _sqlite_engine(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise StoreError(f"'{url}' would be another database in each thread", "name a file: sqlite:///var/kb.sqlite3")
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, json_serializer=_readable_json, pool_size=16, max_overflow=-1, connect_args={"timeout": BUSY_SECONDS}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    connection.isolation_level = None  # pysqlite's own BEGIN is deferred and late; ours comes from `_begin_sqlite`
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(_MODE, 'DEFERRED')}")


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """The driver's errors as ours."""
    try:
        yield
    except DBAPIError as error:
        place = engine.url.render_as_string(hide_password=True)
        raise StoreError(
            f"the database {place} failed: {error.orig}",
            "check that the disk has room, the file is a database of ours and no other program holds it",
        ) from error


def _revision(engine: Engine) -> str | None:
    """The schema's revision by one query, without Alembic: commands must start fast."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    """Lead the schema to HEAD, in one write transaction: of two processes the second finds nothing left to do."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "kb_pipeline.adapters.store_sql:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"the database has a schema that this version does not know: {error}", "update kb-pipeline"
            ) from error
