"""Who asks: `Authorization: Bearer kb_...`. Which markets a key is for is decided in `services.serve.serving`."""

import ipaddress
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kb_pipeline.domain.accounts import ApiKey
from kb_pipeline.services.serve.serving import Serving

_BEARER = HTTPBearer(bearerFormat="kb_<id>_<secret>", description="A key made by `kb key add`.", auto_error=False)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


async def _serving(request: Request) -> Serving:
    serving: Serving = request.app.state.serving
    return serving


Service = Annotated[Serving, Depends(_serving)]


def _client(credentials: Credentials, serving: Service) -> ApiKey:
    return serving.client(credentials.credentials if credentials else "")


Client = Annotated[ApiKey, Depends(_client)]


def _scraper(request: Request, credentials: Credentials, serving: Service) -> None:
    """From this machine no key is needed. Behind a trusted proxy the address is the one in `X-Forwarded-For`."""
    if request.client is None or not _is_loopback(request.client.host):
        _client(credentials, serving)


Scraper = Annotated[None, Depends(_scraper)]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
