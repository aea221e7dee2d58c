"""The border of the API: what holds for every request, whatever it asks. Pure ASGI; no rule of the product."""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb_pipeline.api.problems import problem_response

BODY_BYTES = 1_000_000
BODY_SECONDS = 10.0  # for the whole body to arrive
ANSWER_SECONDS = 30.0
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
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
        body = await _read(scope, receive)
        if isinstance(body, bytes):
            await self._answer(scope, body, receive, reply)
        elif body:
            await reply.problem(body, "the body is too large" if body == 413 else "the body did not arrive in time")
        self._observe(scope, reply.status, time.perf_counter() - began)

    async def _answer(self, scope: Scope, body: bytes, receive: Receive, reply: "_Reply") -> None:
        task = asyncio.ensure_future(self._app(scope, _replay(body, receive), reply.send))
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
        """Pass a message of the application on, unless a problem was said in its place."""
        if not self._closed:
            await self._pass(message)

    async def problem(self, status: int, detail: str) -> None:
        """Say a problem instead of the application's answer, if that has not begun."""
        self._closed = True
        if self.status == 499:
            await problem_response(status, detail, self.request_id)(self._scope, _nothing, self._pass)

    async def _pass(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


async def _read(scope: Scope, receive: Receive) -> bytes | int:
    """The whole body; or the status of what is wrong with it, 0 when the client is gone."""
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if declared.isdigit() and int(declared) > BODY_BYTES:
        return 413
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return 0
                body += message.get("body", b"")
                if len(body) > BODY_BYTES:
                    return 413
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        return 408


def _replay(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
