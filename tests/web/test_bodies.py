"""A body is read whole or not at all: within its size, within its time."""

import asyncio

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from kb_pipeline.web.bodies import read_body, replay


def scope(*headers):
    return {"type": "http", "headers": [*headers]}


def pieces(*parts):
    """A `receive` that gives these parts of a body, and then waits as a client does that sends nothing more."""
    left = list(parts)

    async def receive():
        if not left:
            await asyncio.sleep(10)
        part = left.pop(0)
        return part if isinstance(part, dict) else {"type": "http.request", "body": part, "more_body": bool(left)}

    return receive


def read(receive, *headers, most=1_000, seconds=5.0):
    return asyncio.run(read_body(scope(*headers), receive, most, seconds))


@pytest.mark.parametrize("text", ["refund", "คืนเงิน"])
def test_a_body_in_pieces_is_read_whole_and_can_be_read_again(text):
    body = text.encode()
    assert read(pieces(body[:4], body[4:])) == body

    async def again():
        return await replay(body, pieces({"type": "http.disconnect"}))()

    assert asyncio.run(again()) == {"type": "http.request", "body": body, "more_body": False}


@pytest.mark.parametrize("size", [999, 1_000])
def test_a_body_up_to_the_limit_is_read(size):
    assert len(read(pieces(b"x" * size), (b"content-length", b"%d" % size))) == size


@pytest.mark.parametrize(
    "headers", [[(b"content-length", b"1001")], [], [(b"content-length", b"5")]], ids=["declared", "pieces", "lie"]
)
def test_a_body_over_the_limit_is_413_whatever_it_declares(headers):
    with pytest.raises(HTTPException) as refused:
        read(pieces(b"x" * 600, b"x" * 401), *headers)
    assert refused.value.status_code == 413


def test_a_body_that_does_not_arrive_is_408():
    with pytest.raises(HTTPException) as refused:
        read(pieces(), seconds=0.02)
    assert refused.value.status_code == 408


def test_a_client_that_goes_away_is_known():
    with pytest.raises(ClientDisconnect):
        read(pieces({"type": "http.disconnect"}))
