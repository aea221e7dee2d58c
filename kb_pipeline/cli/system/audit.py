"""`kb audit`: who did what, and the proof that nobody changed it, or what it is about, by hand."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import ActorOption, JsonOption, acting

if TYPE_CHECKING:
    from kb_pipeline.domain.audit import AnchorMark, AuditReport

app = typer.Typer(no_args_is_help=True, help="The audit trail: read it, prove it.")
_REMEDY = "restore a backup: kb restore FILE; or, when you know what happened and take it as it is: kb audit seal --reason WHY"
_UNANCHORED = (
    "the anchor '{}' is not there, or empty, so that a trail that was cut is not found; the next write makes it. "
    "Nobody took it away? Else put it back, or compare with a head that was written down: kb audit verify --head EVENTS:HASH"
)


@app.command(epilog="Example: kb audit verify --json")
def verify(
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Prove a file of kb audit export instead; it needs no database.")
    ] = None,
    head: Annotated[
        list[str] | None,
        typer.Option(metavar="EVENTS:HASH", help="A head that was written down elsewhere. May be repeated."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Prove that no event was changed, removed or put in, and that the events explain every row that they are about."""
    from kb_pipeline.adapters.audit.export_file import verify_export
    from kb_pipeline.bootstrap import open_audit_anchor, open_audit_keys, open_store

    settings, warnings = load_settings(), tuple[str, ...]()
    if export is not None:
        report = verify_export(export, open_audit_keys(settings).known())
    else:
        with closing(open_store(settings)) as store:
            report = store.verify_trail([_mark(text) for text in head or ()])
        anchor = open_audit_anchor(settings)
        if anchor and report.events and not anchor.marks():
            warnings = (_UNANCHORED.format(anchor.path),)
    if json:
        print_json(_row(report) | {"warnings": warnings})
    else:
        _print(report)
        for warning in warnings:
            typer.echo(f"warning: {warning}")
    if report.findings:
        raise typer.Exit(1)


@app.command(epilog="Example: kb audit log --subject th-TH/r0007")
def log(
    subject: Annotated[
        str | None, typer.Option(help="Only of this: a change, an entry, a release, user/NAME or key/ID.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, the last ones.")] = 50,
    json: JsonOption = False,
) -> None:
    """The last events, oldest first: who did what to what, when."""
    from kb_pipeline.bootstrap import open_store

    with closing(open_store(load_settings())) as store:
        events = store.events(subject, limit)
    if json:
        print_json({"events": [event.model_dump(mode="json") for event in events]})
        return
    for event in events:
        typer.echo(f"{event.seq:>6}  {event.at:%Y-%m-%d %H:%M:%S}  {event.actor:<12} {event.action:<24} {event.subject}")


@app.command(epilog="Example: kb audit export /safe/place/trail.jsonl")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to. Never overwritten.")], json: JsonOption = False
) -> None:
    """Write a signed copy of the whole trail, to be kept where nobody who can write the database can write."""
    from kb_pipeline.adapters.audit.export_file import write_export
    from kb_pipeline.bootstrap import open_audit_keys, open_store

    settings = load_settings()
    with closing(open_store(settings)) as store:
        events, head = write_export(file, store.links(), open_audit_keys(settings).current())
    if json:
        print_json({"file": str(file), "events": events, "head": head})
    else:
        typer.echo(f"{file}: {events} events, head {head}")


@app.command(epilog="Example: kb audit seal --reason 'the key of the old server is lost'")
def seal(
    reason: Annotated[str, typer.Option(help="Why it is taken as it is; kept in the audit trail.")],
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """Take everything as it stands: from here on the trail vouches for it, and says who took what was found before, and why.

    For a lost key, a database that was put back by other tools than kb restore, or a repair by hand. What was found is in the
    event. An entry that nobody approved is still not published.
    """
    from kb_pipeline.bootstrap import open_store
    from kb_pipeline.errors import BlockedError

    if not reason.strip():
        raise BlockedError("a seal without a reason", "say why: --reason")
    with closing(open_store(load_settings())) as store:
        before = store.seal_trail(acting(actor), reason.strip())
        events, head = store.audit_head()
    if json:
        print_json({"events": events, "head": head, "accepted": [f.model_dump(mode="json") for f in before.findings]})
        return
    for finding in before.findings:
        typer.echo(f"taken as it is: {finding}")
    typer.echo(f"sealed: event {events}, head {head}")


def _mark(text: str) -> "AnchorMark":
    from kb_pipeline.domain.audit import AnchorMark
    from kb_pipeline.errors import UsageError

    count, _, head = text.partition(":")
    if not count.isdecimal() or not head:
        raise UsageError(f"'{text}' is no head", "give it as EVENTS:HASH, e.g. 16:31ef7dc4...")
    return AnchorMark(count=int(count), head=head)


def _row(report: "AuditReport") -> dict[str, Any]:
    return {"ok": not report.findings, "first_bad": report.first_bad, **report.model_dump(mode="json")}


def _print(report: "AuditReport") -> None:
    for finding in report.findings:
        typer.echo(str(finding))
    if report.findings:
        typer.echo(f"broken: {len(report.findings)} findings in {report.events} events")
        for remedy in dict.fromkeys(finding.remedy or _REMEDY for finding in report.findings):
            typer.echo(f"what to do: {remedy}")
    else:
        typer.echo(f"whole: {report.events} events, head {report.head}")
    bare = report.events - report.keyed
    if bare:
        typer.echo(f"{bare} events have no key: they prove nothing against whoever could write the database then")
    if not report.is_sealed:
        typer.echo("no event vouches for the rows yet: the next write does, or now: kb audit seal --reason WHY")
    if report.accepted:
        typer.echo(f"{len(report.accepted)} findings of before were taken as they are: kb audit log --subject audit")
    if report.anchored is not None:
        typer.echo(f"the anchor knows {report.anchored} events")
