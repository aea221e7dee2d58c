"""A database for every test that keeps something: SQLite, or one of the server at `KB_TEST_DATABASE_URL`, where that is set.

The server's user must be allowed to make databases. Each is a copy of a template that is migrated once in a process, and
goes when its test has ended.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url

from kb_pipeline.adapters.audit.anchor_file import AnchorFile
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.ports.audit import AuditKeys

SERVER = os.environ.get("KB_TEST_DATABASE_URL", "")
_HELD = tempfile.TemporaryDirectory(prefix="kb-databases-")  # gone when the tests end
_NUMBERS = itertools.count()
_of_homes: dict[Path, str] = {}
_present: list[str] = []  # the names of the copies that were made on the server


def database_url(home: Path) -> str:
    """The URL of the one database of a home, up to date and empty at first."""
    if not SERVER:
        _copy(home / "kb.sqlite3")
        return f"sqlite:///{home / 'kb.sqlite3'}"
    if home not in _of_homes:
        _of_homes[home] = _copy_of(_template())
    return _of_homes[home]


def use_home(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Let `Settings()` find a home, and its database."""
    patch.setenv("KB_HOME", str(home))
    if SERVER:
        patch.setenv("KB_DATABASE_URL", database_url(home))


def empty_url(folder: Path) -> str:
    """The URL of a database without a table."""
    return _copy_of("template1") if SERVER else f"sqlite:///{folder / 'kb.sqlite3'}"


@contextmanager
def away(url: str) -> Iterator[None]:
    """Let a database that others have open be gone for a while: a file that is garbage, or a server that lets nobody in."""
    name = make_url(url).database or ""
    if SERVER:
        _run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        _run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608 - our own name
        yield
        _run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        return
    files = [file for end in ("", "-wal", "-shm") if (file := Path(f"{name}{end}")).exists()]
    for file in files:
        file.rename(f"{file}.away")
    Path(name).write_text("this is no database " * 1_000, encoding="utf-8")
    yield
    for file in files:
        Path(f"{file}.away").replace(file)


@contextmanager
def a_store(keys: AuditKeys | None = None) -> Iterator[SqlStore]:
    """A store of its own, empty at first; for a state machine, which begins many times in one test.

    With `keys` its audit trail is keyed, and anchored beside it.
    """
    with of_a_test(), tempfile.TemporaryDirectory(prefix="kb-store-") as home:
        anchor = AnchorFile(Path(home) / "audit.anchor") if keys else None
        with closing(SqlStore(database_url(Path(home)), keys, anchor)) as store:
            yield store


@contextmanager
def of_a_test() -> Iterator[None]:
    """Drop what is made within: databases of fixtures that outlive a test are made before it, and stay."""
    before = len(_present)
    yield
    drop(keep=before)


def drop(keep: int = 0) -> None:
    """Drop the copies on the server, all but the first `keep`."""
    names = _present[keep:]
    del _present[keep:]
    for home in [home for home, url in _of_homes.items() if make_url(url).database in names]:
        del _of_homes[home]
    for name in names:
        _run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def drop_template() -> None:
    """Drop what the copies were made from, if there is one."""
    if _template.cache_info().currsize:
        _run(f'DROP DATABASE "{_template()}" WITH (FORCE)')


def _copy(file: Path) -> None:
    """Put an empty database in place: quicker than migrating one."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_sqlite_template(), file)


@cache
def _sqlite_template() -> Path:
    file = Path(_HELD.name) / "template.sqlite3"
    SqlStore(f"sqlite:///{file}").close()
    return file


@cache
def _template() -> str:
    name = f"kb_test_{os.getpid()}"
    SqlStore(_create(name, "template1")).close()
    return name


def _copy_of(template: str) -> str:
    _present.append(f"kb_test_{os.getpid()}_{next(_NUMBERS)}")
    return _create(_present[-1], template)


def _create(name: str, template: str) -> str:
    _run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return _server().url.set(database=name).render_as_string(hide_password=False)


def _run(statement: str) -> None:
    with _server().connect() as connection:
        connection.exec_driver_sql(statement)


@cache
def _server() -> Engine:
    return create_engine(make_url(SERVER).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
