"""`kb import`: a market's existing entries in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb_pipeline.cli.display import RichProgress, load_settings, print_json
from kb_pipeline.cli.options import JsonOption, OneMarketOption, the_market

if TYPE_CHECKING:
    from kb_pipeline.services.review.import_entries import ImportResult


def import_entries(
    file: Annotated[Path, typer.Argument(help="CSV, TSV or JSONL: question, answer and optional phrasings (separated by |).")],
    markets: OneMarketOption,
    propose: Annotated[bool, typer.Option("--propose", help="Also put each into the queue, to be approved as it is.")] = False,
    json: JsonOption = False,
) -> None:
    """Take in a market's existing entries, to compare new ones with. They are never said until a person approved them.

    Each row is compared with the market's entries and with the rows before it: what contradicts one is marked, and takes two
    people. Of rows that ask the same and answer otherwise, only the first is taken.
    """
    from kb_pipeline.adapters.interchange.entries import read_entries
    from kb_pipeline.bootstrap import open_embedder, open_markets, open_store, today
    from kb_pipeline.services.review.import_entries import Importer

    market, settings = the_market(markets), load_settings()
    (pack,) = open_markets(settings, [market])
    rows, store = sum(1 for _ in read_entries(file)), open_store(settings)
    importer = Importer(store, open_embedder(settings, store), pack, today(), propose=propose)
    result = importer.run(read_entries(file), RichProgress(), rows)
    if json:
        print_json(
            {
                "imported": len(result.imported),
                "proposed": len(result.proposed),
                "duplicates": result.duplicates,
                "relations": result.relations,
                "contradictions": [c.model_dump() for c in result.contradictions],
                "rejected": [r.model_dump() for r in result.rejected],
                "waiting": [w.model_dump() for w in result.waiting],
            }
        )
    else:
        _print_result(result, file, market, propose=propose)
    if result.rejected:
        raise typer.Exit(1)


def _print_result(result: "ImportResult", file: Path, market: str, *, propose: bool) -> None:
    typer.echo(f"{len(result.imported)} imported, {result.duplicates} known already, {len(result.rejected)} rejected")
    if result.relations:
        typer.echo("compared with the market: " + ", ".join(f"{n} {kind}" for kind, n in sorted(result.relations.items())))
    for row in result.contradictions:
        typer.echo(f"  {file}:{row.line}: contradicts entry {row.twin_id}: {'; '.join(row.why)} [contradictory]")
    for waiting in result.waiting:
        remedy = f"not proposed: a person's text waits, decide on it first: kb review show {waiting.change_id}"
        typer.echo(f"  {file}:{waiting.line}: {remedy}")
    for rejected in result.rejected:
        typer.echo(f"  {file}:{rejected.line}: {rejected.message} [{rejected.code}]")
    if propose:
        typer.echo(f"{len(result.proposed)} wait for a person: kb review list --market {market}")
