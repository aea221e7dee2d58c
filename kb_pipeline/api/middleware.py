"""The border of the API: what holds for every request, whatever it asks. Pure ASGI; no rule of the product."""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb_pipeline.api.problems import problem_response
from kb_pipeline.web.bodies import BODY_SECONDS, read_body, replay
from kb_pipeline.web.headers import add_headers, security_headers

BODY_BYTES = 1_000_000
ANSWER_SECONDS = 30.0
HEADERS = security_headers(content_policy="default-src 'none'; frame-ancestors 'none'", referrer_policy="no-referrer")
_LOG = logging.getLogger(__name__)

Observer = Callable[[Scope, int, float], None]  # scope, status, seconds


class Border:
    """Gives each request its id, reads its body within bounds, bounds its time, and turns a crash into a problem."""

    def __init__(self, app: ASGIApp, observe: Observer, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._app = app
        self._observe = observe
        self._answer_seconds = answer_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        reply = _Reply(scope, send)
        try:
            body = await read_body(scope, receive, BODY_BYTES, BODY_SECONDS)
        except HTTPException as refused:
            await reply.problem(refused.status_code, refused.detail)
        except ClientDisconnect:
            _LOG.info("request %s: the client is gone", reply.request_id)
        else:
            await self._answer(scope, replay(body, receive), reply)
        self._observe(scope, reply.status, time.perf_counter() - began)

    async def _answer(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        task = asyncio.ensure_future(self._app(scope, receive, reply.send))
        await asyncio.wait({task}, timeout=self._answer_seconds)
        if not task.done():
            task.cancel()  # what runs in a thread ends there, unheard
            await reply.problem(504, f"no answer within {self._answer_seconds:.0f} s")
        elif error := task.exception():
            _LOG.error("request %s failed", reply.request_id, exc_info=error)
            await reply.problem(500, "this cannot be answered now")
        elif failure := scope["state"].get("failure"):
            _LOG.error("request %s: %s", reply.request_id, failure)


class _Reply:
    """One response, which starts once: whoever is first. `status` is 499 while there is none."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.request_id = uuid.uuid4().hex
        self.status = 499
        self._scope = scope
        self._send = send
        self._closed = False
        scope.setdefault("state", {})["request_id"] = self.request_id

    async def send(self, message: Message) -> None:
        """Pass a message of the application on, unless a problem was sent in its place."""
        if not self._closed:
            await self._pass(message)

    async def problem(self, status: int, detail: str) -> None:
        """Send a problem instead of the application's answer, if that has not begun."""
        self._closed = True
        if self.status == 499:
            await problem_response(status, detail, self.request_id)(self._scope, _nothing, self._pass)

    async def _pass(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            add_headers(message, HEADERS | {"X-Request-ID": self.request_id})
        await self._send(message)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
