"""translate-toolkit's pofilter on the same blocks, as a program in an environment of its own (it is GPL: never imported)."""

import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

_MARK = "(pofilter) "


class PeerResult(NamedTuple):
    """The failed tests of each block, and the seconds of the whole process."""

    failed: list[frozenset[str]]
    seconds: float


def run_pofilter(program: Path, blocks: Sequence[tuple[str, str]], language: str = "th") -> PeerResult:
    """Check blocks of (source, target). Raises subprocess.CalledProcessError with what the program said."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder, "in.po"), Path(folder, "out.po")
        catalog = Catalog(locale=language)
        for number, (source, target) in enumerate(blocks):
            catalog.add(source, target, context=str(number))
        with given.open("wb") as file:
            write_po(file, catalog, width=0)
        began = time.perf_counter()
        command = [str(program), f"--language={language}", "--progress=none", str(given), str(found)]
        subprocess.run(command, check=True, capture_output=True)
        seconds = time.perf_counter() - began
        return PeerResult(_failed(found, len(blocks)), seconds)


def _failed(found: Path, count: int) -> list[frozenset[str]]:
    failed = [frozenset[str]()] * count
    if found.is_file():
        with found.open("rb") as file:
            for message in read_po(file):
                names = {c.removeprefix(_MARK).split(":")[0] for c in message.user_comments if c.startswith(_MARK)}
                if message.id and message.context:
                    failed[int(message.context)] = frozenset(names)
    return failed
