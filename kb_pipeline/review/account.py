"""Signing in and out, and the page's language."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from kb_pipeline.errors import AuthenticationError, TooManyError
from kb_pipeline.review.auth import (
    SESSION,
    SIGN_IN,
    Form,
    check_origin,
    check_token,
    cookie_name,
    desk_of,
    drop_cookie,
    local_path,
    new_token,
    set_cookie,
)
from kb_pipeline.review.pages import LANGUAGE, page, redirect

router = APIRouter()


@router.get("/sign-in")
def sign_in_form(request: Request) -> Response:
    """The form, with a token of its own."""
    return _form(request, "")


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Check name and password; a new session each time, in place of the browser's old one."""
    desk, fields = desk_of(request), await request.form()
    check_origin(request)
    check_token(fields, request.cookies.get(cookie_name(desk, SIGN_IN), ""))
    name, password = str(fields.get("name", "")), str(fields.get("password", ""))
    address, old = request.client.host if request.client else "", request.cookies.get(cookie_name(desk, SESSION), "")
    try:
        desk.sign_ins.take(name, address)
        token, _ = await run_in_threadpool(desk.accounts.sign_in, name, password, desk.hours, instead_of=old)
    except (AuthenticationError, TooManyError) as error:
        return _form(request, error.code, name, getattr(error, "retry_after", 0))
    desk.sign_ins.succeeded(name, address)
    response = redirect(request, local_path(str(fields.get("next", "/"))))
    set_cookie(response, desk, SESSION, token, int(desk.hours * 3600))
    drop_cookie(response, desk, SIGN_IN)
    return response


@router.post("/sign-out")
def sign_out(request: Request, _fields: Form) -> Response:
    """End the session, here and in the store."""
    desk = desk_of(request)
    desk.accounts.sign_out(request.cookies.get(cookie_name(desk, SESSION), ""))
    response = redirect(request, "/sign-in")
    drop_cookie(response, desk, SESSION)
    return response


@router.get("/language/{language}")
def choose_language(request: Request, language: str) -> Response:
    """Keep the person's choice for a year and go back."""
    response = redirect(request, local_path(request.query_params.get("next", "/")))
    if language in desk_of(request).words.languages:
        set_cookie(response, desk_of(request), LANGUAGE, language, 365 * 86400)
    return response


def _form(request: Request, problem: str, name: str = "", wait: int = 0) -> Response:
    token = new_token()
    status = {"": 200, "too-many": 429}.get(problem, 401)
    values: dict[str, Any] = {
        "problem": problem,
        "name": name,
        "wait": wait,
        "token": token,
        "next": local_path(request.query_params.get("next", "/")),
    }
    response = page(request, "sign_in.html", status=status, **values)
    if wait:
        response.headers["Retry-After"] = str(wait)
    set_cookie(response, desk_of(request), SIGN_IN, token, 3600)
    return response
