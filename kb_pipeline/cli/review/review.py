"""`kb review`: decisions on staged changes."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import ActorOption, FilterOption, JsonOption, a_market, acting
from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.changes import Change, ChangeState, RelationKind, RootCause
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import MqmCategory
from kb_pipeline.errors import UsageError

if TYPE_CHECKING:
    from kb_pipeline.services.review.card import Card

app = typer.Typer(
    no_args_is_help=True, help="Decide on staged changes: approve, edit, ask for changes, reject. Nothing is said before."
)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The change's id, or its first characters.")]
VersionOption = Annotated[int | None, typer.Option("--version", help="The version you saw; refused if it moved since.")]
CategoryOption = Annotated[MqmCategory | None, typer.Option(help="What was wrong (MQM).")]
CauseOption = Annotated[RootCause | None, typer.Option(help="Where it came from.")]
CommentOption = Annotated[str, typer.Option(help="A word on it.")]
OverrideOption = Annotated[bool, typer.Option("--override-critical", help="In spite of critical findings; needs --comment.")]


def _reviewer(actor: str) -> Any:  # noqa: ANN401 - a services.review.reviewer.Reviewer, imported lazily
    from kb_pipeline.bootstrap import open_assessor, open_markets, open_store, today
    from kb_pipeline.services.review.reviewer import Reviewer

    settings = load_settings()
    person = User(name=acting(actor), role=Role.ADMIN)  # who has the database may do all that it can
    store, markets = open_store(settings), open_markets(settings)
    return Reviewer(store, markets, open_assessor(settings, store, markets), person, today())


@app.command(name="list")
def list_(
    markets: FilterOption = None,
    state: Annotated[ChangeState, typer.Option(help="Which changes.")] = ChangeState.PENDING,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: JsonOption = False,
) -> None:
    """The queue: what waits for a person, riskiest first, then the lowest quality."""
    from kb_pipeline.services.review.queue import QueueFilter

    changes = list(_reviewer("").queue(QueueFilter(market=a_market(markets) or "", state=state)))
    if json:
        print_json({"total": len(changes), "changes": [_row(c) for c in changes[:limit]]})
        return
    from kb_pipeline.cli.review.display import print_queue

    print_queue(changes, limit, state)


@app.command()
def show(change_id: IdArgument, json: JsonOption = False) -> None:
    """One change with all that a decision needs: proposal, diff, evidence, findings, facts, quality, provenance."""
    card = _reviewer("").card(change_id)
    if json:
        print_json({**_standing(card.change), "card": card.model_dump(mode="json")})
        return
    from kb_pipeline.cli.review.display import print_card

    print_card(card)


@app.command()
def approve(
    change_id: IdArgument,
    actor: ActorOption = "",
    version: VersionOption = None,
    override: OverrideOption = False,
    comment: CommentOption = "",
    json: JsonOption = False,
) -> None:
    """Approve a change as it is proposed. A high-risk one waits for a second person after that."""
    _print_decided(_reviewer(actor).approve(change_id, version=version, override=override, comment=comment), json)


@app.command()
def edit(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command
    change_id: IdArgument,
    question: Annotated[str | None, typer.Option(help="The question as it must read.")] = None,
    answer: Annotated[str | None, typer.Option(help="The answer as it must read.")] = None,
    phrasing: Annotated[list[str] | None, typer.Option(help="Other ways to ask; replaces them all. May be repeated.")] = None,
    proposed: Annotated[bool, typer.Option("--proposed", help="The text as it was proposed, in place of an edit.")] = False,
    category: CategoryOption = None,
    cause: CauseOption = None,
    actor: ActorOption = "",
    version: VersionOption = None,
    override: OverrideOption = False,
    comment: CommentOption = "",
    json: JsonOption = False,
) -> None:
    """Approve a change with another text. Without --question, --answer or --phrasing, opens $EDITOR on a terminal."""
    from kb_pipeline.cli.review.editing import edited_text, kept_if_refused

    reviewer = _reviewer(actor)
    card = reviewer.card(change_id)
    change, text = card.change, _text_of(card, proposed=proposed)
    if not proposed or question or answer or phrasing:
        text = edited_text(text, question, answer, phrasing)
    with kept_if_refused(text, change.id):
        decided = reviewer.edit(
            change_id,
            text,
            category=category.value if category else "",
            root_cause=cause,
            version=change.version if version is None else version,
            override=override,
            comment=comment,
        )
    _print_decided(decided, json)


@app.command()
def request_changes(
    change_id: IdArgument,
    comment: Annotated[str, typer.Option(help="What must be different; the model reads it.")] = "",
    actor: ActorOption = "",
    version: VersionOption = None,
    json: JsonOption = False,
) -> None:
    """Ask for another text. The next `kb run` asks the model again, once; what it writes is a new proposal."""
    _print_decided(_reviewer(actor).request_changes(change_id, comment, version=version), json)


@app.command()
def take_back(
    change_id: IdArgument,
    actor: ActorOption = "",
    version: VersionOption = None,
    comment: CommentOption = "",
    json: JsonOption = False,
) -> None:
    """Take a request for changes back: the change waits for a decision again, as it is."""
    _print_decided(_reviewer(actor).take_back(change_id, version=version, comment=comment), json, is_first=False)


@app.command()
def reject(
    change_id: IdArgument,
    category: CategoryOption = None,
    cause: CauseOption = None,
    actor: ActorOption = "",
    version: VersionOption = None,
    comment: CommentOption = "",
    json: JsonOption = False,
) -> None:
    """Reject a change, with a reason: a category, a root cause or a comment."""
    decided = _reviewer(actor).reject(
        change_id, category=category.value if category else "", root_cause=cause, version=version, comment=comment
    )
    _print_decided(decided, json)


def _text_of(card: "Card", *, proposed: bool) -> FaqText:
    """The text that an edit begins with. Raises UsageError."""
    revision = card.change.revision
    if revision is None:
        raise UsageError("a retirement has no text to edit", "approve or reject it")
    if proposed and card.proposed is None:
        raise UsageError("nobody edited the proposed text", f"approve it: kb review approve {card.change.id}")
    return card.proposed.text if proposed and card.proposed else revision.text


def _standing(change: Change) -> dict[str, Any]:
    return {"id": change.id, "state": change.state.value, "version": change.version}


def _row(change: Change) -> dict[str, Any]:
    text = change.revision.text if change.revision else None
    return {
        **_standing(change),
        "market": change.market,
        "kind": change.kind.value,
        "relation": change.relation.kind.value,
        "risk": change.risk.value,
        "quality": change.quality,
        "question": text.question if text else None,
        "answer": text.answer if text else None,
        "findings": [f.model_dump(mode="json") for f in change.findings],
        "citations": [c.text for c in change.revision.citations] if change.revision else [],
    }


def _print_decided(change: Change, json: bool, *, is_first: bool = True) -> None:
    """What became of the change. `is_first`: where it still waits, then for a second person."""
    if json:
        print_json(_standing(change))
    elif change.state is ChangeState.CHANGES_REQUESTED:
        typer.echo(f"{change.id}: changes requested (version {change.version}); the next kb run asks the model")
    elif change.state is ChangeState.PENDING and is_first:
        typer.echo(f"{change.id}: recorded; high risk, so a second person must approve it too (version {change.version})")
        if change.relation.kind is RelationKind.CONTRADICTORY:
            typer.echo(f"  it contradicts entry {change.relation.twin_id}: {'; '.join(change.relation.guards)}")
    else:
        typer.echo(f"{change.id}: {change.state.value} (version {change.version})")
