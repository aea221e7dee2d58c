"""The queue page, and the address of a filtered queue."""

from collections.abc import Mapping, Sequence
from math import ceil

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import QueryParams

from kb_pipeline.domain.changes import Change, ChangeState
from kb_pipeline.review.auth import Signed, desk_of
from kb_pipeline.review.pages import page, with_query
from kb_pipeline.services.review.queue import FACETS, QueueFilter, count_by, select

router = APIRouter()
PAGE = 50
_NAMES = {"market": "market", "state": "state", "q": "text"} | {facet: facet for facet in FACETS}  # in the address -> field


@router.get("/")
def queue(request: Request, who: Signed) -> Response:
    """What waits for a person, riskiest first, then the worst, as the address filters it."""
    desk, wanted = desk_of(request), filter_of(request.query_params)
    markets = desk.markets_of(who.user)
    all_markets = desk.reviewer(who.user).changes(wanted.model_copy(update={"market": ""}))
    changes = [change for change in all_markets if wanted.market in ("", change.market)]
    found = select(changes, wanted)
    pages = max(1, ceil(len(found) / PAGE))
    number = min(pages, page_number(request.query_params.get("page", "")))
    shown = [market.tag for market in markets if wanted.market in ("", market.tag)]
    decided = desk.decided_today()
    return page(
        request, "queue.html", who,
        wanted=wanted, changes=found[(number - 1) * PAGE : number * PAGE], total=len(found), number=number, pages=pages,
        first=(number - 1) * PAGE, tabs=_tabs(all_markets, [m.tag for m in markets], wanted), facets=count_by(changes, wanted),
        states=list(ChangeState), address=address, card=lambda change: address(wanted, f"/changes/{change.id}"),
        decided=sum(decided.get(tag, 0) for tag in shown), left=_left(desk.store.counts(), shown),
    )  # fmt: skip


def filter_of(params: QueryParams) -> QueueFilter:
    """The filter that an address names; what it names wrongly does not count."""
    wanted = QueueFilter()
    for name, field in _NAMES.items():
        if params.get(name):
            try:
                wanted = QueueFilter.model_validate(wanted.model_dump() | {field: params[name][:200]})
            except ValidationError:
                continue
    return wanted


def address(wanted: QueueFilter, path: str = "/", **other: object) -> str:
    """The address of `path` within the filtered queue; `other` replaces parts of the filter."""
    usual = QueueFilter()
    parts = {name: getattr(wanted, field) for name, field in _NAMES.items() if getattr(wanted, field) != getattr(usual, field)}
    return with_query(path, **(parts | other))


def _tabs(changes: Sequence[Change], markets: Sequence[str], wanted: QueueFilter) -> list[tuple[str, int]]:
    """Each market with what the filter leaves there; the first tab is all of them."""
    passing = [change.market for change in changes if wanted.selects(change)]
    return [("", len(passing)), *((tag, passing.count(tag)) for tag in markets)]


def _left(counts: Mapping[str, Mapping[str, int]], markets: Sequence[str]) -> int:
    return sum(counts.get(tag, {}).get("pending", 0) for tag in markets)


def page_number(text: str) -> int:
    """The number of a page in an address; 1 for what is none."""
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
