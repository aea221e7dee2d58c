"""How the command line shows things: JSON on stdout, progress and logs on stderr, tables for people."""

import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kb_pipeline.settings import Settings


def load_settings() -> Settings:
    """The settings of this process, with the logs set up: on stderr, at KB_LOG_LEVEL."""
    settings = Settings()
    logging.basicConfig(stream=sys.stderr, level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    return settings


def kb(folder: Path | None = None) -> str:
    """How this very command is called here, or in another `folder`: `kb` where that finds it, else by its path."""
    called = Path(sys.argv[0])
    if called.name != "kb" or shutil.which("kb") == str(called.absolute()):
        return "kb"
    if folder and folder.absolute() != Path.cwd():
        return str(called.absolute())
    return os.path.relpath(called) if called.is_relative_to(Path.cwd()) else str(called)


def print_json(value: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def print_json_list(name: str, items: Iterable[dict[str, Any]]) -> None:
    """One JSON object with one list on stdout, written item by item: memory does not grow with the list."""
    opening = before = f'{{"{name}": ['
    for item in items:
        sys.stdout.write(before + json.dumps(item, ensure_ascii=False))
        before = ", "
    sys.stdout.write((opening if before == opening else "") + "]}\n")


class RichProgress:
    """ports.progress.Progress as bars on stderr on a terminal, as one line per item elsewhere."""

    @contextmanager
    def track(self, what: str, total: int) -> Iterator[Callable[[str], None]]:
        """See ports.progress.Progress."""
        if not sys.stderr.isatty():
            yield _lines(what, total)
            return
        from rich.markup import escape
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        from kb_pipeline.cli.console import Console

        columns = (
            TextColumn("{task.description:<18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("[dim]{task.fields[note]}"),
        )
        with Progress(*columns, console=Console(stderr=True)) as bars:
            task = bars.add_task(what, total=total, note="")
            yield lambda note: bars.update(task, advance=1, note=escape(" ".join(note.split())[:60]))


def _lines(what: str, total: int) -> Callable[[str], None]:
    done = 0

    def tell(note: str) -> None:
        nonlocal done
        done += 1
        of_all = f"/{total}" if total >= done else ""  # a first run does not know how many there will be
        sys.stderr.write(f"{what} {done}{of_all} {' '.join(note.split())}\n")
        sys.stderr.flush()

    return tell
