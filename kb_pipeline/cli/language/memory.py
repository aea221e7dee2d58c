"""`kb memory`: approved translations, to be looked up, given away and taken in."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.language.qa import FieldsOption, SourceOption, findings_table, reading, two_fields
from kb_pipeline.cli.options import JsonOption, OneMarketOption, the_market
from kb_pipeline.errors import ForbiddenError

if TYPE_CHECKING:
    from kb_pipeline.domain.accounts import User
    from kb_pipeline.domain.markets import Market
    from kb_pipeline.domain.translation_memory import MemoryUnit
    from kb_pipeline.ports.accounts import AccountStore
    from kb_pipeline.services.language.translation_memory import MemoryImport
    from kb_pipeline.steps.localize.translation_memory import TranslationMemory

app = typer.Typer(
    no_args_is_help=True,
    help="The translation memory: approved pairs, to be looked up, given away as TMX and taken in.",
)


@app.command(epilog='Example: kb memory search "How long does a refund take?" --market th-TH')
def search(
    text: Annotated[str, typer.Argument(help="A text in the source's language.")],
    markets: OneMarketOption,
    source_lang: SourceOption = "en",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 5,
    least: Annotated[float, typer.Option(min=0, max=100, help="The least score; 100 is the same text.")] = 70.0,
    json: JsonOption = False,
) -> None:
    """What the memory offers for a text: the score of each pair, after what speaks against it."""
    market = the_market(markets)
    found = _memory(market).match(text, source_lang, limit, least)
    if json:
        print_json({"matches": [{"score": m.score, "penalties": m.penalties, **_unit_json(m.unit)} for m in found]})
        return
    for match in found:
        why = f"  ({', '.join(match.penalties)})" if match.penalties else ""
        typer.echo(f"{match.score:5.1f}{why}\n{_lines(match.unit)}")
    if not found:
        typer.echo(f"nothing in the memory of {market} scores {least:g} or more; try a lower --least")


@app.command(name="list", epilog="Example: kb memory list --market th-TH --limit 20")
def list_(
    markets: OneMarketOption,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 50,
    json: JsonOption = False,
) -> None:
    """The pairs of a market, the newest first: questions, answers, sentences of answers, imports."""
    units = _memory(the_market(markets)).units
    if json:
        print_json({"total": len(units), "units": [_unit_json(unit) for unit in units[:limit]]})
        return
    for unit in units[:limit]:
        typer.echo(_lines(unit))
    imported = sum(unit.is_imported for unit in units)
    typer.echo(f"{len(units)} pairs, {imported} of them imported; {min(limit, len(units))} shown")


@app.command(epilog="Example: kb memory export th.tmx --market th-TH")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.tmx", help="The file to write.")],
    markets: OneMarketOption,
    json: JsonOption = False,
) -> None:
    """Write a market's pairs as TMX 1.4b, which translation tools read."""
    from kb_pipeline.adapters.interchange.tmx import write_tmx

    count = write_tmx(file, reversed(_memory(the_market(markets)).units))
    if json:
        print_json({"file": str(file), "units": count})
    else:
        typer.echo(f"{count} pairs written to {file}")


@app.command(
    name="import",
    epilog="Example: kb memory import agency.tmx --market th-TH --by malee --dry-run. Exit code 1: some pairs were refused.",
)
def import_(
    file: Annotated[Path, typer.Argument(help="TMX, XLIFF 1.2 or 2, PO, JSONL, CSV or TSV.")],
    markets: OneMarketOption,
    by: Annotated[str, typer.Option(help="The user who vouches for the pairs: a reviewer of the market.")],
    source_lang: SourceOption = "en",
    fields: FieldsOption = "source,target",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be kept and refused.")] = False,
    json: JsonOption = False,
) -> None:
    """Take in pairs that people translated elsewhere. They are checked; a pair with a critical finding is refused."""
    from kb_pipeline.adapters.interchange.bilingual import read_blocks
    from kb_pipeline.bootstrap import open_store, today
    from kb_pipeline.services.language.translation_memory import import_units

    market = the_market(markets)
    settings, pack = load_settings(), _pack(market)
    with closing(open_store(settings)) as store, reading(file) as opened:
        blocks = read_blocks(file, source_lang, market, two_fields(fields), opened)
        result = import_units(
            ((b.source, b.target, b.place) for b in blocks),
            source_lang,
            pack,
            store,
            person=_person(store, by, market),
            origin=file.name,
            day=today(),
            dry_run=dry_run,
        )
    _print_import(result, dry_run, json)
    if result.refused:
        raise typer.Exit(1)


def _print_import(result: "MemoryImport", dry_run: bool, json: bool) -> None:
    if json:
        refused = [
            {
                "place": b.place,
                "source": b.source,
                "target": b.target,
                "findings": [f.model_dump(mode="json") for f in b.findings],
            }
            for b in result.refused
        ]
        counts = {"read": result.read, "new": result.new, "known": result.known, "refusals": result.refusals}
        print_json({"dry_run": dry_run, **counts, "refused": refused})
        return
    if result.refused:
        from kb_pipeline.cli.console import Console

        critical = [(block, f) for block in result.refused for f in block.findings if f.severity.value == "critical"]
        Console().print(findings_table(critical))
    done = "would be new" if dry_run else "new"
    typer.echo(f"{result.read} pairs read: {result.new} {done}, {result.known} known already, {result.refusals} refused")
    if len(result.refused) < result.refusals:
        typer.echo(f"only the first {len(result.refused)} of them are shown")


def _memory(market: str) -> "TranslationMemory":
    from kb_pipeline.bootstrap import open_store
    from kb_pipeline.services.language.translation_memory import open_memory

    pack = _pack(market)
    with closing(open_store(load_settings())) as store:
        return open_memory(store, pack.tag)


def _pack(market: str) -> "Market":
    from kb_pipeline.bootstrap import open_markets

    (pack,) = open_markets(load_settings(), [market])
    return pack


def _person(store: "AccountStore", name: str, market: str) -> "User":
    person = store.user(name)
    if person is None:
        raise ForbiddenError(f"no user '{name}'", f"add the person: kb user add {name} --role reviewer --market {market}")
    return person


def _unit_json(unit: "MemoryUnit") -> dict[str, Any]:
    return {"id": unit.id, **unit.model_dump()}


def _lines(unit: "MemoryUnit") -> str:
    by: Sequence[str] = (unit.origin, unit.actor) if unit.actor else (unit.origin,)
    return f"  {unit.source}\n  {unit.target}\n  [{', '.join(by)}]"
