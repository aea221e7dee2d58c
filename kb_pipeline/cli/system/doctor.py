"""`kb doctor`: whether this home can work, and with --deep whether all that must hold of it does."""

from typing import TYPE_CHECKING, Annotated

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption

if TYPE_CHECKING:
    from kb_pipeline.services.invariants.invariants import Found


def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Also the invariants I1 to I10: decisions, texts, releases, trail, files.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """A quick look at this home, with what to do where it is wrong. Nothing is changed; the exit code is 1 where it is."""
    from kb_pipeline.bootstrap import open_home
    from kb_pipeline.cli.system.doctor_looks import look_around
    from kb_pipeline.services.invariants.invariants import check_invariants

    settings, invariants = load_settings(), tuple["Found", ...]()
    looks = look_around(settings)
    can_be_read = all(look.ok for look in looks if look.name in {"home", "store", "packs"})
    if deep and can_be_read and settings.home.is_dir():
        with open_home(settings) as home:
            invariants = check_invariants(home)
    ok = all(look.ok for look in looks) and all(found.holds for found in invariants)
    if json:
        found = [{**f.model_dump(exclude={"breaches"}), "holds": f.holds, "breaches": _breaches(f)} for f in invariants]
        print_json({"ok": ok, "looks": [look._asdict() for look in looks], "invariants": found})
    else:
        for look in looks:
            _show(look.ok, look.name, look.message, look.remedy)
        for each in invariants:
            _show(each.holds, each.name, each.sentence)
            for breach in each.breaches:
                _show(False, "", breach.message, breach.remedy)
        if deep and not invariants:
            typer.echo("The invariants were not checked: there is nothing to read yet, or it cannot be read.")
    if not ok:
        raise typer.Exit(1)


def _breaches(found: "Found") -> list[dict[str, str]]:
    return [breach._asdict() for breach in found.breaches]


def _show(ok: bool, name: str, message: str, remedy: str = "") -> None:
    typer.echo(f"{'  ok ' if ok else 'wrong'}  {name:<10} {message}")
    if not ok and remedy:
        typer.echo(f"{'':<18}what to do: {remedy}")
