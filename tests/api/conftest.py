"""One running API over a tiny knowledge base, shared by the tests that only ask; those that change it make their own."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from kb_pipeline.api.app import create_app
from kb_pipeline.bootstrap import build_serving, open_accounts
from tests.api.knowledge import Knowledge


@dataclass
class Running:
    """The API, its knowledge base, and keys: `all` markets, `th` and `us` only, `revoked`."""

    knowledge: Knowledge
    http: TestClient
    ids: dict[str, str]
    keys: dict[str, str]

    def auth(self, key: str = "all") -> dict[str, str]:
        """The header of a key."""
        return {"Authorization": f"Bearer {self.keys[key]}"}

    def post(self, path: str, body: object, key: str = "all"):
        """A POST with a key."""
        return self.http.post(path, json=body, headers=self.auth(key))

    def get(self, path: str, key: str = "all", **headers: str):
        """A GET with a key."""
        return self.http.get(path, headers=self.auth(key) | headers)


def make_keys(knowledge: Knowledge) -> dict[str, str]:
    accounts = open_accounts(knowledge.store)
    scopes = {"all": [], "th": ["th-TH"], "us": ["en-US"], "revoked": []}
    keys = {}
    for name, markets in scopes.items():
        keys[name], key = accounts.add_key(name, markets, "ann")
        if name == "revoked":
            accounts.revoke_key(key.id, "ann")
    return keys


def wait_until_ready(http: TestClient) -> None:
    until = time.monotonic() + 60
    while (reply := http.get("/readyz")).status_code != 200:
        assert time.monotonic() < until, reply.text
        time.sleep(0.05)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    knowledge = Knowledge(tmp_path_factory.mktemp("api"), rate_limit="100000/minute")
    ids, keys = knowledge.fill(), make_keys(knowledge)
    with TestClient(create_app(build_serving(knowledge.settings))) as http:
        wait_until_ready(http)
        yield Running(knowledge, http, ids, keys)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An API over a knowledge base that has published nothing."""
    knowledge = Knowledge(tmp_path_factory.mktemp("empty"))
    with TestClient(create_app(build_serving(knowledge.settings))) as http:
        yield Running(knowledge, http, {}, make_keys(knowledge))
