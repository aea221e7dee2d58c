"""`kb import` and `kb check`: existing entries in, and whether packs, articles and prompts are valid."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption


def import_entries(
    file: Annotated[Path, typer.Argument(help="CSV or JSONL with question, answer and optional phrasings (separated by |).")],
    market: Annotated[str, typer.Option("--market", "-m", help="Market tag, e.g. th-TH.")],
    propose: Annotated[bool, typer.Option("--propose", help="Also put each into the queue, to be approved as it is.")] = False,
    json: JsonOption = False,
) -> None:
    """Take in a market's existing entries, to compare new ones with. They are never said until a person approved them."""
    from kb_pipeline.adapters.interchange.entries import read_entries
    from kb_pipeline.bootstrap import open_markets, open_store, today
    from kb_pipeline.services.review.import_entries import import_entries as take_in

    settings = load_settings()
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


def check(json: JsonOption = False) -> None:
    """Check market packs, source articles and prompts; every problem with file, line and remedy."""
    from kb_pipeline.adapters.packs.files import check_packs
    from kb_pipeline.bootstrap import open_source
    from kb_pipeline.domain.articles import Quarantined
    from kb_pipeline.errors import PromptError
    from kb_pipeline.prompts import load_prompt, prompt_names

    settings = load_settings()
    problems: list[dict[str, Any]] = [p.model_dump(mode="json") for p in check_packs(settings.locales_dir)]
    problems += [
        {"path": q.path, "line": q.line, "code": q.code, "message": q.message, "remedy": q.remedy}
        for q in open_source(settings).read()
        if isinstance(q, Quarantined)
    ]
    for name in prompt_names():
        try:
            load_prompt(name)
        except PromptError as error:
            path = f"prompts/{name}.md"
            problems.append({"path": path, "line": None, "code": error.code, "message": error.message, "remedy": error.remedy})
    if json:
        print_json({"problems": problems})
    else:
        for p in problems:
            typer.echo(f"{p['path']}:{p['line'] or 1}: {p['message']} [{p['code']}]; {p['remedy']}")
        typer.echo(f"{len(problems)} problems" if problems else "packs, articles and prompts are valid")
    if problems:
        raise typer.Exit(1)
