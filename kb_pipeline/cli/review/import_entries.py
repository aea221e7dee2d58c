"""`kb import`: a market's existing entries in."""

from pathlib import Path
from typing import Annotated

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption, OneMarketOption, the_market


def import_entries(
    file: Annotated[Path, typer.Argument(help="CSV, TSV or JSONL: question, answer and optional phrasings (separated by |).")],
    markets: OneMarketOption,
    propose: Annotated[bool, typer.Option("--propose", help="Also put each into the queue, to be approved as it is.")] = False,
    json: JsonOption = False,
) -> None:
    """Take in a market's existing entries, to compare new ones with. They are never said until a person approved them."""
    from kb_pipeline.adapters.interchange.entries import read_entries
    from kb_pipeline.bootstrap import open_markets, open_store, today
    from kb_pipeline.services.review.import_entries import import_entries as take_in

    market, settings = the_market(markets), load_settings()
    (pack,) = open_markets(settings, [market])
    result = take_in(read_entries(file), pack, open_store(settings), today() if propose else None)
    rejected = [r.model_dump() for r in result.rejected]
    counts = {"imported": len(result.imported), "proposed": len(result.proposed), "duplicates": result.duplicates}
    if json:
        print_json({**counts, "rejected": rejected})
    else:
        typer.echo(f"{len(result.imported)} imported, {result.duplicates} known already, {len(rejected)} rejected")
        if propose:
            typer.echo(f"{len(result.proposed)} wait for a person: kb review list --market {market}")
        for row in result.rejected:
            typer.echo(f"  {file}:{row.line}: {row.message} [{row.code}]")
    if rejected:
        raise typer.Exit(1)
