"""`kb qa`: the checks alone, over any bilingual file."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from kb_pipeline.cli.display import JsonOption, load_settings, print_json
from kb_pipeline.errors import UsageError

_EPILOG = "Example: kb qa translations.csv --source-lang en --market th-TH --fields en,th. Exit code 1: a critical finding."


def qa(
    file: Annotated[Path, typer.Argument(help="JSONL, CSV, TSV, TMX, XLIFF 1.2 or 2, or PO.")],
    market: Annotated[str, typer.Option("--market", "-m", help="Market whose pack and language the target must fit.")],
    source_lang: Annotated[str, typer.Option(help="Language of the source text.")] = "en",
    fields: Annotated[str, typer.Option(help="Columns of JSONL and CSV: source,target.")] = "source,target",
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many findings to show.")] = 50,
    json: JsonOption = False,
) -> None:
    """Run the checks over a translated file, whoever made it: facts, terms, labels, scripts, placeholders, links."""
    from kb_pipeline.adapters.bilingual_files import read_blocks
    from kb_pipeline.bootstrap import open_markets, today
    from kb_pipeline.services.qa import check_blocks, is_critical
    from kb_pipeline.steps.checks import BLOCK_RULES

    known = {r.id for r in BLOCK_RULES}
    if unknown := set(rule or ()) - known:
        raise UsageError(f"no rule '{sorted(unknown)[0]}'", f"one of: {', '.join(sorted(known))}")
    source_field, _, target_field = fields.partition(",")
    if not source_field or not target_field or "," in target_field:
        raise UsageError(f"'{fields}' names no two fields", "write the source's and the target's: --fields en,th")
    (pack,) = open_markets(load_settings(), [market])
    blocks = read_blocks(file, source_lang, market, (source_field.strip(), target_field.strip()))
    report = check_blocks(((b.source, b.target, b.place) for b in blocks), source_lang, pack, today(), rule or ())
    if json:
        print_json(_said(report))
    else:
        _show(report, limit)
    if is_critical(report):
        raise typer.Exit(1)


def _said(report: Any) -> dict[str, Any]:  # noqa: ANN401 - a services.qa.QaReport, imported lazily
    findings = [
        {
            "index": item.index,
            "place": item.place,
            "rule": item.finding.rule,
            "severity": item.finding.severity.value,
            "category": item.finding.category.value,
            "span": None if item.finding.start is None else [item.finding.start, item.finding.end],
            "message": item.finding.message,
            "fix": item.finding.fix,
        }
        for item in report.findings
    ]
    return {
        "blocks": report.blocks,
        "flagged": report.flagged,
        "findings": findings,
        "blocks_per_second": round(report.blocks_per_second, 1),
    }


def _show(report: Any, limit: int) -> None:  # noqa: ANN401
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if report.findings:
        table = Table(show_lines=True, expand=True)
        for name, ratio in (("place", 2), ("rule", 3), ("message", 5), ("source", 5), ("target", 5)):
            table.add_column(name, ratio=ratio, min_width=8)
        colours = {"critical": "bold red", "major": "yellow", "minor": "cyan"}
        for item in report.findings[:limit]:
            f = item.finding
            rule = Text(f"{f.rule}\n{f.severity.value}", style=colours[f.severity.value])
            table.add_row(
                item.place, rule, Text(f.message + (f" → {f.fix}" if f.fix else "")), Text(item.source[:300]), _marked(item)
            )
        console.print(table)
    rules = Counter(item.finding.rule for item in report.findings)
    said = ", ".join(f"{rule} {count}" for rule, count in rules.most_common()) or "no finding"
    share = f" ({report.flagged / report.blocks:.1%})" if report.blocks else ""
    console.print(f"{report.blocks} blocks, {report.flagged} flagged{share}: {said}; {report.blocks_per_second:.0f} blocks/s")
    if len(report.findings) > limit:
        console.print(f"... {len(report.findings) - limit} findings more: --limit {len(report.findings)}")


def _marked(item: Any) -> Any:  # noqa: ANN401
    from rich.text import Text

    text = Text(item.target)
    if item.finding.start is not None:
        text.stylize("reverse", item.finding.start, item.finding.end)
    return text[:300]
