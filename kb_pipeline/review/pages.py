"""How a page is made: templates, words, flash messages. Everything is escaped, undefined names are errors."""

from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

import kb_pipeline
from kb_pipeline.review.auth import Visitor, cookie_name, desk_of, drop_cookie, set_cookie
from kb_pipeline.review.view import SYMBOLS
from kb_pipeline.steps.checks.meaning import NEAR, nearness
from kb_pipeline.steps.checks.quality import grade

FLASH, LANGUAGE = "kb_flash", "kb_language"  # cookies
FLASHES = (
    "approved", "waits", "contradicts", "edited", "requested", "taken_back", "rejected", "publishing", "rolling_back",
    "busy", "held", "lifted", "settled", "withdrawn",
    "restored", "proposed",
)  # fmt: skip
_templates = Environment(
    loader=PackageLoader("kb_pipeline.review"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.globals.update(version=kb_pipeline.__version__, symbols={s.value: sign for s, sign in SYMBOLS.items()})
_templates.globals.update(grade=grade, nearness=nearness, usual=NEAR)


def language_of(request: Request) -> str:
    """The person's choice, else what the browser prefers among the page's languages."""
    chosen = request.cookies.get(cookie_name(desk_of(request), LANGUAGE), "")
    return desk_of(request).words.language_of([chosen, *request.headers.get("accept-language", "").split(",")])


def page(request: Request, template: str, who: Visitor | None = None, *, status: int = 200, **values: object) -> Response:
    """A page in the person's language; it shows a waiting flash message once."""
    words, language, flash = desk_of(request).words, language_of(request), _flash_of(request)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    html = _templates.get_template(template).render(
        t=partial(words.say, language), language=language, languages=words.languages, who=who, here=here, flash=flash,
        csrf=who.session.csrf if who else "", when=when, **values,
    )  # fmt: skip
    response = HTMLResponse(html, status)
    if flash:
        drop_cookie(response, desk_of(request), FLASH)
    return response


def redirect(request: Request, path: str, flash: str = "") -> Response:
    """Lead the browser on after a form, with a flash message."""
    response = RedirectResponse(path, 303)
    if flash:
        set_cookie(response, desk_of(request), FLASH, flash, 60)
    return response


def with_query(path: str, **values: object) -> str:
    """`path` with the values that are not empty."""
    parts = {name: str(value) for name, value in values.items() if value}
    return f"{path}?{urlencode(parts)}" if parts else path


def when(at: datetime | None) -> str:
    """A time as people read it."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""


def _flash_of(request: Request) -> str:
    name = request.cookies.get(cookie_name(desk_of(request), FLASH), "")
    return name if name in FLASHES else ""
