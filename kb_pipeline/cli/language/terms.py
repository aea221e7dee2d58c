"""`kb terms`: a market's term base: look at it, take terms in, give them out, learn from reviewers."""

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption, OneMarketOption, the_market
from kb_pipeline.domain.markets import Term, TermStatus
from kb_pipeline.errors import UsageError

if TYPE_CHECKING:
    from kb_pipeline.services.language.terms import TermMerge
    from kb_pipeline.steps.localize.term_candidates import TermCandidate

app = typer.Typer(no_args_is_help=True, help="A market's term base: look at it, take terms in and out, learn from reviewers.")
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, write nothing.")]


class _Format(StrEnum):
    TBX = "tbx"
    CSV = "csv"


@app.command("import", epilog="Example: kb terms import glossary.tbx --market th-TH --dry-run")
def import_(
    file: Annotated[Path, typer.Argument(help="TBX (ISO 30042), or CSV or TSV with source,target[,status,note,source_lang].")],
    markets: OneMarketOption,
    source_lang: Annotated[str, typer.Option(help="Language of the source terms.")] = "en",
    status: Annotated[TermStatus, typer.Option(help="Status of terms that state none.")] = TermStatus.PREFERRED,
    dry_run: _DryRun = False,
    json: JsonOption = False,
) -> None:
    """Add a glossary's terms to termbase.csv. What contradicts a row that is there is reported, never overwritten.

    The rows of the file keep their order and their bytes; new ones follow. A pack that would fail kb check is not written.
    """
    from kb_pipeline.adapters.interchange.terms import read_terms_file
    from kb_pipeline.bootstrap import open_markets
    from kb_pipeline.services.language.terms import merge

    market, settings = the_market(markets), load_settings()
    (pack,) = open_markets(settings, [market])
    merged = merge(pack.terms, read_terms_file(file, source_lang, market, status))
    _write(settings.locales_dir, market, merged, dry_run=dry_run, json=json)


@app.command(epilog="Example: kb terms export --market th-TH --format tbx --out th-TH.tbx")
def export(
    markets: OneMarketOption,
    format_: Annotated[_Format, typer.Option("--format", help="TBX-Basic (ISO 30042:2019), or our CSV.")] = _Format.TBX,
    out: Annotated[Path | None, typer.Option(help="File to write; else stdout.")] = None,
    json: JsonOption = False,
) -> None:
    """Give the term base to another tool."""
    from kb_pipeline.adapters.interchange.terms import csv_text, tbx_text
    from kb_pipeline.bootstrap import open_markets

    market = the_market(markets)
    (pack,) = open_markets(load_settings(), [market])
    title = f"{pack.name} ({pack.tag})"
    text = csv_text(pack.terms) if format_ is _Format.CSV else tbx_text(pack.terms, pack.tag, title)
    if out is not None:
        _save(out, text)
    if json:
        where = {"text": text} if out is None else {"file": str(out)}
        print_json({"market": market, "format": format_.value, "terms": len(pack.terms), **where})
    else:
        typer.echo(text if out is None else f"{len(pack.terms)} terms in {out}\n", nl=False)


def _save(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"cannot write '{out}': {error.strerror}", "choose a file in a folder that exists") from error


