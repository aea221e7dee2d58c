"""Backups of a SQLite store as one file, and back. Indexes are derived: they are built anew, not kept."""

import fcntl
import gzip
import hashlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy import make_url

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.adapters.store_sql.engine import HEAD
from kb_pipeline.domain.base import Value
from kb_pipeline.errors import BlockedError, NotFoundError, StoreError
from kb_pipeline.ports.audit import AuditAnchor, AuditKeys
from kb_pipeline.ports.releases import Failpoint

MANIFEST, DATABASE = "manifest.json", "kb.sqlite3"  # the members of the archive, in this order
MAX_MANIFEST = 10_000  # bytes
HEADER = bytes.fromhex("1f8b08000000000002ff")  # of gzip, as we write it: the ten bytes that its checksum leaves out
SIDES = ("-wal", "-shm")
WORK = ".kb-work."  # how folders begin in which a backup or a restore is made
NO_BACKUP = "nothing was written; make room on the disk, or look at: kb audit verify"
NO_RESTORE = "nothing was changed; use another backup"


class BackupManifest(Value):
    """What a backup holds. `events` and `head` are the audit trail's: compared with a later backup, they prove a cut."""

    schema_revision: str
    sha256: str  # of the database
    bytes: int
    events: int
    head: str
    created_at: datetime


