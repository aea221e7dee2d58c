"""Who is asking: session cookie, form token and the origin of a request. What a person may do is decided by `User.may`."""

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from kb_pipeline.domain.accounts import Session, User
from kb_pipeline.errors import AuthenticationError, ForbiddenError
from kb_pipeline.review.desk import Desk

SESSION, SIGN_IN = "kb_session", "kb_sign_in"  # cookies
TOKEN = "csrf"  # noqa: S105 - the name of the form's field
_LOCAL_PATH = re.compile(r"/(?:[\w.~%-][\w.~%/-]*)?(?:\?[\w.~%&=+-]*)?", re.ASCII)


@dataclass(frozen=True)
class Visitor:
    """A person with a valid session."""

    user: User
    session: Session


def desk_of(request: Request) -> Desk:
    """The desk of the application."""
    desk: Desk = request.app.state.desk
    return desk


def visitor(request: Request) -> Visitor:
    """Who is signed in. Raises AuthenticationError."""
    desk = desk_of(request)
    token = request.cookies.get(cookie_name(desk, SESSION), "")
    known = desk.accounts.user_of(token) if token else None
    if known is None:
        raise AuthenticationError("nobody is signed in", "sign in")
    return Visitor(*known)


async def form(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> FormData:
    """The form of a signed-in person, which a page of ours must have sent. Raises ForbiddenError."""
    check_origin(request)
    fields = await request.form()
    check_token(fields, who.session.csrf)
    return fields


def check_origin(request: Request) -> None:
    """The browser must say that a page of this host sent the request. Raises ForbiddenError."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    from_here = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not from_here or site not in (None, "same-origin") or (site is None and origin is None):
        raise ForbiddenError("the form was not sent from this page", "open the page again and repeat it")


def check_token(fields: FormData, expected: str) -> None:
    """The form must carry the token that its page was given. Raises ForbiddenError."""
    given = fields.get(TOKEN)
    if not (expected and isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())):
        raise ForbiddenError("the form's token is missing or old", "open the page again and repeat it")


def cookie_name(desk: Desk, name: str) -> str:
    """A cookie's name: with HTTPS bound to this very host."""
    return f"__Host-{name}" if desk.secure else name


def set_cookie(response: Response, desk: Desk, name: str, value: str, seconds: int) -> None:
    """A cookie that scripts cannot read and other sites' forms do not bring."""
    response.set_cookie(
        cookie_name(desk, name), value, max_age=seconds, path="/", secure=desk.secure, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, desk: Desk, name: str) -> None:
    """Make the browser forget a cookie."""
    response.delete_cookie(cookie_name(desk, name), path="/", secure=desk.secure, httponly=True, samesite="lax")


def new_token() -> str:
    """A token for the sign-in form, where there is no session yet."""
    return secrets.token_urlsafe(32)


def local_path(wanted: str) -> str:
    """`wanted` if it is a path of this site, else the queue's: a link may not lead people to another site."""
    return wanted if _LOCAL_PATH.fullmatch(wanted) and not wanted.startswith("//") else "/"


Signed = Annotated[Visitor, Depends(visitor)]
Form = Annotated[FormData, Depends(form)]
