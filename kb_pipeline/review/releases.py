"""The releases: what is live, what each one says and how it was verified; for publishers, publishing and rolling back."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.faqs import FaqText, Revision
from kb_pipeline.domain.releases import Manifest, Release, ReleaseState, diff_manifests
from kb_pipeline.errors import BlockedError, ForbiddenError, KBError, NotFoundError
from kb_pipeline.review.auth import Form, Signed, Visitor, desk_of
from kb_pipeline.review.desk import Desk
from kb_pipeline.review.pages import page, redirect
from kb_pipeline.review.view import Run, mixed
from kb_pipeline.services.release.plan import ReleasePlan
from kb_pipeline.web.status import status_of

router = APIRouter()
SHOWN = 100  # entries of each kind that a difference shows
Move = Literal["publish", "rollback"]
Pair = tuple[FaqText | None, FaqText | None]  # an entry's text before and after


class Difference(NamedTuple):
    """What one release says that another does not: at most SHOWN texts of each kind, and the numbers of all."""

    added: tuple[FaqText, ...] = ()
    removed: tuple[FaqText, ...] = ()
    changed: tuple[tuple[tuple[Run, ...], tuple[Run, ...]], ...] = ()  # question and answer, word by word
    numbers: tuple[int, int, int] = (0, 0, 0)  # added, removed, changed
    limits: int = 0  # entries with the same text, whose topics, markets or dates changed


@router.get("/releases")
def releases(request: Request, who: Signed) -> Response:
    """Each market's live release and its list."""
    desk = desk_of(request)
    markets = [
        (market, *_of_market(desk, market.tag), desk.jobs.of(market.tag), desk.store.hold_of(market.tag))
        for market in desk.markets_of(who.user)
    ]
    return page(request, "releases.html", who, markets=markets, may=lambda tag: who.user.may(Role.PUBLISHER, tag))


@router.get("/releases/{market}/{number:int}")
def release(request: Request, who: Signed, market: str, number: int) -> Response:
    """One release: its verification, and what it says anew."""
    desk = _desk_for(request, who, market, Role.VIEWER)
    shown = desk.store.release(market, number)
    base = desk.store.manifest(market, shown.base) if shown.base is not None else ()
    found = difference(_pairs(desk, base, desk.store.manifest(market, number)), market)
    return page(request, "release.html", who, release=shown, difference=found, market=market)


@router.post("/releases/{market}/hold")
def hold(request: Request, who: Signed, fields: Form, market: str) -> Response:
    """Let nothing be published in the market."""
    return _say(request, who, fields, market, "held")


@router.post("/releases/{market}/lift")
def lift(request: Request, who: Signed, fields: Form, market: str) -> Response:
    """Let it be published again."""
    return _say(request, who, fields, market, "lifted")


@router.post("/releases/{market}/settle")
def settle(request: Request, who: Signed, fields: Form, market: str) -> Response:
    """Say of two texts that contradict each other which one holds, or that both do."""
    curator = _desk_for(request, who, market, Role.PUBLISHER).curator(who.user)
    first, second, holds, reason = (str(fields.get(name, ""))[:500] for name in ("first", "second", "holds", "reason"))
    try:
        curator.settle(first, second, holds, reason)
    except (BlockedError, NotFoundError) as error:
        return _preview(request, who, market, "publish", trouble=error)
    return redirect(request, f"/releases/{market}/publish", "settled")


@router.get("/releases/{market}/{move}")
def preview(request: Request, who: Signed, market: str, move: Move) -> Response:
    """What publishing or rolling back would change."""
    return _preview(request, who, market, move)


@router.post("/releases/{market}/{move}")
def start(request: Request, who: Signed, fields: Form, market: str, move: Move) -> Response:
    """Publish or roll back what was previewed, in the background; what moved since is shown first."""
    desk = _desk_for(request, who, market, Role.PUBLISHER)
    publisher, plan = desk.publisher(market, who.user.name), _plan(desk, who, market, move)
    if fields.get("seen") != _identity(plan):
        return _preview(request, who, market, move, moved=True)
    note, to = str(fields.get("note", ""))[:500].strip(), plan.to.number if plan.to else None
    begun = desk.jobs.start(market, lambda step: publisher.publish(note, step) if move == "publish" else publisher.rollback(to))
    return redirect(request, "/releases", ("publishing" if move == "publish" else "rolling_back") if begun else "busy")


