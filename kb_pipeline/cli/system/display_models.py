"""Models and downloads, for people."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from kb_pipeline.adapters.models.fetch import FetchedModel
from kb_pipeline.cli.console import Console

_STEP = 0.1  # off a terminal, a line for each tenth


@contextmanager
def download_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A context whose value takes (what, bytes so far, bytes in all): a bar on a terminal, a line per tenth elsewhere."""
    if not sys.stderr.isatty():
        yield _tenths()
        return
    columns = (
        TextColumn("{task.description:<40}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield tell


def _tenths() -> Callable[[str, int, int], None]:
    shown: dict[str, int] = {}

    def tell(what: str, done: int, total: int) -> None:
        tenth = int(done / total / _STEP) if total else 0
        if shown.get(what) != tenth:
            shown[what] = tenth
            sys.stderr.write(f"{what}: {done / 1e6:.0f} of {total / 1e6:.0f} MB\n")
            sys.stderr.flush()

    return tell


def print_models(models: Sequence[FetchedModel]) -> None:
    """A table of the embedded models."""
    table = Table("model", "here", "MB", "sha256", "source", "path")
    for model in models:
        here = "[green]yes[/]" if model.present else "[red]no[/]: kb models fetch"
        table.add_row(model.name, here, f"{model.bytes / 1e6:.0f}", model.sha256[:12], model.source, str(model.path))
    Console().print(table)
