"""The indexes of releases: vectors in Chroma, words beside them in SQLite, one folder a release. Nothing here is the truth.

Layout: `<root>/th-TH/r0007/` with Chroma's files, `lexical.sqlite3` and `release.json`. The last is written last: where it
stands, the index is complete. A folder is written once, by one process; embedded Chroma takes no second writer, and a
reader would not see what it wrote. With a Chroma server only the vectors live there.
"""

import hashlib
import os
import re
import shutil
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from kb_pipeline.adapters.index.lexical import LexicalIndex, write_lexical
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.index import Found, IndexText
from kb_pipeline.domain.releases import Release
from kb_pipeline.errors import ReleaseError
from kb_pipeline.ports.models import Vectors
from kb_pipeline.ports.releases import ReleaseIndex

BATCH = 1_000  # rows a write; Chroma takes 5,461 at most
# recall@10 on 10,000 random unit vectors of 384 dimensions (the worst case): ef 200 0.93, 300 0.98, 500 0.996.
_HNSW = {"space": "cosine", "ef_search": 500, "ef_construction": 200, "max_neighbors": 32}
_FOLDER = re.compile(r"r\d{4,}")
_OPENING = threading.Lock()  # Chroma's clients are not made in several threads at once


class _Head(Value):
    """`release.json`."""

    release: str
    manifest_hash: str
    embedder: str
    collection: str
    entries: int
    texts: int
    lexical_sha256: str


class ChromaIndexes:
    """Implements `ports.releases.Indexes` under `root`. `url`: a Chroma server's; empty: Chroma runs in this process."""

    def __init__(self, root: Path, url: str = "") -> None:
        self._root = root
        self._url = url

    def build(self, release: Release, texts: Sequence[IndexText], vectors: Vectors, tick: Callable[[], None]) -> None:
        """See ports.releases.Indexes. `vectors` has one row for each of `texts`."""
        if len(texts) != len(vectors):
            raise ReleaseError(f"{len(texts)} texts and {len(vectors)} vectors of {release.id}", "this is a bug: report it")
        self.remove(release.id)
        folder = self._folder(release.id)
        with _translated(f"cannot write the index of {release.id}"):
            folder.mkdir(parents=True)
            name = self._name_collection(release.id)
            tick()
            with self._client(folder) as client:
                settings = {"hnsw": _HNSW | {"sync_threshold": max(2, len(texts) + 1)}}
                collection = client.create_collection(name, embedding_function=None, configuration=settings)
                _add(collection, texts, vectors, tick)
            entries = write_lexical(folder / "lexical.sqlite3", texts)
            tick()
            head = _Head(
                release=release.id,
                manifest_hash=release.manifest_hash,
                embedder=release.embedder,
                collection=name,
                entries=entries,
                texts=len(texts),
                lexical_sha256=_sha256(folder / "lexical.sqlite3"),
            )
            _write_last(folder / "release.json", head.model_dump_json(indent=2))

    def open(self, release: Release) -> ReleaseIndex:
        """See ports.releases.Indexes."""
        folder = self._folder(release.id)
        head = self._head(release)
        with _translated(f"cannot open the index of {release.id}", _rebuild(release.id)):
            if _sha256(folder / "lexical.sqlite3") != head.lexical_sha256:
                raise ReleaseError(f"the lexical index of {release.id} was changed", _rebuild(release.id))
            client = self._connect(folder)
            try:
                index = ChromaIndex(client, client.get_collection(head.collection, embedding_function=None), folder, head)
            except BaseException:
                client.close()
                raise
        if index.counts() != (head.entries, head.texts):
            found = index.counts()
            index.close()
            raise ReleaseError(
                f"the index of {release.id} holds {found}, not {(head.entries, head.texts)}", _rebuild(release.id)
            )
        return index

    def exists(self, release: Release) -> bool:
        """See ports.releases.Indexes."""
        return self._folder(release.id).exists()

    def remove(self, release_id: str) -> None:
        """See ports.releases.Indexes. Raises ReleaseError."""
        folder = self._folder(release_id)
        if not folder.exists():
            return
        with _translated(f"cannot remove the index of {release_id}", "look at its files"):
            (folder / "release.json").unlink(missing_ok=True)
            if self._url and (folder / "collection").is_file():
                self._delete_collection((folder / "collection").read_text(encoding="utf-8"))
            shutil.rmtree(folder)

    def present(self) -> Sequence[str]:
        """See ports.releases.Indexes."""
        folders = (path for path in self._root.glob("*/r*") if path.is_dir() and _FOLDER.fullmatch(path.name))
        return sorted(f"{path.parent.name}/{path.name}" for path in folders)

    def _folder(self, release_id: str) -> Path:
        return self._root / release_id

    def _head(self, release: Release) -> _Head:
        file = self._folder(release.id) / "release.json"
        try:
            head = _Head.model_validate_json(file.read_bytes())
        except FileNotFoundError as error:
            raise ReleaseError(f"{release.id} has no complete index", _rebuild(release.id)) from error
        except (OSError, ValueError) as error:
            raise ReleaseError(f"'{file}' cannot be read", _rebuild(release.id)) from error
        if (head.release, head.manifest_hash, head.embedder) != (release.id, release.manifest_hash, release.embedder):
            raise ReleaseError(
                f"the index of {release.id} is another release's: {head.release} {head.manifest_hash}", _rebuild(release.id)
            )
        return head

    def _name_collection(self, release_id: str) -> str:
        """The collection's name, kept in the folder before it is made. Homes may share a server: it is unique there."""
        name = f"{release_id.replace('/', '.')}.{uuid.uuid4().hex}"
        _write_last(self._folder(release_id) / "collection", name)
        return name

    def _delete_collection(self, name: str) -> None:
        from chromadb.errors import NotFoundError

        client = self._connect(self._root)
        try:
            client.delete_collection(name)
        except NotFoundError:
            pass  # the build was interrupted before it
        finally:
            client.close()

    @contextmanager
    def _client(self, folder: Path) -> Iterator[Any]:
        client = self._connect(folder)
        try:
            yield client
        finally:
            client.close()

    def _connect(self, folder: Path) -> Any:  # noqa: ANN401 - Chroma's client, imported lazily
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        with _OPENING:
            if not self._url:
                with _forgotten_on_failure(str(folder.resolve())) as path:
                    return chromadb.PersistentClient(path, settings=settings)
            at = urlsplit(self._url)
            secure = at.scheme == "https"
            port = at.port or (443 if secure else 8000)
            return chromadb.HttpClient(at.hostname or "localhost", port, ssl=secure, settings=settings)


