"""Where a model endpoint is: whether that can be an address at all. Nothing is asked."""

from urllib.parse import urlsplit

from kb_pipeline.domain.characters import visible
from kb_pipeline.errors import UsageError

_REMEDY = "set KB_LLM_BASE_URL to e.g. http://localhost:8080/v1"


def check_address(url: str) -> None:
    """Raises UsageError unless `url` is an http(s) address. A user or a password in it is not shown."""
    shown = visible(url.rsplit("@", 1)[-1])
    if any(ord(sign) <= 0x20 or ord(sign) == 0x7F for sign in url):
        raise UsageError(f"the model endpoint's address '{shown}' holds a blank or a control character", _REMEDY)
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise UsageError(f"the model endpoint's address '{shown}' cannot be read: {error}", _REMEDY) from error
    if not is_address:
        raise UsageError(f"the model endpoint's address '{shown}' does not begin with http:// or https:// and a host", _REMEDY)
