"""The FastAPI application, put together. No rule of the product; those are in services and below."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from kb_pipeline import __version__
from kb_pipeline.api import docs, operations, routes
from kb_pipeline.api.metrics import Metrics
from kb_pipeline.api.middleware import ANSWER_SECONDS, Border
from kb_pipeline.api.problems import Problem, handle_problems
from kb_pipeline.services.serve.serving import Serving

_ABOUT = (
    "Approved answers of a knowledge base, by market, for a customer-service chatbot. Say an answer only when `abstained` is "
    "false; hand the customer over otherwise. Errors are `application/problem+json`."
)


def create_app(serving: Serving, answer_seconds: float = ANSWER_SECONDS) -> FastAPI:
    """The API over `serving`, which it starts and closes. `answer_seconds`: after so long a request gets 504."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        serving.start()
        yield
        serving.close()

    app = FastAPI(
        title="Retrieval API",
        description=_ABOUT,
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.serving = serving
    app.state.metrics = metrics = Metrics(serving)
    app.add_middleware(Border, observe=metrics.observe, answer_seconds=answer_seconds)
    handle_problems(app)
    for part in (routes, operations, docs):
        app.include_router(part.router)
    app.mount("/static", docs.static, name="static")
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign] # FastAPI's documented way to extend it
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        document["components"]["schemas"] |= problem.pop("$defs") | {"Problem": problem}
        app.openapi_schema = document
    return app.openapi_schema