class ChromaIndex:
    """Implements `ports.releases.ReleaseIndex`."""

    def __init__(self, client: Any, collection: Any, folder: Path, head: _Head) -> None:  # noqa: ANN401 - Chroma's own
        self._client = client
        self._collection = collection
        self._head = head
        self._file = folder / "release.json"
        self._lexical = LexicalIndex(folder / "lexical.sqlite3")

    @property
    def manifest_hash(self) -> str:
        """See ports.releases.ReleaseIndex."""
        return self._head.manifest_hash

    def is_current(self) -> bool:
        """See ports.releases.ReleaseIndex. A folder that is gone was not made anew: what is open goes on."""
        try:
            return _Head.model_validate_json(self._file.read_bytes()).collection == self._head.collection
        except (OSError, ValueError):
            return True

    def counts(self) -> tuple[int, int]:
        """How many entries (by the lexical half) and texts (by Chroma) there are. Raises ReleaseError."""
        with _translated(f"cannot read the index of {self._head.release}", _rebuild(self._head.release)):
            return self._lexical.count(), int(self._collection.count())

    def dense(self, vector: npt.NDArray[np.float32], k: int) -> Sequence[Found]:
        """See ports.releases.ReleaseIndex. Raises ReleaseError."""
        wanted = min(k, self._head.texts)
        with _translated(f"cannot search {self._head.release}", _rebuild(self._head.release)):
            found = self._collection.query(query_embeddings=vector[None, :], n_results=wanted, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [Found(entry_id=id_.rsplit(":", 2)[0], text_id=id_, score=1.0 - distance) for id_, distance in pairs]

    def lexical(self, words: Sequence[str], k: int) -> Sequence[Found]:
        """See ports.releases.ReleaseIndex. Raises ReleaseError."""
        return self._lexical.find(words, k)

    def contents(self) -> tuple[Sequence[str], Sequence[str], Vectors]:
        """See ports.releases.ReleaseIndex. Raises ReleaseError."""
        ids, texts, vectors = list[str](), list[str](), list[Vectors]()
        with _translated(f"cannot read {self._head.release}", _rebuild(self._head.release)):
            for start in range(0, self._head.texts, BATCH):
                page = self._collection.get(limit=BATCH, offset=start, include=["embeddings", "documents"])
                ids += page["ids"]
                texts += page["documents"]
                vectors.append(np.asarray(page["embeddings"], dtype=np.float32))
        return ids, texts, np.concatenate(vectors) if vectors else np.zeros((0, 0), np.float32)

    def close(self) -> None:
        """See ports.releases.ReleaseIndex."""
        self._lexical.close()
        with _OPENING:
            self._client.close()


def _add(collection: Any, texts: Sequence[IndexText], vectors: Vectors, tick: Callable[[], None]) -> None:  # noqa: ANN401
    for start in range(0, len(texts), BATCH):
        part = texts[start : start + BATCH]
        collection.add(
            ids=[text.id for text in part],
            embeddings=vectors[start : start + BATCH],
            documents=[text.text for text in part],
        )
        tick()


def _rebuild(release_id: str) -> str:
    return f"it is made anew by: kb release publish --market {release_id.rsplit('/', 1)[0]}"


@contextmanager
def _translated(what: str, remedy: str = "run it again: kb release publish") -> Iterator[None]:
    """The failures of files, SQLite, Chroma and its server as ReleaseError."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (OSError, ValueError, KeyError, sqlite3.Error, httpx.HTTPError, ChromaError) as error:
        raise ReleaseError(f"{what}: {str(error) or type(error).__name__}", remedy) from error


@contextmanager
def _forgotten_on_failure(path: str) -> Iterator[str]:
    """Let Chroma begin anew where it could not start: it keeps what it half made of `path` as long as the process lives."""
    from chromadb.api.shared_system_client import SharedSystemClient

    try:
        yield path
    except BaseException:
        if path not in SharedSystemClient._identifier_to_refcount:  # nobody has it open
            SharedSystemClient._identifier_to_system.pop(path, None)
        raise


def _write_last(file: Path, text: str) -> None:
    """Write `file` after everything beside it is on the disk: it is there whole, or not at all."""
    for path in file.parent.rglob("*"):
        if path.is_file():
            _sync(path)
    temporary = file.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    _sync(temporary)
    temporary.replace(file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