@app.command("list", epilog="Example: kb terms list --market th-TH --conflicts")
def list_(
    markets: OneMarketOption,
    conflicts: Annotated[
        bool, typer.Option("--conflicts", help="Only live labels that the term base renders otherwise.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """The terms of a market; or where the app's own labels disagree with them."""
    from kb_pipeline.bootstrap import open_markets
    from kb_pipeline.services.language.terms import label_conflicts

    market = the_market(markets)
    (pack,) = open_markets(load_settings(), [market])
    if conflicts:
        found = label_conflicts(pack)
        if json:
            print_json({"market": market, "conflicts": [c.model_dump(mode="json") for c in found]})
            return
        rows = [(c.label.key, c.label.source, c.label.target, ", ".join(t.target for t in c.terms)) for c in found]
        _table(("label", "source", "the app says", "the term base says"), rows)
        typer.echo(f"{len(found)} of {len(pack.ui_strings)} labels differ from the term base")
        return
    if json:
        print_json({"market": market, "terms": [t.model_dump(mode="json") for t in pack.terms]})
        return
    _table(("source", "target", "status", "note", "language"), [_cells(t) for t in pack.terms])
    typer.echo(f"{len(pack.terms)} terms")


@app.command(epilog="Example: kb terms candidates --market th-TH --accept 1 --by somchai")
def candidates(
    markets: OneMarketOption,
    least: Annotated[int, typer.Option(min=2, help="Edits that must have made the same replacement.")] = 2,
    accept: Annotated[list[int] | None, typer.Option(help="Take the candidate of this number over. May be repeated.")] = None,
    by: Annotated[str, typer.Option(help="Who accepts; it is written into the note.")] = "",
    dry_run: _DryRun = False,
    json: JsonOption = False,
) -> None:
    """What reviewers replace again and again in approved edits: a term, its rendering, and the rendering to forbid."""
    from kb_pipeline.bootstrap import open_markets, open_store
    from kb_pipeline.services.language.terms import accepted, merge
    from kb_pipeline.services.language.terms import candidates as mined

    market, settings = the_market(markets), load_settings()
    (pack,) = open_markets(settings, [market])
    with closing(open_store(settings)) as store:
        found = mined(store, pack, least)
    if not accept:
        _show_candidates(market, found, json=json)
        return
    if not by.strip():
        raise UsageError("nobody accepts the candidates", "say who: --by NAME")
    if wrong := [n for n in accept if not 1 <= n <= len(found)]:
        raise UsageError(f"no candidate {wrong[0]} of {len(found)}", f"look at them: kb terms candidates --market {market}")
    merged = merge(pack.terms, accepted([found[n - 1] for n in dict.fromkeys(accept)], by.strip()))
    _write(settings.locales_dir, market, merged, dry_run=dry_run, json=json)


def _write(root: Path, market: str, merged: "TermMerge", *, dry_run: bool, json: bool) -> None:
    """Write what is new, unless nothing is or it is a dry run; say what was done."""
    from kb_pipeline.adapters.interchange.terms import write_termbase

    written = bool(merged.added) and not dry_run
    if written:
        write_termbase(root, market, merged.added)
    if json:
        print_json({"market": market, "written": written, **merged.model_dump(mode="json")})
        return
    rows = [("added" if written else "would be added", *_cells(t)[:3], "") for t in merged.added]
    rows += [("conflict", *_cells(c.term)[:3], c.reason) for c in merged.conflicts]
    _table(("", "source", "target", "status", "why"), rows)
    done = "added" if written else "to add"
    summary = f"{len(merged.added)} {done}, {len(merged.known)} known, {len(merged.conflicts)} in conflict"
    typer.echo(f"{market}: {summary}" + ("; nothing written (dry run)" if dry_run else ""))
    if written:
        typer.echo("Texts that break a new row become due: kb run --dry-run")


def _show_candidates(market: str, found: "tuple[TermCandidate, ...]", *, json: bool) -> None:
    if json:
        print_json(
            {"market": market, "candidates": [{"number": n, **c.model_dump(mode="json")} for n, c in enumerate(found, 1)]}
        )
        return
    rows = [
        (
            str(n),
            c.source,
            c.preferred,
            c.forbidden,
            f"{c.count} by {', '.join(c.people)}",
            f"{c.confidence:.0%}",
            c.examples[0].after,
        )
        for n, c in enumerate(found, 1)
    ]
    _table(("#", "source", "write", "not", "edits", "sure", "example"), rows)
    typer.echo(
        f"{len(found)} candidates" + (f"; accept: kb terms candidates --market {market} --accept 1 --by NAME" if found else "")
    )


def _cells(term: Term) -> tuple[str, ...]:
    return (term.source or "(any)", term.target, term.status.value, term.note, term.source_lang)


def _table(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from kb_pipeline.cli.console import Console

    if not rows:
        return
    table = Table()
    for name in names:
        table.add_column(name)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
