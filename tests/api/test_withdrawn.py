"""A withdrawn entry is gone from a running API within two seconds, and whoever keeps answers can see that something changed."""

import time

import pytest
from fastapi.testclient import TestClient

from kb_pipeline.api.app import create_app
from kb_pipeline.bootstrap import build_serving
from tests.api.conftest import Running, make_keys, wait_until_ready
from tests.api.knowledge import RETURNS, RETURNS_TH, Knowledge

CASES = {"en-US": ("returns", RETURNS), "th-TH": ("returns_th", RETURNS_TH)}


@pytest.fixture
def api(tmp_path):
    knowledge = Knowledge(tmp_path, rate_limit="100000/minute")
    ids, keys = knowledge.fill(), make_keys(knowledge)
    with TestClient(create_app(build_serving(knowledge.settings))) as http:
        wait_until_ready(http)
        yield Running(knowledge, http, ids, keys)


def within_two_seconds(holds):
    until = time.monotonic() + 2
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("market", CASES)
def test_no_route_says_it_and_every_etag_is_another(api, market):
    name, (question, answer) = CASES[market]
    id_ = api.ids[name]
    asked = {"query": question, "market": market, "fallback": False}
    paths = [f"/v1/releases/{market}", f"/v1/faqs?market={market}", f"/v1/faqs/{api.ids[name]}?market={market}"]
    before = [api.get(path).headers["ETag"] for path in paths]
    first = api.post("/v1/answer", asked).json()
    assert (first["answer"]["answer"], f'"{first["etag"]}"') == (answer, before[0])

    api.knowledge.store.withdraw_entry(id_, "pim", "it is wrong")
    within_two_seconds(lambda: api.get(paths[2]).status_code == 404)
    now = api.post("/v1/answer", asked).json()
    assert now["answer"] is None
    assert (now["release"], now["etag"] != first["etag"]) == (first["release"], True)
    assert answer not in api.http.post("/v1/search", json=asked | {"top_k": 20}, headers=api.auth()).text
    live, listing = (api.get(path, **{"If-None-Match": tag}) for path, tag in zip(paths[:2], before[:2], strict=True))
    assert (live.status_code, live.json()["withdrawn"], f'"{live.json()["etag"]}"') == (200, [id_], live.headers["ETag"])
    assert live.json()["entries"] == live.json()["report"]["entries"] - 1
    assert id_ not in [entry["entry_id"] for entry in listing.json()["entries"]]
    assert api.get(paths[0], **{"If-None-Match": live.headers["ETag"]}).status_code == 304
    assert api.get(paths[2], **{"If-None-Match": before[2]}).status_code == 404

    api.knowledge.store.restore_entry(id_, "pim", "it was right")
    within_two_seconds(lambda: api.get(paths[2]).status_code == 200)
    assert [api.get(path).headers["ETag"] for path in paths] == before
