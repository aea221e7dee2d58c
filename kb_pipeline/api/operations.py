"""The routes for whoever runs the API: is it alive, is it ready, how is it doing."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from kb_pipeline.api.keys import Scraper, Service
from kb_pipeline.api.metrics import Metrics
from kb_pipeline.api.problems import problems
from kb_pipeline.api.schemas import Health, Readiness

router = APIRouter(tags=["operations"])


@router.get("/healthz")
def healthz() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Not ready: `problems` says why."}})
def readyz(serving: Service, response: Response) -> Readiness:
    """Whether a question would be answered now: each market with a live release is asked one, at most once a second."""
    found = serving.problems()
    response.status_code = 503 if found else 200
    return Readiness(ready=not found, releases=serving.live_numbers(), problems=found, degraded=serving.degraded())


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}, **problems(401, 429)})
def metrics(_: Scraper, request: Request) -> Response:
    """For Prometheus. From this machine without a key, from elsewhere with any."""
    counted: Metrics = request.app.state.metrics
    return Response(counted.page(), media_type=CONTENT_TYPE_LATEST)
