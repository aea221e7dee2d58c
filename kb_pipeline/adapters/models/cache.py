"""The per-user folder of model files, and `models.json`, which remembers what was verified. No downloading."""

import hashlib
import json
import os
from pathlib import Path

from kb_pipeline.adapters.models.registry import ModelFile
from kb_pipeline.domain.base import Value
from kb_pipeline.errors import ChecksumError


class Verified(Value):
    """A file as it was when its checksum was last computed. While size and time stay, it is not read again."""

    sha256: str
    bytes: int
    mtime_ns: int
    source: str


class ModelCache:
    """The files under `model_dir`. Writers hold a lock (see models_fetch)."""

    def __init__(self, model_dir: Path) -> None:
        self.dir = model_dir
        self._manifest = model_dir / "models.json"

    def find(self, file: ModelFile) -> Verified | None:
        """The entry of a file that is there and is what it should be; else None. Hashes only what it has not yet seen."""
        path = self.dir / file.path
        if not path.is_file() or path.stat().st_size != file.bytes:
            return None
        known = self._entries().get(file.path)
        if known is None or known.mtime_ns != path.stat().st_mtime_ns:
            known = _measured(path, known.source if known else "found in the cache")
        return known if known.sha256 == file.sha256 else None

    def keep(self, partial: Path, file: ModelFile, source: str) -> None:
        """Verify `partial` and move it into place. Raises ChecksumError, and removes it then."""
        entry = _measured(partial, source)
        if entry.sha256 != file.sha256:
            partial.unlink()
            raise ChecksumError(
                f"{file.path} from {source} has sha256 {entry.sha256}, expected {file.sha256}",
                f"run again: kb models fetch; if it stays so, put the right file into {self.dir}",
            )
        target = self.dir / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(target)
        self.remember(file, entry)

    def remember(self, file: ModelFile, entry: Verified) -> None:
        """Write an entry down. Writes nothing if it is there."""
        entries = self._entries()
        if entries.get(file.path) == entry:
            return
        entries[file.path] = entry
        fresh = self._manifest.with_suffix(".new")
        fresh.write_text(json.dumps({path: e.model_dump() for path, e in sorted(entries.items())}, indent=1), encoding="utf-8")
        os.replace(fresh, self._manifest)  # noqa: PTH105 - atomic on every platform

    def _entries(self) -> dict[str, Verified]:
        if not self._manifest.is_file():
            return {}
        return {path: Verified(**entry) for path, entry in json.loads(self._manifest.read_text(encoding="utf-8")).items()}


def _measured(path: Path, source: str) -> Verified:
    with path.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    stat = path.stat()
    return Verified(sha256=digest, bytes=stat.st_size, mtime_ns=stat.st_mtime_ns, source=source)
