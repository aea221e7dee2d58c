"""The web application: routes, security headers, and errors as pages."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from kb_pipeline.errors import (
    AuthenticationError,
    BlockedError,
    ConflictError,
    ForbiddenError,
    IllegalTransitionError,
    KBError,
    NotFoundError,
    TooManyError,
)
from kb_pipeline.review import account, cards, queue, releases
from kb_pipeline.review.auth import Visitor, visitor
from kb_pipeline.review.desk import Desk
from kb_pipeline.review.pages import go, page, with_query

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
MAX_BODY = 256 * 1024  # bytes; the longest form is an edit
_STATUS: tuple[tuple[type[KBError], int], ...] = (
    (AuthenticationError, 401), (ForbiddenError, 403), (NotFoundError, 404), (ConflictError, 409),
    (IllegalTransitionError, 409), (BlockedError, 422), (TooManyError, 429),
)  # fmt: skip


def create_app(desk: Desk) -> FastAPI:
    """The review page over `desk`."""
    app = FastAPI(title="kb-pipeline review", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    app.mount("/static", StaticFiles(packages=[("kb_pipeline.review", "static")]), name="static")
    for routes in (account, queue, cards, releases):
        app.include_router(routes.router)
    app.add_api_route("/healthz", _healthy, methods=["GET"])
    app.middleware("http")(_guarded)
    app.add_exception_handler(KBError, _failed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    return app


def _healthy(request: Request) -> Response:
    """Alive, and the database answers. Raises StoreError."""
    request.app.state.desk.store.live_numbers()
    return PlainTextResponse("ok")


async def _guarded(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """No body without bounds, and the same headers on every answer."""
    length = request.headers.get("content-length", "0" if "transfer-encoding" not in request.headers else "")
    if not length.isdecimal() or int(length) > MAX_BODY:
        response: Response = PlainTextResponse("the form is too long", 413)
    else:
        response = await go_on(request)
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = "max-age=86400" if request.url.path.startswith("/static/") else "no-store"
    return response


def _failed(request: Request, error: Exception) -> Response:
    """An expected failure as a page; who is not signed in is asked to."""
    status = next((number for kind, number in _STATUS if isinstance(error, kind)), 500)
    if status == 401 and request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return go(request, with_query("/sign-in", next=here if here != "/" else ""))
    return page(request, "error.html", _who(request), status=status, code=status, message=str(error))


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 422
    return page(request, "error.html", _who(request), status=status, code=status, message="")


def _who(request: Request) -> Visitor | None:
    try:
        return visitor(request)
    except AuthenticationError:
        return None
