"""`kb qa`: the checks alone, over any bilingual file."""

import json as json_format
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings
from kb_pipeline.cli.options import JsonOption, OneMarketOption, the_market
from kb_pipeline.errors import UsageError

if TYPE_CHECKING:
    from rich.text import Text

    from kb_pipeline.adapters.interchange.tables import Opener
    from kb_pipeline.domain.findings import Finding
    from kb_pipeline.services.language.qa import CheckedBlock, QaReport

EXAMPLE = "Example: kb qa translations.csv --source-lang en --market th-TH --fields en,th. Exit code 1: a critical finding."
_LONG = 2_000_000  # bytes of a file that is worth a progress bar: some seconds

FieldsOption = Annotated[str, typer.Option(help="Columns of JSONL and CSV: source,target.")]
SourceOption = Annotated[str, typer.Option("--source-lang", help="Language of the source text.")]


def qa(
    file: Annotated[Path, typer.Argument(help="JSONL, CSV, TSV, TMX, XLIFF 1.2 or 2, or PO; of any size.")],
    markets: OneMarketOption,
    source_lang: SourceOption = "en",
    fields: FieldsOption = "source,target",
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many findings to show; --json has them all.")] = 50,
    json: JsonOption = False,
) -> None:
    """Run the checks over a translated file, whoever made it: facts, terms, labels, scripts, placeholders, links."""
    from kb_pipeline.adapters.interchange.bilingual import read_blocks
    from kb_pipeline.adapters.packs.files import load_market
    from kb_pipeline.services.language.qa import check_blocks, report_on
    from kb_pipeline.steps.checks import PROFILES, Profile

    known = {r.id for r in PROFILES[Profile.BLOCK]}
    if unknown := set(rule or ()) - known:
        raise UsageError(f"no rule '{sorted(unknown)[0]}'", f"one of: {', '.join(sorted(known))}")
    names, market = two_fields(fields), the_market(markets)
    pack = load_market(load_settings().locales_dir, market)
    with reading(file) as opened, TemporaryFile("w+", encoding="utf-8") as kept:
        blocks = ((b.source, b.target, b.place) for b in read_blocks(file, source_lang, market, names, opened))
        checked = check_blocks(blocks, source_lang, pack, datetime.now(UTC).date(), rule or ())
        shown = _Kept(kept) if json else _Shown(limit)
        report = report_on(checked, shown.show)
        shown.close(report)
    if report.critical:
        raise typer.Exit(1)


def two_fields(fields: str) -> tuple[str, str]:
    """The names in `source,target`. Raises UsageError."""
    source, _, target = fields.partition(",")
    if not source.strip() or not target.strip() or "," in target:
        raise UsageError(f"'{fields}' names no two fields", "write the source's and the target's: --fields en,th")
    return source.strip(), target.strip()


@contextmanager
def reading(file: Path) -> Iterator["Opener"]:
    """How to open `file`: under a bar on stderr, if it is long and that is a terminal."""
    from kb_pipeline.adapters.interchange.tables import open_plainly

    if not sys.stderr.isatty() or not file.is_file() or file.stat().st_size < _LONG:
        yield open_plainly
        return
    from rich.progress import Progress

    from kb_pipeline.cli.console import Console

    with Progress(console=Console(stderr=True), transient=True) as bars:
        yield lambda path: bars.open(path, "rb", description=path.name)


class _Kept:
    """The report as one JSON object, printed when the whole file was read: before that it may still be an error."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self._comma = file, ""

    def show(self, block: "CheckedBlock") -> None:
        """Keep the findings of a block."""
        for finding in block.findings:
            self._file.write(self._comma + json_format.dumps(_finding_json(block, finding), ensure_ascii=False))
            self._comma = ", "

    def close(self, report: "QaReport") -> None:
        """Print all."""
        sys.stdout.write(f'{{"blocks": {report.blocks}, "flagged": {report.flagged}, "findings": [')
        self._file.seek(0)
        shutil.copyfileobj(self._file, sys.stdout)
        sys.stdout.write(f'], "blocks_per_second": {report.blocks_per_second:.1f}}}\n')


def _finding_json(block: "CheckedBlock", finding: "Finding") -> dict[str, Any]:
    return {
        "index": block.index,
        "place": block.place,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "category": finding.category.value,
        "span": None if finding.start is None else [finding.start, finding.end],
        "message": finding.message,
        "fix": finding.fix,
    }


class _Shown:
    """The report as a table of the first findings, and a summary."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rows: list[tuple[CheckedBlock, Finding]] = []

    def show(self, block: "CheckedBlock") -> None:
        """Take findings until there are enough."""
        self._rows += [(block, finding) for finding in block.findings[: self._limit - len(self._rows)]]

    def close(self, report: "QaReport") -> None:
        """Print them."""
        from kb_pipeline.cli.console import Console

        console = Console()
        if self._rows:
            console.print(findings_table(self._rows))
        counts = ", ".join(f"{rule} {count}" for rule, count in report.findings.items()) or "no finding"
        share = f" ({report.flagged / report.blocks:.1%})" if report.blocks else ""
        speed = f"{report.blocks_per_second:.0f} blocks/s"
        console.print(f"{report.blocks} blocks, {report.flagged} flagged{share}: {counts}; {speed}")
        total = sum(report.findings.values())
        if total > len(self._rows):
            console.print(f"... {total - len(self._rows)} findings more: --limit {total}, or --json")


def findings_table(rows: "list[tuple[CheckedBlock, Finding]]") -> Any:  # noqa: ANN401 - a rich Table
    """Findings for people, each beside its block."""
    from rich.table import Table
    from rich.text import Text

    table = Table(show_lines=True, expand=True)
    for name, ratio in (("place", 2), ("rule", 3), ("message", 5), ("source", 5), ("target", 5)):
        table.add_column(name, ratio=ratio, min_width=8)
    colours = {"critical": "bold red", "major": "yellow", "minor": "cyan"}
    for block, finding in rows:
        rule = Text(f"{finding.rule}\n{finding.severity.value}", style=colours[finding.severity.value])
        message = Text(finding.message + (f" → {finding.fix}" if finding.fix else ""))
        table.add_row(Text(block.place), rule, message, Text(block.source[:300]), _marked(block, finding))
    return table


def _marked(block: "CheckedBlock", finding: "Finding") -> "Text":
    from rich.text import Text

    text = Text(block.target)
    if finding.start is not None:
        text.stylize("reverse", finding.start, finding.end)
    return text[:300]
