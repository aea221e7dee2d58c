"""`kb release`: what is published, publishing it, rolling it back, and judging it."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb_pipeline.cli.display import RichProgress, load_settings, print_json
from kb_pipeline.cli.options import ActorOption, FilterOption, JsonOption, MarketOption, a_market, acting, the_market

if TYPE_CHECKING:
    from kb_pipeline.domain.releases import Hold, Release
    from kb_pipeline.ports.releases import Releases
    from kb_pipeline.services.release.plan import ReleasePlan
    from kb_pipeline.services.release.publish import Publisher

app = typer.Typer(no_args_is_help=True, help="Publish approved entries, roll back, and see what every release says.")

MarketArgument = Annotated[str, typer.Argument(metavar="MARKET", help="Market tag, e.g. th-TH.")]
NumberArgument = Annotated[int | None, typer.Argument(metavar="[N]", help="The release's number; default: the live one.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")]


def _publisher(market: str, actor: str) -> "Publisher":
    from kb_pipeline.bootstrap import build_publisher

    return build_publisher(load_settings(), market, acting(actor), progress=RichProgress())


@app.command(epilog="Example: kb release publish --market th-TH --note 'new return window'")
def publish(
    market: MarketOption = None,
    note: Annotated[str, typer.Option(help="What this release is about; kept with it.")] = "",
    dry_run: DryRunOption = False,
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """Publish what is approved: build, verify in a fresh process, go live. A market in which nothing changed stays."""
    from kb_pipeline.bootstrap import open_markets

    tags = [pack.tag for pack in open_markets(load_settings(), market or ())]
    if dry_run:
        _print_plans([_publisher(tag, actor).plan() for tag in tags], json)
        return
    rows = [_published(_publisher(tag, actor), note, json) for tag in tags]
    if json:
        print_json({**(rows[0] if len(rows) == 1 else {}), "releases": rows})
    if any(row["state"] == "failed" or row["error"] for row in rows):
        raise typer.Exit(1)


def _published(publisher: "Publisher", note: str, json: bool) -> dict[str, Any]:
    """One market, published; a failure is its own and does not keep the others from it."""
    from kb_pipeline.cli.release.display import print_outcome
    from kb_pipeline.errors import KBError
    from kb_pipeline.services.release.publish import UnfitReleaseError

    tag, release, error = publisher.market.tag, None, None
    try:
        release = publisher.publish(note, _say)
    except KBError as failed:
        error = failed
    changed = release is not None
    release = error.release if isinstance(error, UnfitReleaseError) else release or publisher.live()
    if not json:
        print_outcome(tag, release, changed=changed, error=error)
    failure = {"code": error.code, "message": error.message, "remedy": error.remedy} if error else None
    return {**_row(tag, release), "changed": changed, "error": failure}


@app.command(name="list")
def list_(markets: FilterOption = None, json: JsonOption = False) -> None:
    """All releases, newest first, and which ones are live."""
    from kb_pipeline.bootstrap import open_store
    from kb_pipeline.cli.release.display import print_releases

    store = open_store(load_settings())
    releases = store.releases(a_market(markets, _published_markets(store)))
    if json:
        print_json({"releases": [_row(release.market, release) for release in releases]})
    else:
        print_releases(releases)


@app.command()
def show(market: MarketArgument, number: NumberArgument = None, json: JsonOption = False) -> None:
    """One release: what it says, and what its verification found."""
    from kb_pipeline.bootstrap import open_store
    from kb_pipeline.cli.release.display import print_release

    store = open_store(load_settings())
    market = the_market([market], _published_markets(store))
    release = store.release(market, _number(store.live_numbers(), market, number))
    items = store.manifest(market, release.number)
    texts = store.revisions([item.revision_id for item in items])
    if not json:
        print_release(release, items, texts)
        return
    entries = [item.model_dump(mode="json") | texts[item.revision_id].text.model_dump(mode="json") for item in items]
    print_json({**_row(market, release), "items": entries})


@app.command()
def diff(
    market: MarketArgument,
    old: Annotated[int, typer.Argument(metavar="OLD", help="A release's number.")],
    new: Annotated[int, typer.Argument(metavar="NEW", help="Another one's.")],
    json: JsonOption = False,
) -> None:
    """What one release says that another does not, word by word."""
    from kb_pipeline.bootstrap import open_store
    from kb_pipeline.cli.release.display import print_changes
    from kb_pipeline.services.release.plan import changes_between

    store = open_store(load_settings())
    found, changes = changes_between(store, the_market([market], _published_markets(store)), old, new)
    if json:
        print_json({**found.model_dump(mode="json"), "changes": [change.model_dump(mode="json") for change in changes]})
    else:
        print_changes(changes)


@app.command(epilog="Example: kb release rollback th-TH --dry-run")
def rollback(
    market: MarketArgument,
    to: Annotated[int | None, typer.Option(help="The release to go back to; default: what was live before.")] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with the hold that follows.")] = "",
    dry_run: DryRunOption = False,
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """Make an earlier release live again, at once; its index is made anew if it was collected.

    Nothing is published in the market after that until somebody lifts the hold: kb release lift.
    """
    from kb_pipeline.cli.release.display import print_outcome

    market = the_market([market])
    publisher = _publisher(market, actor)
    plan = publisher.plan_rollback(to)
    if dry_run:
        _print_plans([plan], json)
        return
    if plan.retired and not json:
        _say(f"{len(plan.retired)} entries that people retired are said again: {', '.join(plan.retired[:5])}")
    release = publisher.rollback(to, reason)
    hold = publisher.store.hold_of(market)
    if json:
        print_json({**_row(market, release), "retired": list(plan.retired), "hold": _dumped(hold)})
    else:
        print_outcome(market, release, changed=True, hold=hold)


@app.command()
def verify(market: MarketArgument, number: NumberArgument = None, json: JsonOption = False) -> None:
    """Judge a release in this process, as publishing does in a fresh one: texts, self-queries, golden queries, recall."""
    from kb_pipeline.bootstrap import verify_now
    from kb_pipeline.cli.release.display import print_report

    market = the_market([market])
    release, report = verify_now(load_settings(), market, number)
    if json:
        print_json({**_row(market, release), "report": report.model_dump(mode="json"), "ok": report.is_fit})
    else:
        print_report(release, report)
    if not report.is_fit:
        raise typer.Exit(1)


def _row(market: str, release: "Release | None") -> dict[str, Any]:
    if release is None:
        return {"market": market, "release": None, "number": None, "entries": 0, "state": None, "report": None}
    full = release.model_dump(mode="json")
    return {"release": release.id, **full}


def _print_plans(plans: "list[ReleasePlan]", json: bool) -> None:
    from kb_pipeline.cli.release.display import print_plan

    if not json:
        for plan in plans:
            print_plan(plan)
        return
    rows = [
        {
            "market": plan.market,
            "live": plan.live.id if plan.live else None,
            "to": plan.to.id if plan.to else None,
            "entries": len(plan.manifest),
            "differs": plan.differs,
            **plan.diff.model_dump(mode="json"),
            "left_out": [left.model_dump(mode="json") for left in plan.left_out],
            "retired": list(plan.retired),
            "withdrawn": list(plan.withdrawn),
            "hold": _dumped(plan.hold),
            "obstacles": list(plan.obstacles),
            "rebuild": plan.rebuild,
            "changes": [change.model_dump(mode="json") for change in plan.changes],
        }
        for plan in plans
    ]
    print_json({"dry_run": True, **(rows[0] if len(rows) == 1 else {}), "plans": rows})


def _dumped(hold: "Hold | None") -> dict[str, Any] | None:
    return hold.model_dump(mode="json") if hold else None


def _published_markets(store: "Releases") -> set[str]:
    """The markets that have releases, also those whose pack is gone."""
    return {release.market for release in store.releases()}


def _number(live: Any, market: str, number: int | None) -> int:  # noqa: ANN401 - a mapping of the store
    from kb_pipeline.errors import NotFoundError

    if number is not None:
        return number
    if market not in live:
        raise NotFoundError(f"nothing is live in '{market}'", f"publish: kb release publish --market {market}")
    return int(live[market])


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
