"""The document that /openapi.json serves: OpenAPI 3.1, whole, and its examples are what the API takes and gives."""

import re

import pytest
from jsonschema import Draft202012Validator

from tests.api.conftest import Running


@pytest.fixture(scope="session")
def document(running: Running) -> dict:
    return running.http.get("/openapi.json").json()


def nodes(value):
    """Every dict within."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def validator(document, schema):
    """A validator of one schema of the document, with its references."""
    return Draft202012Validator({"components": document["components"], **schema})


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere(document):
    assert document["openapi"].startswith("3.1")
    for reference in {node["$ref"] for node in nodes(document) if "$ref" in node}:
        target = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
        assert target


def test_every_schema_is_a_valid_json_schema(document):
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_is_described_and_says_its_errors_as_problems(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids)) == 9
    for _, path, operation in operations(document):
        assert operation["description"]
        for status, reply in operation["responses"].items():
            if path.startswith("/v1") and int(status) >= 400:
                assert list(reply["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_keyed_operation_names_the_scheme(document):
    keyed = {path for _, path, operation in operations(document) if operation.get("security")}
    assert keyed == {path for path in document["paths"] if path.startswith("/v1") or path == "/metrics"}
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


def test_every_example_fits_its_schema(document):
    found = 0
    for schema in document["components"]["schemas"].values():
        for example in schema.get("examples", []):
            validator(document, schema).validate(example)
            found += 1
    assert found >= 12


@pytest.mark.parametrize("path", ["/v1/search", "/v1/answer"])
def test_every_example_of_a_question_is_answered_as_the_schema_says(running, document, path):
    operation = document["paths"][path]["post"]
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    for example in document["components"]["schemas"][name]["examples"]:
        reply = running.post(path, example)
        assert reply.status_code == 200
        validator(document, operation["responses"]["200"]["content"]["application/json"]["schema"]).validate(reply.json())


def test_problems_fit_their_schema(running, document):
    for reply in (running.http.get("/v1/faqs?market=th-TH"), running.post("/v1/search", {}), running.get("/nowhere")):
        validator(document, document["components"]["schemas"]["Problem"]).validate(reply.json())


def test_the_page_that_shows_it_loads_nothing_from_elsewhere(running):
    page = running.http.get("/docs").text
    linked = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert linked
    for link in linked:
        assert running.http.get(f"/{link}").status_code == 200
    assert 'url: "openapi.json"' in running.http.get("/static/docs.js").text


def test_that_page_can_show_openapi_3_1(running):
    assert "OAS31" in running.http.get("/static/swagger-ui-bundle.js").text
