"""The database: one engine, short read and write transactions, migrations. The only place that knows SQLite from the rest."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from kb_pipeline.adapters.store_sql.schema import Base
from kb_pipeline.errors import StoreError
from kb_pipeline.ports.audit import AuditAnchor, AuditKeys
from kb_pipeline.ports.releases import Failpoint

HEAD = "0010_relate"  # the newest revision in migrations/versions
BATCH = 500  # values in one IN (...): below every database's limit on parameters
BUSY_SECONDS = 30
WRITING = 0x6B63  # the advisory lock of PostgreSQL that a writer holds, as SQLite's writers come one by one
MIGRATING = 0x6B62  # the advisory lock of PostgreSQL that a migration holds: any number that all versions share
POSTGRES = {  # what libpq waits for, in seconds (tcp_user_timeout: ms): a server that is gone is known to be, soon
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
_REMEDY = {
    "sqlite": "check that the disk has room, the file is a database of ours and no other program holds it",
    "postgresql": "check that the server runs, has room, and is the one that KB_DATABASE_URL names",
}
_UNREADABLE = (
    "it was damaged, or changed behind the pipeline, see kb audit verify; restore a backup: kb restore FILE; or take it as it "
    "is, kb audit seal --reason WHY, then kb release publish"
)
_MODE = "kb_begin"
_LOCK = text(f"SELECT set_config('lock_timeout', '{BUSY_SECONDS}s', true), pg_advisory_xact_lock({WRITING})")
_readable_json = partial(json.dumps, ensure_ascii=False)  # Thai stays Thai, at half the size


@dataclass(frozen=True)
class Kept:
    """What the audit trail keeps outside the database."""

    keys: AuditKeys | None = None
    anchor: AuditAnchor | None = None


class Database:
    """An engine with its two kinds of transaction. Thread-safe; safe among processes."""

    def __init__(self, url: str, kept: Kept | None = None, failpoint: Failpoint = lambda _: None) -> None:
        """Open and, where it is not up to date, migrate. Raises StoreError."""
        self.engine, self.kept = _engine(url), kept or Kept()
        self._failpoint = failpoint
        writing = self.engine.execution_options(**{_MODE: "IMMEDIATE"})
        is_sqlite = self.engine.dialect.name == "sqlite"  # whose readers see one moment anyway
        reading = self.engine if is_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._readers = sessionmaker(reading, expire_on_commit=False)
        self._writers = sessionmaker(writing, expire_on_commit=False, info={"kept": self.kept})
        with _translated(self.engine):
            if _revision(self.engine) != HEAD:
                _migrate(writing)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that sees one moment and writes nothing."""
        with _translated(self.engine), self._readers() as session:
            try:
                yield session
            except (ValueError, LookupError) as error:
                if isinstance(error, UnicodeError) or (isinstance(error, LookupError) and type(error) is not LookupError):
                    raise  # not from a column: an enumeration's word that is none is a bare LookupError
                kind = (
                    error.title if isinstance(error, ValidationError) else type(error).__name__
                )  # not the value: it is theirs
                raise StoreError(f"the database holds what cannot be read ({kind})", _UNREADABLE) from error

    def write(self) -> AbstractContextManager[Session]:
        """A transaction that holds the write lock from its first statement; durable on exit, rolled back on an error.

        It passes two failpoints, before and after its commit, named after the method that asks for it.
        """
        return self._writing(sys._getframe(1).f_code.co_name)

    @contextmanager
    def _writing(self, name: str) -> Iterator[Session]:
        with _translated(self.engine), self._writers.begin() as session:
            if self.engine.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE holds it already
                session.execute(_LOCK)
            yield session
            session.flush()
            self._failpoint(f"{name}.before_commit")
        self._failpoint(f"{name}.after_commit")

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
        if parsed.get_backend_name() in ("postgresql", "postgres"):
            return _postgres_engine(parsed)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite_engine(parsed)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, OSError) as error:
        raise StoreError(f"cannot open the database: {error}", "set KB_HOME or KB_DATABASE_URL") from error
    raise StoreError(
        f"kb keeps no store in '{parsed.get_backend_name()}'", "set KB_DATABASE_URL to sqlite:///FILE or postgresql://..."
    )


def _postgres_engine(url: URL) -> Engine:
    waits = {name: value for name, value in POSTGRES.items() if name not in url.query}
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),  # the one driver that we ship with, whatever the URL names
            json_serializer=_readable_json,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            pool_timeout=10,
            connect_args=waits,
        )
    except ImportError as error:
        raise StoreError(
            f"PostgreSQL needs the package psycopg, which cannot be imported: {error}", "pip install 'kb-pipeline[postgres]'"
        ) from error


def _sqlite_engine(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise StoreError(f"'{url}' would be another database in each thread", "name a file: sqlite:///var/kb.sqlite3")
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, json_serializer=_readable_json, pool_size=16, max_overflow=-1, connect_args={"timeout": BUSY_SECONDS}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    place = _SqliteFile(Path(str(url.database)))
    event.listen(engine, "do_connect", place.before)
    event.listen(engine, "checkout", place.check)
    return engine


class _SqliteFile:
    """Holds connections to the file that has the database's name now: an open one would go on with a file that was put away."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._was_there = False

    def before(self, *_: object) -> None:
        """Let SQLite make the file only once: an empty one in the place of a database that was put away would be a trap."""
        if self._was_there and not self._path.exists():
            raise StoreError(f"the database file '{self._path}' is gone", "put it back, or restore a backup: kb restore")
        if not self._was_there and not self._path.exists():
            with suppress(OSError):  # SQLite says what is wrong
                self._path.touch(mode=0o600)  # for its owner only; SQLite makes -wal and -shm like it
        self._was_there = True

    def check(self, _connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Give up a connection to another file than the one that is there now."""
        try:
            stat = self._path.stat()
            file: tuple[int, int] | None = (stat.st_dev, stat.st_ino)
        except OSError:
            file = None
        if file is None or record.info.setdefault("file", file) != file:
            raise DisconnectionError(f"'{self._path}' is another file now")


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
    except (DBAPIError, PoolTimeoutError) as error:
        place = engine.url.render_as_string(hide_password=True)
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise StoreError(f"the database {place} failed: {reason}", _REMEDY[engine.dialect.name]) from error


def _revision(engine: Engine) -> str | None:
    """The schema's revision by one query, without Alembic: commands must start fast."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    """Lead the schema to HEAD, in one write transaction: of two processes the second waits, and finds nothing left to do."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "kb_pipeline.adapters.store_sql:migrations")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE waits already
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"the database has a schema that this version does not know: {error}", "update kb-pipeline"
            ) from error
