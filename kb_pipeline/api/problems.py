"""Every error as `application/problem+json` (RFC 9457): what is wrong, what to do, and the request's id. Never a traceback."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from starlette.exceptions import HTTPException

from kb_pipeline.errors import AuthenticationError, KBError, TooManyError
from kb_pipeline.web.status import status_of

MEDIA_TYPE = "application/problem+json"
_REMEDIES = {
    400: "send valid JSON in UTF-8",
    404: "see /docs for the routes",
    405: "see /docs for the route's methods",
    408: "send the whole body at once",
    413: "send at most 1 MB",
    422: "see /docs for what the route takes; JSON bodies need 'Content-Type: application/json'",
    500: "try again; if it stays, report the request id",
    503: "try again soon; GET /readyz says what is missing",
    504: "try again",
}
_EXAMPLE: JsonDict = {
    "type": "urn:kb-pipeline:problem:not-authenticated",
    "title": "Unauthorized",
    "status": 401,
    "detail": "no valid API key",
    "code": "not-authenticated",
    "remedy": "send it as 'Authorization: Bearer kb_...'",
    "request_id": "5f0c6f1e7a3b4c0f9d0f3a1b2c3d4e5f",
}


class Mistake(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="E.g. `body.top_k`.")
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457). `code` is for programs, `detail` and `remedy` are for people."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    request_id: str
    errors: list[Mistake] = Field(default=[], description="With status 422: each mistake.")


def problem_response(
    status: int,
    detail: str,
    request_id: str,
    *,
    code: str = "",
    remedy: str = "",
    errors: Sequence[Mistake] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response of a problem. Without `code` and `remedy` they follow from the status."""
    title = HTTPStatus(status).phrase
    code = code or title.lower().replace(" ", "-")
    problem = Problem(
        type=f"urn:kb-pipeline:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        remedy=remedy or _REMEDIES.get(status, ""),
        request_id=request_id,
        errors=list(errors),
    )
    fields = problem.model_dump(mode="json", exclude={"errors"} if not errors else None)
    body = json.dumps(fields, ensure_ascii=True)  # a lone surrogate in a client's field name is no reason to fail
    return Response(body, status, dict(headers or {}), MEDIA_TYPE)


def handle_problems(app: FastAPI) -> None:
    """Answer every expected error of `app` with a problem."""
    app.add_exception_handler(KBError, _of_kb_error)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a route that may answer with these."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def _id(request: Request) -> str:
    return str(request.state.request_id)


def _of_kb_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, KBError):
        raise error
    status = status_of(error)
    if status >= 500:
        request.state.failure = error  # for the log; its words may name files of this machine
        return problem_response(status, "this cannot be answered now", _id(request), code=error.code)
    headers = {}
    if isinstance(error, AuthenticationError):
        headers["WWW-Authenticate"] = 'Bearer realm="kb"'
    if isinstance(error, TooManyError):
        headers["Retry-After"] = str(error.retry_after)
    return problem_response(status, error.message, _id(request), code=error.code, remedy=error.remedy, headers=headers)


def _of_validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    mistakes = [Mistake.model_construct(where=_where(e["loc"]), message=str(e["msg"])) for e in error.errors()]
    return problem_response(422, "the request is not what this route takes", _id(request), code="invalid", errors=mistakes)


def _of_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem_response(error.status_code, str(error.detail), _id(request), headers=error.headers)


def _where(path: Sequence[int | str]) -> str:
    return ".".join(str(part)[:100] for part in path)
