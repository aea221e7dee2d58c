"""Reading the body of a request within bounds, before the application sees the request. Pure ASGI."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

BODY_SECONDS = 10.0  # for the whole body to arrive


async def read_body(scope: Scope, receive: Receive, max_bytes: int, seconds: float = BODY_SECONDS) -> bytes:
    """The whole body. Raises HTTPException (413: too large, 408: not here in time), ClientDisconnect."""
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if declared.isdigit() and int(declared) > max_bytes:
        raise HTTPException(413, "the body is too large")
    body, more = bytearray(), True
    try:
        async with asyncio.timeout(seconds):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                body += message.get("body", b"")
                if len(body) > max_bytes:
                    raise HTTPException(413, "the body is too large")
                more = message.get("more_body", False)
    except TimeoutError as error:
        raise HTTPException(408, "the body did not arrive in time") from error
    return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` for the application that gives the body that was read, then what `receive` gives."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again
