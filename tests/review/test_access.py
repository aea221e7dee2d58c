"""Who may do what: every route for every kind of person, the form's token, its origin, and the session's life."""

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kb_pipeline.domain.accounts import Role
from kb_pipeline.review.app import HEADERS
from tests.adapters.store_sql.samples import change_of, decision_of
from tests.review.conftest import PASSWORD, Browser

PEOPLE = ("anonymous", "viewer", "reviewer", "publisher", "admin", "disabled", "expired", "elsewhere")
OPEN = dict.fromkeys(PEOPLE, 200)
SEEN = OPEN | {"anonymous": 303, "disabled": 303, "expired": 303}
FOUND = SEEN | {"elsewhere": 404}
POSTED = {"anonymous": 401, "disabled": 401, "expired": 401, "elsewhere": 404}
DECIDED = POSTED | {"viewer": 403, "reviewer": 303, "publisher": 303, "admin": 303}
SAID = POSTED | {"viewer": 403, "reviewer": 403, "publisher": 303, "admin": 303}
PLANNED = FOUND | {"viewer": 403, "reviewer": 403}
# method and route -> the status that each kind of person gets
TABLE = {
    ("GET", "/healthz"): OPEN,
    ("GET", "/static"): OPEN,
    ("GET", "/sign-in"): OPEN,
    ("POST", "/sign-in"): dict.fromkeys(PEOPLE, 401),  # with a wrong password
    ("POST", "/sign-out"): dict.fromkeys(PEOPLE, 303) | {"anonymous": 401, "disabled": 401, "expired": 401},
    ("GET", "/language/{language}"): dict.fromkeys(PEOPLE, 303),
    ("GET", "/"): SEEN,
    ("GET", "/changes/{change_id}"): FOUND,
    ("POST", "/changes/{change_id}/approve"): DECIDED,
    ("POST", "/changes/{change_id}/edit"): DECIDED,
    ("POST", "/changes/{change_id}/reject"): DECIDED,
    ("POST", "/changes/{change_id}/request"): DECIDED,
    ("POST", "/changes/{change_id}/take-back"): DECIDED | dict.fromkeys(("reviewer", "publisher", "admin"), 409),
    ("POST", "/changes/{change_id}/check"): POSTED | {"viewer": 200, "reviewer": 200, "publisher": 200, "admin": 200},
    ("GET", "/entries"): SEEN,
    ("GET", "/entries/{entry_id}"): FOUND,
    ("POST", "/entries/{entry_id}/withdraw"): SAID,
    ("POST", "/entries/{entry_id}/restore"): SAID,
    ("POST", "/entries/{entry_id}/correct"): DECIDED,
    ("GET", "/releases"): SEEN,
    ("GET", "/releases/{market}/{number:int}"): dict.fromkeys(PEOPLE, 404)
    | {"anonymous": 303, "disabled": 303, "expired": 303},
    ("POST", "/releases/{market}/hold"): SAID,
    ("POST", "/releases/{market}/lift"): SAID,
    ("POST", "/releases/{market}/settle"): POSTED | {"viewer": 403, "reviewer": 403, "publisher": 404, "admin": 404},
    ("GET", "/releases/{market}/{move}"): PLANNED,
    ("POST", "/releases/{market}/{move}"): POSTED | {"viewer": 403, "reviewer": 403, "publisher": 409, "admin": 409},
}
FORM = {
    "version": "1",
    "question": "คืนสินค้าอย่างไร",
    "answer": "แตะคืนสินค้า",
    "comment": "ok",
    "reason": "ok",
    "override": "yes",
    "name": "x",
    "password": "y",
}


def routes_of(app):
    """Method and path of everything that the application answers."""
    for route in app.routes:
        if hasattr(route, "original_router"):  # FastAPI includes a router as one lazy route
            yield from ((method, inner.path) for inner in route.original_router.routes for method in inner.methods - {"HEAD"})
        elif getattr(route, "methods", None):
            yield from ((method, route.path) for method in route.methods - {"HEAD"})
        else:
            yield "GET", route.path


@pytest.fixture
def visit(app, person, accounts, store):
    def arrive(kind):
        if kind == "anonymous":
            return Browser(app), ""
        roles = {"disabled": Role.ADMIN, "expired": Role.ADMIN, "elsewhere": Role.PUBLISHER}
        browser = person(kind, roles.get(kind) or Role(kind), ("en-US",) if kind == "elsewhere" else ())
        token = browser.token("/releases")
        if kind == "disabled":
            accounts.set_disabled(kind, True, "test")
        if kind == "expired":
            browser.cookies.set("kb_session", accounts.sign_in(kind, PASSWORD, hours=-1)[0], domain="testserver.local")
        return browser, token

    return arrive


def test_every_route_is_in_the_table(app):
    assert set(routes_of(app)) == TABLE.keys()


