"""Both faces answer an error with the same status."""

import inspect

import pytest
from fastapi.testclient import TestClient

from kb_pipeline import errors
from kb_pipeline.api.app import create_app as create_api
from kb_pipeline.errors import KBError
from kb_pipeline.review.app import create_app as create_review
from kb_pipeline.review.desk import Desk
from kb_pipeline.web.status import STATUS, status_of
from tests.conftest import DAY

CLASSES = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, KBError) and kind.__module__ == errors.__name__
]
EXPECTED = {
    "AuthenticationError": 401, "ForbiddenError": 403, "NotFoundError": 404, "UnknownMarketError": 404, "ConflictError": 409,
    "IllegalTransitionError": 409, "BlockedError": 422, "UsageError": 422, "TooManyError": 429, "EmbedderMismatchError": 503,
    "ModelNotFetchedError": 503, "ReleaseError": 503, "StoreError": 503,
}  # fmt: skip


def made(kind):
    return kind("change", "approved", "pending") if kind is errors.IllegalTransitionError else kind("ไม่ได้", "ลองใหม่")


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_has_the_status_of_its_class_else_500(kind):
    assert status_of(made(kind)) == EXPECTED.get(kind.__name__, 500)


def test_a_class_of_ones_own_has_the_status_of_the_class_it_derives_from():
    class GoneError(errors.NotFoundError): ...

    assert status_of(GoneError("gone")) == 404


class Failing:
    """What both faces stand on, when it fails as `error`."""

    def __init__(self, error):
        self.error = error

    def client(self, key):
        raise self.error

    def live_numbers(self):
        raise self.error


@pytest.mark.parametrize("kind", STATUS, ids=lambda kind: kind.__name__)
def test_the_api_and_the_review_page_agree(kind):
    failing = Failing(made(kind))
    desk = Desk(store=failing, markets=(), accounts=None, embedder=None, assessor=None, day=lambda: DAY, publisher=None)
    api, review = TestClient(create_api(failing)), TestClient(create_review(desk), follow_redirects=False)
    reply = api.post("/v1/search", json={"query": "คืนสินค้า", "market": "th-TH"}, headers={"Authorization": "Bearer kb_a_b"})
    page = review.get("/healthz")
    assert reply.status_code == STATUS[kind]
    assert page.status_code == (303 if kind is errors.AuthenticationError else STATUS[kind]), "who is unknown is led to sign in"
