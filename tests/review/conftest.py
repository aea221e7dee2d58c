"""The review page over a real store, with real accounts, people who sign in, and a real browser."""

import re
import socket
import threading

import pytest
import uvicorn
from fastapi.testclient import TestClient
from playwright.sync_api import sync_playwright

from kb_pipeline.adapters.passwords_argon2 import Argon2Passwords
from kb_pipeline.bootstrap import build_publisher
from kb_pipeline.domain.accounts import Role
from kb_pipeline.review.app import create_app
from kb_pipeline.review.desk import Desk
from kb_pipeline.review.words import load_words
from kb_pipeline.services.access.accounts import Accounts
from kb_pipeline.services.review.assess import Assessor
from kb_pipeline.settings import Settings
from tests.conftest import DAY, ROOT
from tests.review import sample
from tests.review.browsing import ARGS, PASSWORD, chromium

ORIGIN = {"origin": "http://testserver"}
say = load_words().say


class Browser(TestClient):
    """A person's browser: it sends an origin, keeps cookies, and finds the token in the page before it posts."""

    def __init__(self, app) -> None:
        super().__init__(app, headers=ORIGIN, follow_redirects=False)

    def token(self, path="/"):
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        return found[1] if found else ""

    def sign_in(self, name, password=PASSWORD, **more):
        return self.post("/sign-in", data={"csrf": self.token("/sign-in"), "name": name, "password": password, **more})

    def submit(self, path, headers=None, **fields):
        return self.post(path, data={"csrf": self.token("/releases"), **fields}, headers=headers)


@pytest.fixture
def accounts(store):
    """With passwords that are quick to hash: every test signs somebody in. What the product takes: tests/services/access."""
    return Accounts(store, Argon2Passwords(memory=64, passes=1))


@pytest.fixture
def publisher(store, tmp_path, embedder):
    settings = Settings(home=tmp_path, locales_dir=ROOT / "locales")
    return lambda market, actor: build_publisher(settings, market, actor, store=store, embedder=embedder)


@pytest.fixture
def desk(store, accounts, thai, american, embedder, publisher):
    markets = (american, thai)
    return Desk(
        store=store, embedder=embedder, markets=markets, accounts=accounts,
        assessor=Assessor(store, embedder, markets, lambda: DAY), day=lambda: DAY, publisher=publisher,
    )  # fmt: skip


@pytest.fixture
def app(desk):
    return create_app(desk)


@pytest.fixture
def person(app, accounts):
    def arrive(name="ann", role=Role.REVIEWER, markets=()):
        accounts.add_user(name, PASSWORD, role, markets, "test")
        browser = Browser(app)
        assert browser.sign_in(name).status_code == 303
        return browser

    return arrive


@pytest.fixture
def changes(store, thai, american):
    """High risk and critical, an update, low risk with a finding, high risk and clean."""
    return sample.fill(store, thai, american)


@pytest.fixture
def site(app):
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        yield started
        started.close()
