"""The routes under /v1: each takes a request apart, asks `services.serve.serving`, and returns the result."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, StringConstraints

from kb_pipeline.api.keys import Client, Service
from kb_pipeline.api.metrics import Metrics
from kb_pipeline.api.problems import problems
from kb_pipeline.api.schemas import (
    AnswerRequest,
    AnswerResponse,
    Entry,
    EntryPage,
    FeedbackRequest,
    LiveRelease,
    MarketTag,
    Question,
    SearchRequest,
    SearchResponse,
    Topic,
)
from kb_pipeline.api.views import answer_response, entry_of, entry_page, live_release, search_response
from kb_pipeline.domain.accounts import ApiKey
from kb_pipeline.domain.answers import Feedback, SearchResult
from kb_pipeline.domain.answers import Query as Asked
from kb_pipeline.domain.base import fingerprint
from kb_pipeline.services.serve.serving import Serving

router = APIRouter(prefix="/v1", responses=problems(401, 403, 404, 408, 413, 422, 429, 500, 503, 504))
Market = Annotated[MarketTag, Query(description="The market, e.g. `th-TH`.")]
Cursor = Annotated[str, StringConstraints(max_length=64), Query(description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=100, description="Entries on a page.")]
IfNoneMatch = Annotated[str, Header(description="The ETag of what you have: 304 when it is still right.")]
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "What you have is still right."}}


@router.post("/search", tags=["questions"])
def search(asked: SearchRequest, client: Client, serving: Service, request: Request) -> SearchResponse:
    """The entries that answer a question best, with confidence and citations. Say none of them when `abstained` is true."""
    return search_response(_ask(asked, asked.top_k, client, serving, request))


@router.post("/answer", tags=["questions"])
def answer(asked: AnswerRequest, client: Client, serving: Service, request: Request) -> AnswerResponse:
    """The one entry to say; or none, why, and what to do instead."""
    return answer_response(_ask(asked, 1, client, serving, request))


@router.post("/feedback", tags=["questions"], status_code=204, response_class=Response)
def feedback(outcome: FeedbackRequest, client: Client, serving: Service) -> None:
    """Tell what came of an answer. It may be told more than once: first `not_resolved`, then `handed_off`."""
    serving.feedback(Feedback(**outcome.model_dump()), client)


@router.get("/faqs/{entry_id}", tags=["entries"], response_model=Entry, responses=UNCHANGED)
def entry(entry_id: str, market: Market, client: Client, serving: Service, if_none_match: IfNoneMatch = "") -> Response:
    """One entry that the market may say today, its own or its fallback's."""
    found = serving.entry(entry_id, market, client)
    return _tagged(entry_of(found.entry, found.release), found.etag, if_none_match)


@router.get("/faqs", tags=["entries"], response_model=EntryPage, responses=UNCHANGED)
def entries(
    market: Market,
    client: Client,
    serving: Service,
    topic: Annotated[Topic | None, Query(description="Only entries of this topic.")] = None,
    cursor: Cursor = "",
    limit: Limit = 50,
    if_none_match: IfNoneMatch = "",
) -> Response:
    """The market's own entries that may be said today, by id, page by page."""
    page = serving.listing(market, client, topic, cursor, limit)
    tag = f"{page.etag}/{fingerprint([e.id for e in page.entries])}"  # validity dates change a page, too
    return _tagged(entry_page(market, page.release, page.entries, page.after), tag, if_none_match)


@router.get("/releases/{market}", tags=["entries"], response_model=LiveRelease, responses=UNCHANGED)
def release(market: MarketTag, client: Client, serving: Service, if_none_match: IfNoneMatch = "") -> Response:
    """What the market says now, and the report of its verification. Its ETag changes with all that the market says."""
    live = serving.release(market, client)
    return _tagged(live_release(live), live.etag, if_none_match)


def _ask(asked: Question, top_k: int, client: ApiKey, serving: Serving, request: Request) -> SearchResult:
    query = Asked(text=asked.query, market=asked.market, top_k=top_k, topics=tuple(asked.topics), fallback=asked.fallback)
    result = serving.search(query, client, request.state.request_id)
    metrics: Metrics = request.app.state.metrics
    metrics.answered(result)
    return result


def _tagged(value: BaseModel, tag: str, if_none_match: str) -> Response:
    """`value` as JSON, or 304 when the client has it."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}  # a client may keep it, and asks each time
    known = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    if headers["ETag"] in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(value.model_dump_json(), media_type="application/json", headers=headers)
