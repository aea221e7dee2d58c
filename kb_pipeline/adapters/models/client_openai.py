"""The `openai` client, bounded in time and size, its errors judged as setbacks. Loaded at the first paid call.

Its own tries are off: who uses it decides what is tried again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, cast

from kb_pipeline.adapters.models.replies import brief
from kb_pipeline.adapters.models.setbacks import Setback, broken_off, no_address, not_reached, refused, too_slow

if TYPE_CHECKING:
    import httpx2
    import openai

CONNECT_SECONDS = 20.0  # that a connection may take; an answer may take much longer
_UNTIL = "kb_until"
_KEEPS_BODY = 307  # status from which a redirect asks for the same request again; below it, for a GET without what was asked


class BoundedClient:
    """The client of one endpoint. Thread-safe. `most_bytes`: of a response's body; what is longer is an error."""

    def __init__(self, base_url: Callable[[], str | None], key: str, most_bytes: int) -> None:
        self._base_url = base_url
        self._key = key
        self._most_bytes = most_bytes

    @contextmanager
    def within(self, seconds: float) -> "Iterator[openai.OpenAI]":
        """The client, with so much time for a request. Raises Setback."""
        import httpx2
        import openai

        seconds = max(seconds, 0.01)
        try:
            yield self._client.with_options(timeout=httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)))
        except httpx2.InvalidURL as error:
            raise no_address(brief(error)) from error
        except openai.APITimeoutError as error:
            if isinstance(error.__cause__, httpx2.ConnectTimeout):
                raise not_reached("it takes too long") from error
            raise too_slow(seconds) from error
        except openai.APIStatusError as error:
            raise refused(error.status_code, error.response.text, error.response.headers) from error
        except openai.OpenAIError as error:
            raise _lost(error) from error

    @cached_property
    def _client(self) -> "openai.OpenAI":
        import openai

        return openai.OpenAI(
            base_url=self._base_url(),
            api_key=self._key or "none",
            max_retries=0,
            http_client=openai.DefaultHttpxClient(
                headers={"Accept-Encoding": "identity"},
                event_hooks={"request": [_clocked], "response": [_bounded(self._most_bytes)]},
            ),
        )


def _lost(error: BaseException) -> Setback:
    """What an error without a response means."""
    import httpx2

    cause = error.__cause__ or error
    if isinstance(cause, httpx2.UnsupportedProtocol | httpx2.InvalidURL):
        return no_address(brief(cause))
    nowhere = isinstance(cause, httpx2.ConnectError)
    return not_reached(brief(cause)) if nowhere else broken_off(brief(cause))


def _clocked(request: "httpx2.Request") -> None:
    """Write down until when the whole response must be there: the client's own time-out is for each piece of it."""
    request.extensions[_UNTIL] = time.monotonic() + request.extensions["timeout"]["read"]


def _bounded(most_bytes: int) -> "Callable[[httpx2.Response], None]":
    """Lets a body end in an error where it is too large or too slow. No redirect that drops a POST's body is followed."""
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        def __init__(self, body: httpx2.SyncByteStream, until: float) -> None:
            self._body = body
            self._until = until

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for piece in self._body:
                size += len(piece)
                if size > most_bytes:
                    raise httpx2.ReadError(f"more than {most_bytes:,} bytes")
                if time.monotonic() > self._until:
                    raise httpx2.ReadTimeout("it comes too slowly")
                yield piece

        def close(self) -> None:
            self._body.close()

    def bound(response: httpx2.Response) -> None:
        if response.request.method == "POST" and response.status_code < _KEEPS_BODY:
            response.headers.pop("Location", None)
        until = response.request.extensions[_UNTIL]
        response.stream = Bounded(cast("httpx2.SyncByteStream", response.stream), until)

    return bound