@pytest.mark.parametrize("kind", PEOPLE)
def test_everybody_gets_what_the_table_says(visit, store, changes, kind):
    browser, token = visit(kind)
    said = change_of("th-TH", "said")
    store.propose(said)
    store.decide(decision_of(said))
    waiting = iter((changes[2], changes[1], changes[3]))
    got = {}
    for (method, route), _ in sorted(TABLE.items(), key=lambda row: row[0][1] == "/sign-out"):
        change = next(waiting) if route.endswith(("approve", "edit", "reject")) else changes[0]
        path = route.replace("{change_id}", change.id).replace("{market}", "th-TH").replace("{move}", "publish")
        path = (
            path.replace("{entry_id}", said.entry_id)
            .replace("{number:int}", "7")
            .replace("{language}", "th")
            .replace("/static", "/static/review.css")
        )
        csrf = browser.token("/sign-in") if route == "/sign-in" else token
        form = {name: text for name, text in FORM.items() if not (name == "answer" and route.endswith("approve"))}
        reply = browser.get(path) if method == "GET" else browser.post(path, data=form | {"csrf": csrf})
        got[method, route] = reply.status_code
        expected = HEADERS | ({"Cache-Control": "max-age=86400"} if route == "/static" else {})
        assert {name: reply.headers.get(name) for name in HEADERS} == expected
    assert got == {key: row[kind] for key, row in TABLE.items()}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null"},
        {"origin": ""},
    ],
)
def test_a_form_from_elsewhere_changes_nothing(person, changes, store, headers):
    browser = person()
    reply = browser.submit(f"/changes/{changes[2].id}/approve", headers=headers, version="1")
    assert reply.status_code == 403
    assert store.change(changes[2].id).version == 1


@pytest.mark.parametrize("token", [None, "", "wrong", "ก"])
def test_a_form_without_its_token_changes_nothing(person, changes, store, token):
    browser = person()
    reply = browser.post(
        f"/changes/{changes[2].id}/approve", data={"version": "1"} | ({"csrf": token} if token is not None else {})
    )
    assert reply.status_code == 403
    assert store.change(changes[2].id).version == 1


def test_the_token_of_another_persons_session_does_not_count(person, changes):
    token = person("bob").token("/releases")
    reply = person("ann").post(f"/changes/{changes[2].id}/approve", data={"version": "1", "csrf": token})
    assert reply.status_code == 403


def test_signing_in_makes_a_new_session_and_signing_out_ends_it(person):
    browser = person()
    first = browser.cookies["kb_session"]
    assert browser.sign_in("ann").status_code == 303
    second = browser.cookies["kb_session"]
    assert first != second
    assert browser.submit("/sign-out").status_code == 303
    browser.cookies.set("kb_session", second, domain="testserver.local")
    assert browser.get("/").status_code == 303


def test_a_stranger_is_not_told_what_was_wrong_and_is_stopped_in_time(app, accounts):
    accounts.add_user("สมชาย", PASSWORD, Role.REVIEWER, (), "test")
    browser = Browser(app)
    wrong, unknown = (browser.sign_in(name, "not the password") for name in ("สมชาย", "nobody"))
    assert wrong.status_code == unknown.status_code == 401
    assert (
        wrong.text.count("The name or the password is wrong.") == unknown.text.count("The name or the password is wrong.") == 1
    )
    replies = [browser.sign_in("สมชาย", "not the password") for _ in range(10)]
    assert replies[-1].status_code == 429
    assert int(replies[-1].headers["retry-after"]) <= 60


def test_wrong_passwords_of_strangers_keep_nobody_out(app, accounts):
    accounts.add_user("สมชาย", PASSWORD, Role.REVIEWER, (), "test")
    stranger, owner = (Browser(ProxyHeadersMiddleware(app, ["testclient"])) for _ in range(2))
    stranger.headers["x-forwarded-for"], owner.headers["x-forwarded-for"] = "203.0.113.9, 198.51.100.1", "198.51.100.2"
    assert {stranger.sign_in("สมชาย", "not the password").status_code for _ in range(20)} == {401, 429}
    assert owner.sign_in("สมชาย").status_code == 303


def test_a_new_sign_in_ends_the_session_that_it_replaces(person, accounts):
    browser = person()
    first = browser.cookies["kb_session"]
    assert browser.sign_in("ann", "not the password").status_code == 401
    assert accounts.user_of(first) is not None
    assert browser.sign_in("ann").status_code == 303
    assert accounts.user_of(first) is None
    assert accounts.user_of(browser.cookies["kb_session"]) is not None


def test_a_session_that_somebody_else_chose_is_none(app, accounts):
    accounts.add_user("ann", PASSWORD, Role.REVIEWER, (), "test")
    browser = Browser(app)
    browser.cookies.set("kb_session", "chosen", domain="testserver.local")
    assert browser.sign_in("ann").status_code == 303
    assert accounts.user_of("chosen") is None


@pytest.mark.parametrize(
    ("wanted", "led"),
    [("/changes/abc?market=th-TH", "/changes/abc?market=th-TH"), ("//evil.example", "/"), ("/\\evil.example", "/"),
     ("https://evil.example", "/"), ("/\t/evil.example", "/"), ("javascript:alert(1)", "/")],
)  # fmt: skip
def test_after_signing_in_one_stays_on_the_page(app, accounts, wanted, led):
    accounts.add_user("ann", PASSWORD, Role.REVIEWER, (), "test")
    assert Browser(app).sign_in("ann", next=wanted).headers["location"] == led


def test_cookies_are_out_of_reach_of_scripts(app, accounts, desk):
    accounts.add_user("ann", PASSWORD, Role.REVIEWER, (), "test")
    reply = Browser(app).sign_in("ann").headers["set-cookie"]
    assert "kb_session=" in reply
    assert "HttpOnly" in reply
    assert "SameSite=lax" in reply


def test_a_form_without_bounds_is_refused(person):
    browser = person()
    assert browser.submit("/changes/x/check", answer="ก" * 300_000).status_code == 413
