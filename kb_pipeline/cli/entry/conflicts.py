"""`kb entry conflicts | settle`: texts that contradict each other, and a person's word on them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.entry.entry import ReasonOption, curator_for
from kb_pipeline.cli.options import ActorOption, JsonOption, MarketOption
from kb_pipeline.errors import UsageError

if TYPE_CHECKING:
    from kb_pipeline.services.release.contradictions import Contradiction

TextArgument = Annotated[str, typer.Argument(help="A text, by its revision's id; or an entry's id: what it says now.")]


def conflicts(market: MarketOption = None, json: JsonOption = False) -> None:
    """Approved texts of one market that contradict each other: nothing new is published until a person settles them."""
    from kb_pipeline.bootstrap import open_markets

    curator = curator_for("")
    found = {pack.tag: curator.conflicts(pack.tag) for pack in open_markets(load_settings(), market or ())}
    if json:
        rows = {
            tag: {"open": [_row(c) for c in each.open], "settled": [_row(c) for c in each.settled]}
            for tag, each in found.items()
        }
        print_json({"open": sum(len(each.open) for each in found.values()), "markets": rows})
        return
    from kb_pipeline.cli.entry.display import print_conflicts

    print_conflicts(found)


def settle(
    first: TextArgument,
    second: TextArgument,
    both: Annotated[bool, typer.Option("--both", help="Both hold: they may be said together.")] = False,
    holds: Annotated[str, typer.Option(help="The entry that holds; the other one is withdrawn.")] = "",
    reason: ReasonOption = "",
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """Say of two texts which one holds, or that both do. The word is for these two texts only."""
    from kb_pipeline.services.entries.curator import BOTH

    if both == bool(holds):
        raise UsageError("say one thing", "--both, or --holds ENTRY")
    settled = curator_for(actor).settle(first, second, holds or BOTH, reason)
    if json:
        print_json(settled.model_dump(mode="json"))
    elif settled.holds:
        other = settled.second_entry if settled.holds == settled.first_entry else settled.first_entry
        typer.echo(f"{settled.holds} holds; {other} is withdrawn.")
    else:
        typer.echo(f"Both hold: {settled.first_entry} and {settled.second_entry} may be said together.")


def _row(found: "Contradiction") -> dict[str, Any]:
    texts = {name: side.text.model_dump(mode="json") for name, side in (("first", found.first), ("second", found.second))}
    return found.conflict.model_dump(mode="json") | {"texts": texts}
