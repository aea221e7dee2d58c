"""Whatever is sent to the API and to the review page, nothing fails inside, and nothing is done for who may not.

Requests are made by schemathesis from the OpenAPI documents of both; `KB_TEST_FUZZ`: how many of each operation.
"""

import os
import warnings
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from kb_pipeline.domain.accounts import Role
from tests.api.conftest import running  # noqa: F401 - a fixture
from tests.publishing import verifying_here
from tests.review.browsing import PASSWORD
from tests.review.conftest import (  # noqa: F401 - fixtures
    ORIGIN,
    Browser,
    accounts,
    app,
    changes,
    desk,
    publisher,
)

EXAMPLES = int(os.environ.get("KB_TEST_FUZZ", "6"))
FIELDS = (
    "market", "q", "state", "page", "next", "name", "password", "question", "answer", "phrasings", "text", "version",
    "category", "cause", "comment", "override", "reason", "first", "second", "holds", "note", "seen", "to", "risk", "kind",
    "rule",
)  # fmt: skip
OPEN = ("/sign-in", "/healthz", "/language/{language}")  # pages of the review page that need no account
LAST = "/sign-out"


def fuzz(document: dict, send) -> int:
    """Call `send` with EXAMPLES requests of every operation of the document; how many operations there are."""
    schema, number = schemathesis.openapi.from_dict(document), 0
    found = [result.ok() for result in schema.get_all_operations()]
    for operation in sorted(found, key=lambda operation: operation.path == LAST):
        number += 1

        @settings(
            max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 100, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def each(case: Case) -> None:
            send(case)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            each()
    return number


def sent(http, case: Case, **headers: str):
    """The response to a generated request; a header that no client could send is left out."""
    made = case.as_transport_kwargs(base_url="http://testserver", headers=headers)
    body = {"content" if isinstance(made.get("data"), (bytes, str)) else "data": made["data"]} if "data" in made else {}
    json = {"json": made["json"]} if "json" in made else {}
    fit = {name: value for name, value in made["headers"].items() if str(value).isascii() and str(value).isprintable()}
    return http.request(made["method"], made["url"], params=made.get("params"), headers=fit, **body, **json)


def test_the_api_takes_whatever_is_sent(running):  # noqa: F811
    document = running.http.get("/openapi.json").json()

    def send(case: Case) -> None:
        response = sent(running.http, case, **running.auth())
        assert response.status_code < 500 or case.path == "/readyz", (case.method, response.url, response.text)
        case.validate_response(
            response, checks=[content_type_conformance, response_schema_conformance, status_code_conformance]
        )
        if case.operation.definition.raw.get("security"):
            for wrong in ({}, running.auth("revoked"), {"Authorization": "Bearer kb_nobody"}):
                assert sent(running.http, case, **wrong).status_code == 401, (case.method, response.url)

    assert fuzz(document, send) == 9


@pytest.fixture
def site(app, accounts, changes, publisher):  # noqa: F811
    """The review page with changes and a live release, for an admin who is signed in and for nobody."""
    verifying_here(publisher("th-TH", "pim")).publish()
    accounts.add_user("dara", PASSWORD, Role.ADMIN, (), "test")
    admin = Browser(app)
    assert admin.sign_in("dara").status_code == 303
    return admin, Browser(app), admin.token("/releases"), changes


def test_the_review_page_takes_whatever_is_sent(site, app):  # noqa: F811
    admin, nobody, token, made = site
    document = with_forms(app.openapi(), token, {c.id for c in made}, {c.entry_id for c in made})

    def send(case: Case) -> None:
        response = sent(admin, case, **ORIGIN)
        assert response.status_code < 500, (case.method, response.url, response.text)
        if case.path not in OPEN:
            refused = sent(nobody, case, **ORIGIN)
            is_asked = refused.status_code == 303 and refused.headers["location"].startswith("/sign-in")
            assert is_asked or refused.status_code in {401, 403, 404, 405, 422}, (case.method, refused.url, refused.status_code)

    assert fuzz(document, send) >= 25


def with_forms(document: dict, token: str, change_ids: set[str], entry_ids: set[str]) -> dict:
    """The document, with what its pages read of a form or a query, and ids that exist among those that do not."""
    known = {"change_id": sorted(change_ids), "entry_id": sorted(entry_ids), "market": ["th-TH", "en-US"], "number": ["1"]}
    text = {"type": "string", "maxLength": 50}
    fields = {name: {"anyOf": [text, {"enum": known[name]}]} if name in known else text for name in FIELDS}
    form = {"type": "object", "properties": {"csrf": {"enum": [token]}, **fields}, "required": ["csrf"]}
    for method, operation in _operations(document):
        for parameter in operation.get("parameters", []):
            if parameter["name"] in known:
                parameter["schema"] = {"anyOf": [{"enum": known[parameter["name"]]}, {"type": "string", "minLength": 1}]}
        if method == "post":
            operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": form}}, "required": True}
        else:
            operation.setdefault("parameters", []).extend(
                {"name": name, "in": "query", "schema": schema} for name, schema in fields.items()
            )
    return document


def _operations(document: dict) -> Iterator[tuple[str, dict]]:
    for item in document["paths"].values():
        yield from item.items()