class SqliteBackups:
    """Backups of one database file."""

    def __init__(
        self,
        url: str,
        keys: AuditKeys | None = None,
        anchor: AuditAnchor | None = None,
        failpoint: Failpoint = lambda _: None,
    ) -> None:
        """`url` is the store's SQLAlchemy URL; `keys`, `anchor`: as for SqlStore. Raises StoreError unless it is SQLite's."""
        self._failpoint = failpoint
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite" or not parsed.database:
            raise StoreError(
                f"kb backs up SQLite only, not '{parsed.get_backend_name()}'", "use the server's own tools: pg_dump, pg_restore"
            )
        self.database, self._keys, self._anchor = Path(parsed.database), keys, anchor

    def write(self, file: Path) -> BackupManifest:
        """A whole, proven copy of this moment, while others go on writing.

        Raises NotFoundError, BlockedError if there is such a file, StoreError for a damaged database, a full disk or a place
        where nothing may be written.
        """
        if not self.database.is_file():
            raise NotFoundError(f"there is no database '{self.database}'", "set KB_HOME")
        if file.exists():
            raise BlockedError(f"'{file}' is there already", "give another name")
        with _beside(file) as folder, _named(self.database, NO_BACKUP):
            copy, made = folder / DATABASE, folder / file.name
            with closing(sqlite3.connect(self.database)) as connection:
                connection.execute("VACUUM INTO ?", (str(copy),))
            self._failpoint("backup.after_copy")
            events, head = _prove(copy, self._keys)
            manifest = BackupManifest(
                schema_revision=HEAD,
                sha256=_sha256(copy),
                bytes=copy.stat().st_size,
                events=events,
                head=head,
                created_at=datetime.now(UTC),
            )
            (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
            _pack(folder, made)
            copy.unlink()
            self._failpoint("backup.before_rename")
            made.replace(file)
            _sync(file.parent)
            self._failpoint("backup.after_rename")
        return manifest

    def restore(self, file: Path, *, force: bool = False) -> tuple[BackupManifest, Path | None]:
        """Put a backup in the database's place, once all of it is proven; also where the database before it is kept now.

        Raises NotFoundError, StoreError for a damaged backup or a database in use, BlockedError if there is a database
        and not `force`. Nothing is changed then.
        """
        if not file.is_file():
            raise NotFoundError(f"there is no backup '{file}'", "give the path of a file that kb backup wrote")
        if self.database.exists() and not force:
            raise BlockedError(f"there is a database '{self.database}'", "add --force: it is kept beside the restored one")
        with _beside(self.database) as folder:
            copy = folder / DATABASE
            with _named(file, NO_RESTORE):
                manifest = _unpack(file, copy)
                if _prove(copy, self._keys) != (manifest.events, manifest.head):
                    raise StoreError("its audit trail is not the one that it had")
            with _writable(self.database.parent):
                self._failpoint("restore.before_aside")
                kept = self._put_aside() if self.database.exists() else None
                self._failpoint("restore.after_aside")
                _sync(copy)
                copy.replace(self.database)
                _sync(self.database.parent)
        self._failpoint("restore.after_rename")
        if self._anchor is not None:
            self._anchor.restart(manifest.events, manifest.head, f"restored '{file.name}'")
        return manifest, kept

    def _put_aside(self) -> Path:
        """Keep the present database under another name, with what belongs to it; it stays in its place until it is replaced."""
        _close(self.database)
        kept = self.database.with_name(f"{self.database.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
        os.link(self.database, kept)
        for side in SIDES:
            beside = Path(f"{self.database}{side}")
            if beside.exists():
                beside.rename(f"{kept}{side}")
        return kept


def leftovers(folder: Path) -> tuple[Path, ...]:
    """What backups and restores work in, or were killed in, in that folder; the next one there takes it away."""
    return tuple(sorted(folder.glob(f"{WORK}*")))


def _close(database: Path) -> None:
    """Bring the database into one file. Raises StoreError if another program has it open; a damaged one stays as it is."""
    try:
        with closing(sqlite3.connect(database, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # only the last one who has it open may do this
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise StoreError(f"another program uses '{database}'", "stop it first: kb up, the API, the review page") from error
    except sqlite3.DatabaseError:
        return


def _prove(database: Path, keys: AuditKeys | None) -> tuple[int, str]:
    """The length and head of the audit trail of a sound copy, which is led to this version's schema. Raises StoreError."""
    with closing(sqlite3.connect(database)) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise StoreError(f"its pages are damaged: {verdict}")
    with closing(SqlStore(f"sqlite:///{database}", keys)) as store:
        broken = store.verify_chain()
        if broken is not None:
            raise StoreError(f"its audit trail is broken at event {broken}")
        return store.audit_head()


def _pack(folder: Path, made: Path) -> None:
    with made.open("wb") as raw:
        made.chmod(0o600)
        with gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
            for name in (MANIFEST, DATABASE):
                archive.add(folder / name, name)
    _sync(made)


def _unpack(file: Path, copy: Path) -> BackupManifest:
    """Write the archive's database to `copy`. Raises StoreError and what the libraries raise for a damaged file."""
    with file.open("rb") as raw:
        if raw.read(len(HEADER)) != HEADER:
            raise StoreError("it was not written by kb backup")
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw) as packed:
            with tarfile.open(fileobj=packed, mode="r|") as archive:
                manifest = BackupManifest.model_validate_json(_member(archive, MANIFEST, MAX_MANIFEST).read())
                with copy.open("wb") as out:
                    shutil.copyfileobj(_member(archive, DATABASE, manifest.bytes), out)
            while packed.read(1 << 20):  # to the end, where the checksum is
                pass
    if _sha256(copy) != manifest.sha256:
        raise StoreError("its database is not the one that was put in")
    return manifest


def _member(archive: tarfile.TarFile, name: str, most: int) -> IO[bytes]:
    """The next member, if it is the file `name` of at most `most` bytes."""
    found = archive.next()
    content = archive.extractfile(found) if found and found.name == name and found.isreg() and found.size <= most else None
    if content is None:
        raise StoreError(f"it has no proper '{name}'")
    return content


@contextmanager
def _named(file: Path, remedy: str) -> Iterator[None]:
    """Whatever is wrong with `file`, as one error."""
    try:
        yield
    except (StoreError, OSError, EOFError, ValueError, zlib.error, tarfile.TarError, sqlite3.Error) as error:
        raise StoreError(f"'{file}' cannot be used: {str(error).splitlines()[0]}", remedy) from error


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A folder for the work on `file`, on its file system, gone afterwards; what a killed process left there goes, too.

    One process works in a folder at a time, the next one waits: so nothing that is in use is taken for a leftover. Raises
    StoreError where nothing may be written.
    """
    with _writable(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        place = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        with _writable(file.parent):
            for left in file.parent.glob(f"{WORK}*"):
                shutil.rmtree(left)
            held = tempfile.TemporaryDirectory(prefix=WORK, dir=file.parent)
        with held as folder:
            yield Path(folder)
    finally:
        os.close(place)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """What the system refuses in `folder`, as an error of ours."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot write in '{folder}': {error.strerror or error}", "name a place where you may write"
        ) from error


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Make sure that a file, or a folder's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
