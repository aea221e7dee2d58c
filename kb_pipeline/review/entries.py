"""Entries in any state: a list to search, all that is known of one; for those who may, withdrawing, restoring, correcting."""

from collections.abc import Callable
from itertools import islice

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, QueryParams

from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.errors import BlockedError
from kb_pipeline.review.auth import Form, Signed, Visitor, desk_of
from kb_pipeline.review.pages import page, redirect, with_query
from kb_pipeline.review.queue import page_number
from kb_pipeline.review.typed import typed_of
from kb_pipeline.services.entries.catalog import EntryFilter
from kb_pipeline.services.entries.curator import Curator
from kb_pipeline.web.status import status_of

router = APIRouter()
PAGE = 50
_APPROVED = (EntryState.APPROVED, EntryState.PUBLISHED)


@router.get("/entries")
def entries(request: Request, who: Signed) -> Response:
    """The entries that the address filters, a page at a time."""
    desk, params = desk_of(request), request.query_params
    wanted, number = _filter_of(params), page_number(params.get("page", ""))
    found = desk.curator(who.user).catalog.find(wanted)
    shown = list(islice(found, (number - 1) * PAGE, number * PAGE + 1))

    def address(page_number: int) -> str:
        state = wanted.state.value if wanted.state else ""
        return with_query("/entries", market=wanted.market, state=state, q=wanted.text, page=page_number)

    return page(
        request, "entries.html", who, entries=shown[:PAGE], wanted=wanted, number=number, first=(number - 1) * PAGE,
        states=list(EntryState), markets=[market.tag for market in desk.markets_of(who.user)],
        address=address, more=len(shown) > PAGE,
    )  # fmt: skip


@router.get("/entries/{entry_id}")
def entry(request: Request, who: Signed, entry_id: str) -> Response:
    """One entry."""
    return _entry(request, who, entry_id)


@router.post("/entries/{entry_id}/withdraw")
def withdraw(request: Request, who: Signed, fields: Form, entry_id: str) -> Response:
    """Silence it at once."""
    return _act(request, who, fields, entry_id, "withdrawn", lambda curator, reason: curator.withdraw(entry_id, reason))


@router.post("/entries/{entry_id}/restore")
def restore(request: Request, who: Signed, fields: Form, entry_id: str) -> Response:
    """Take the withdrawal back."""
    return _act(request, who, fields, entry_id, "restored", lambda curator, reason: curator.restore(entry_id, reason))


@router.post("/entries/{entry_id}/correct")
def correct(request: Request, who: Signed, fields: Form, entry_id: str) -> Response:
    """Open a change with the person's text; its card comes next."""
    curator, text, reason = desk_of(request).curator(who.user), typed_of(fields, "correct").text, _reason(fields)
    try:
        change = curator.correct(entry_id, text, reason)
    except BlockedError as error:
        return _entry(request, who, entry_id, trouble=error, typed=text, reason=reason)
    return redirect(request, f"/changes/{change.id}", "proposed")


def _act(
    request: Request, who: Visitor, fields: FormData, entry_id: str, flash: str, act: Callable[[Curator, str], object]
) -> Response:
    reason = _reason(fields)
    try:
        act(desk_of(request).curator(who.user), reason)
    except BlockedError as error:
        return _entry(request, who, entry_id, trouble=error, reason=reason)
    return redirect(request, f"/entries/{entry_id}", flash)


def _entry(
    request: Request, who: Visitor, entry_id: str, *, trouble: BlockedError | None = None,
    typed: FaqText | None = None, reason: str = "",
) -> Response:  # fmt: skip
    view = desk_of(request).curator(who.user).catalog.view(entry_id)
    found = view.entry
    publishes, reviews = (who.user.may(role, found.market) for role in (Role.PUBLISHER, Role.REVIEWER))
    is_withdrawn = found.state is EntryState.WITHDRAWN
    return page(
        request, "entry.html", who, status=status_of(trouble) if trouble else 200, view=view, entry=found, reason=reason,
        trouble=trouble.message if trouble else "", typed=typed or (found.revision.text if found.revision else None),
        silent={text.revision_id for text in view.withdrawn}, may_withdraw=publishes and view.may_be_withdrawn,
        may_restore=publishes and is_withdrawn, may_correct=reviews and (is_withdrawn or found.state in _APPROVED),
    )  # fmt: skip


def _filter_of(params: QueryParams) -> EntryFilter:
    """The filter that an address names; a state that there is not does not count."""
    state = params.get("state", "")
    known = EntryState(state) if state in {each.value for each in EntryState} else None
    return EntryFilter(market=params.get("market", "")[:50], state=known, text=params.get("q", "")[:200])


def _reason(fields: FormData) -> str:
    return str(fields.get("reason", ""))[:500]
