"""Every route with every kind of key. A route that the table does not know fails."""

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from tests.api.knowledge import RETURNS_TH

KEYS = (None, "bad", "revoked", "us", "th", "all")
OPEN, KEYED, MARKET = "needs no key", "needs any key", "needs a key of th-TH"
TABLE = {
    ("POST", "/v1/search"): MARKET,
    ("POST", "/v1/answer"): MARKET,
    ("POST", "/v1/feedback"): MARKET,
    ("GET", "/v1/faqs"): MARKET,
    ("GET", "/v1/faqs/{entry_id}"): MARKET,
    ("GET", "/v1/releases/{market}"): MARKET,
    ("GET", "/metrics"): KEYED,  # from another machine; see test_operations
    ("GET", "/healthz"): OPEN,
    ("GET", "/readyz"): OPEN,
    ("GET", "/docs"): OPEN,
    ("GET", "/openapi.json"): OPEN,
    ("GET", "/static"): OPEN,
}


def routes_of(routes):
    """All (method, path) of an application, those of included routers too."""
    for route in routes:
        if isinstance(route, Mount):
            yield "GET", route.path
        elif isinstance(route, (APIRoute, Route)):
            yield from ((method, route.path) for method in route.methods - {"HEAD"})
        else:
            yield from routes_of(route.original_router.routes)


def send(running, method, path, key):
    headers = {}
    if key:
        headers["Authorization"] = f"Bearer {running.keys.get(key, 'kb_0123456789ab_' + 'x' * 43)}"
    question = {"query": RETURNS_TH[0], "market": "th-TH"}
    asked = running.post("/v1/answer", question).json()["request_id"] if path == "/v1/feedback" else ""
    bodies = {"/v1/search": question, "/v1/answer": question, "/v1/feedback": {"request_id": asked, "outcome": "helpful"}}
    url = path.replace("{entry_id}", running.ids["returns_th"]).replace("{market}", "th-TH")
    if path == "/static":
        url = "/static/docs.js"
    params = {"market": "th-TH"} if path.startswith("/v1/faqs") else None
    return running.http.request(method, url, params=params, json=bodies.get(path), headers=headers)


def expected(rule, key):
    if rule == OPEN or key in {"th", "all"}:
        return {200, 204}
    if key == "us":
        return {403} if rule == MARKET else {200}
    return {401}


def test_the_table_knows_every_route(running):
    assert set(routes_of(running.http.app.routes)) == set(TABLE)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("method", "path"), TABLE)
def test_each_route_with_each_key(running, method, path, key):
    reply = send(running, method, path, key)
    assert reply.status_code in expected(TABLE[method, path], key), reply.text
    if reply.status_code == 401:
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    if reply.status_code in {401, 403}:
        assert reply.json()["code"] in {"not-authenticated", "forbidden"}
        assert RETURNS_TH[1] not in reply.text


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic YTpi", "bearer kb__", "Bearer kb_\xe0_\xff", "Bearer " + "x" * 5000],
)
def test_a_header_that_is_no_key_is_401(running, header):
    reply = running.http.get("/v1/faqs?market=th-TH", headers={"Authorization": header.encode("latin-1")})
    assert reply.status_code == 401


def test_a_bad_key_is_told_before_a_bad_body(running):
    assert running.http.post("/v1/search", json={"nonsense": 1}).status_code == 401


def test_an_unknown_market_is_404_for_a_key_of_all_and_403_for_a_key_of_one(running):
    asked = {"query": "hello", "market": "xx-XX"}
    assert running.post("/v1/search", asked).status_code == 404
    assert running.post("/v1/search", asked, "th").status_code == 403
