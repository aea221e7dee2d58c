"""`kb market`: the packs that are there, how a market writes, and a new one."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption

app = typer.Typer(no_args_is_help=True, help="Markets are folders of data under KB_LOCALES_DIR: add, list, show them.")

TagArgument = Annotated[str, typer.Argument(metavar="TAG", help="BCP-47 tag of language and territory, e.g. vi-VN.")]


@app.command(epilog="Example: kb market add vi-VN --dry-run; then kb market add vi-VN. In the same language: --from es-ES")
def add(
    tag: TagArgument,
    model: Annotated[
        str,
        typer.Option("--from", metavar="TAG", help="Begin with this pack; of one language, its terms and labels come along."),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files, and write nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Make the folder of a new market, with CLDR's conventions filled in. It passes kb check; what a person must still decide
    is a check list in its style.md. Amounts, clauses and availability are never taken over from another market.
    """
    from kb_pipeline.adapters.packs.scaffold import scaffold, write_scaffold

    made = scaffold(load_settings().locales_dir, tag, model)
    if not dry_run:
        write_scaffold(made)
    if json:
        print_json({**made.model_dump(mode="json"), "written": not dry_run})
        return
    for name, text in made.files.items():
        typer.echo(f"{Path(made.folder) / name}: {text.count(chr(10))} lines")
        if dry_run and name == "market.yaml":
            typer.echo("".join(f"    {line}\n" for line in text.splitlines()), nl=False)
    typer.echo(f"To decide by a person ({len(made.to_decide)}), also in {Path(made.folder) / 'style.md'}:")
    for line in made.to_decide:
        typer.echo(f"  - {_short(line)}")
    typer.echo("nothing was written: leave out --dry-run" if dry_run else f"look at it: kb market show {tag}; then kb check")


@app.command(name="list", epilog="Example: kb market list --json")
def list_(json: JsonOption = False) -> None:
    """Every market with the size of its pack, and the problems and warnings that kb check tells."""
    from kb_pipeline.adapters.packs.files import inspect_packs

    reports = inspect_packs(load_settings().locales_dir)
    rows = [
        {
            "tag": report.tag,
            **_counts(report.market),
            "problems": [str(problem) for problem in report.problems],
            "warnings": [str(warning) for warning in report.warnings],
        }
        for report in reports
    ]
    if json:
        print_json({"markets": rows})
        return
    typer.echo(f"{'market':<12} {'name':<20} {'terms':>6} {'labels':>6} {'facts':>6} {'golden':>6}  problems")
    for row in rows:
        numbers = " ".join(f"{row.get(name, '?'):>6}" for name in ("terms", "labels", "facts", "golden"))
        typer.echo(f"{row['tag']:<12} {row.get('name', '?'):<20} {numbers}  {len(row['problems']) or 'none'}")
    for row in rows:
        for problem in row["problems"]:
            typer.echo(f"  {problem}")
        for warning in row["warnings"]:
            typer.echo(f"  warning: {warning}")
    if not rows:
        typer.echo("no markets yet; add one: kb market add TAG")


_RULES = {"tag", "fallback", "risk_topics", "limits", "addresses", "clauses", "unavailable"}  # of a pack, as they are shown


@app.command(epilog="Example: kb market show th-TH")
def show(tag: TagArgument, json: JsonOption = False) -> None:
    """One market: its conventions with examples, what it must say and does not have, and the size of its pack."""
    from kb_pipeline.bootstrap import open_markets
    from kb_pipeline.steps.localize.conventions import samples_of

    (pack,) = open_markets(load_settings(), [tag])
    forms = samples_of(pack.tag, pack.conventions)
    if json:
        shown = pack.model_dump(mode="json", include=_RULES)
        conventions = pack.conventions.model_dump(mode="json")
        print_json({**shown, **_counts(pack), "conventions": conventions, "samples": forms.model_dump(mode="json")})
        return
    for name, value in (*_forms(pack, forms), *_rules(pack)):
        typer.echo(f"{name:<14} {value}")


def _counts(pack: Any) -> dict[str, Any]:  # noqa: ANN401 - a domain.markets.Market, or None: imported lazily
    if pack is None:
        return {}
    sizes = {"terms": pack.terms, "labels": pack.ui_strings, "facts": pack.facts, "golden": pack.golden}
    return {"name": pack.name, "fingerprint": pack.fingerprint, **{name: len(rows) for name, rows in sizes.items()}}


def _forms(pack: Any, forms: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a Market, and its steps.localize.conventions.Samples
    ours = pack.conventions
    marks = " ".join(ours.question_marks) or "none needed"
    return [
        ("market", f"{pack.tag} · {pack.name} · {pack.language_name}"),
        ("number", f"{forms.number} · {forms.percent}"),
        ("money", f"{forms.money} ({ours.currency})"),
        ("date", forms.date + (" (Buddhist years)" if ours.buddhist_era else "")),
        ("time", f"{forms.time} ({forms.hours} hours)"),
        ("quotation", forms.quotes),
        ("questions", f"{marks}; {len(ours.question_words)} question words" + _opening(forms.before_questions)),
        ("sentences", "end with a full stop" if ours.full_stop else "end with a space"),
        ("scripts", ", ".join(ours.scripts)),
    ]


def _rules(pack: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    limits, counts = pack.limits, _counts(pack)
    return [
        ("limits", f"question {limits.question}, answer {limits.answer}, phrasing {limits.phrasing} characters"),
        ("fallback", ", ".join(pack.fallback) or "none"),
        ("risk topics", ", ".join(pack.risk_topics) or "none"),
        ("may lead to", ", ".join(pack.addresses) or "what an article names openly"),
        *(("must be said", f"{c.topic}: {c.text} ({c.source})") for c in pack.clauses),
        *(("unavailable", f"{u.name} ({u.source})") for u in pack.unavailable),
        ("pack", ", ".join(f"{counts[name]} {name}" for name in ("terms", "labels", "facts", "golden"))),
    ]


def _opening(mark: str) -> str:
    return f"; begin with {mark}" if mark else ""


def _short(line: str) -> str:
    return line if len(line) <= 150 else f"{line[:150].rsplit(', ', 1)[0]}, ..."
