"""The web application: routes, security headers, and errors as pages."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb_pipeline.errors import AuthenticationError, KBError
from kb_pipeline.review import account, cards, entries, queue, releases
from kb_pipeline.review.auth import Visitor, visitor
from kb_pipeline.review.desk import Desk
from kb_pipeline.review.pages import page, redirect, with_query
from kb_pipeline.web.bodies import read_body, replay
from kb_pipeline.web.headers import add_headers, security_headers
from kb_pipeline.web.status import status_of

HEADERS = security_headers(
    content_policy="default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    referrer_policy="same-origin",
    Cross_Origin_Opener_Policy="same-origin",
    Permissions_Policy="camera=(), microphone=(), geolocation=()",
)
MAX_BODY = 256 * 1024  # bytes; the longest form is an edit
_LASTING = {"Cache-Control": "max-age=86400"}  # of the files that a page loads


def create_app(desk: Desk) -> FastAPI:
    """The review page over `desk`."""
    app = FastAPI(title="kb-pipeline review", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    app.mount("/static", StaticFiles(packages=[("kb_pipeline.review", "static")]), name="static")
    for routes in (account, queue, cards, entries, releases):
        app.include_router(routes.router)
    app.add_api_route("/healthz", _healthy, methods=["GET"])
    app.add_middleware(Border)
    app.add_exception_handler(KBError, _failed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    return app


class Border:
    """What holds for every request: its form has bounds, its response has the security headers. Pure ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = HEADERS | (_LASTING if scope["path"].startswith("/static/") else {})

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(message, headers)
            await send(message)

        try:
            body = await read_body(scope, receive, MAX_BODY)
        except HTTPException as refused:
            text = "the form is too long" if refused.status_code == 413 else "the form did not arrive in time"
            await PlainTextResponse(text, refused.status_code)(scope, receive, send_with_headers)
        except ClientDisconnect:
            return
        else:
            await self._app(scope, replay(body, receive), send_with_headers)


def _healthy(request: Request) -> Response:
    """Alive, and the database answers. Raises StoreError."""
    request.app.state.desk.store.live_numbers()
    return PlainTextResponse("ok")


def _failed(request: Request, error: Exception) -> Response:
    """An expected failure as a page; who is not signed in is asked to."""
    status = status_of(error) if isinstance(error, KBError) else 500
    if status == 401 and request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return redirect(request, with_query("/sign-in", next=here if here != "/" else ""))
    return page(request, "error.html", _who(request), status=status, code=status, message=str(error))


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 422
    return page(request, "error.html", _who(request), status=status, code=status, message="")


def _who(request: Request) -> Visitor | None:
    try:
        return visitor(request)
    except AuthenticationError:
        return None