def difference(pairs: Iterable[Pair], language: str) -> Difference:
    """The texts of both sides, compared."""
    pairs = list(pairs)
    added = [new for old, new in pairs if old is None and new is not None]
    removed = [old for old, new in pairs if new is None and old is not None]
    both = [(old, new) for old, new in pairs if old is not None and new is not None]
    changed = [(old, new) for old, new in both if old != new]
    words = (
        (mixed(old.question, new.question, language), mixed(old.answer, new.answer, language)) for old, new in changed[:SHOWN]
    )
    numbers = (len(added), len(removed), len(changed))
    return Difference(tuple(added[:SHOWN]), tuple(removed[:SHOWN]), tuple(words), numbers, len(both) - len(changed))


def _say(request: Request, who: Visitor, fields: FormData, market: str, word: Literal["held", "lifted"]) -> Response:
    """A person's word on the hold; one that was refused is shown with the plan."""
    publisher = _desk_for(request, who, market, Role.PUBLISHER).publisher(market, who.user.name)
    reason = str(fields.get("reason", ""))[:500]
    try:
        publisher.hold(reason) if word == "held" else publisher.lift(reason)
    except (BlockedError, NotFoundError) as error:
        return _preview(request, who, market, "publish", trouble=error)
    return redirect(request, f"/releases/{market}/publish", word)


def _preview(
    request: Request, who: Visitor, market: str, move: Move, *, moved: bool = False, trouble: KBError | None = None
) -> Response:
    desk = _desk_for(request, who, market, Role.PUBLISHER)
    plan = _plan(desk, who, market, move)
    pairs = ((_text(change.before), _text(change.after)) for change in plan.changes)
    return page(
        request, "release_plan.html", who, status=409 if moved else status_of(trouble) if trouble else 200,
        plan=plan, market=market, move=move, moved=moved, trouble=trouble.message if trouble else "",
        seen=_identity(plan), difference=difference(pairs, market), retired=len(plan.retired), silent=len(plan.withdrawn),
    )  # fmt: skip


def _plan(desk: Desk, who: Visitor, market: str, move: Move) -> ReleasePlan:
    publisher = desk.publisher(market, who.user.name)
    return publisher.plan() if move == "publish" else publisher.plan_rollback()


def _identity(plan: ReleasePlan) -> str:
    """What a person saw before saying yes: the manifest, and what it replaces."""
    return f"{plan.manifest_hash}.{plan.live.number if plan.live else 0}"


def _desk_for(request: Request, who: Visitor, market: str, role: Role) -> Desk:
    """The desk, for a person with `role` in the market. Raises NotFoundError, ForbiddenError."""
    desk = desk_of(request)
    if market not in {seen.tag for seen in desk.markets_of(who.user)}:
        raise NotFoundError(f"no releases of '{market}'")
    if not who.user.may(role, market):
        raise ForbiddenError(f"'{who.user.name}' may look, but not publish", "ask an admin for the role publisher")
    return desk


def _of_market(desk: Desk, tag: str) -> tuple[Release | None, Sequence[Release]]:
    found = desk.store.releases(tag)
    return next((item for item in found if item.state is ReleaseState.LIVE), None), found


def _pairs(desk: Desk, old: Manifest, new: Manifest) -> Iterable[Pair]:
    found = diff_manifests(old, new)
    touched = (*found.added, *found.changed, *found.removed)
    before, after = ({item.entry_id: item.revision_id for item in manifest} for manifest in (old, new))
    texts = desk.store.revisions([ids[id_] for ids in (before, after) for id_ in touched if id_ in ids])
    for id_ in touched:
        yield _text(texts.get(before.get(id_, ""))), _text(texts.get(after.get(id_, "")))


def _text(revision: Revision | None) -> FaqText | None:
    return revision.text if revision else None
