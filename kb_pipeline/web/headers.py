"""Security headers: those that all faces send, and how a response gets them."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import Message

_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def security_headers(*, content_policy: str, referrer_policy: str, **more: str) -> dict[str, str]:
    """The headers of every response of a face. `more`: headers of its own, `Permissions_Policy` for `Permissions-Policy`."""
    own = {name.replace("_", "-"): value for name, value in more.items()}
    return _COMMON | {"Content-Security-Policy": content_policy, "Referrer-Policy": referrer_policy} | own


def add_headers(start: Message, headers: Mapping[str, str]) -> None:
    """Give a response `headers`; what it has already stays. `start` is its message `http.response.start`."""
    present = MutableHeaders(scope=start)
    for name, value in headers.items():
        present.setdefault(name, value)
