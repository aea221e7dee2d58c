"""Reading entries and releases, with ETags."""

import pytest


@pytest.mark.parametrize(("market", "name"), [("en-US", "returns"), ("th-TH", "returns_th")])
def test_one_entry_with_the_release_as_its_etag(running, market, name):
    path = f"/v1/faqs/{running.ids[name]}?market={market}"
    reply = running.get(path)
    assert reply.status_code == 200
    assert reply.json()["entry_id"] == running.ids[name]
    assert reply.headers["ETag"] == f'"{market}/r0001"'
    again = running.get(path, **{"If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert running.get(path, **{"If-None-Match": '"other", W/' + reply.headers["ETag"]}).status_code == 304
    assert running.get(path, **{"If-None-Match": f'"{market}/r0002"'}).status_code == 200


def test_an_expired_or_unknown_entry_is_404_and_never_304(running):
    for id_ in (running.ids["expired"], "nothing", "ก" * 300):
        reply = running.get(f"/v1/faqs/{id_}?market=en-US", **{"If-None-Match": '"en-US/r0001"'})
        assert reply.status_code == 404
        assert reply.json()["remedy"]


@pytest.mark.parametrize(
    ("market", "names"), [("en-US", {"returns", "refunds", "lockers"}), ("th-TH", {"returns_th", "refunds_th"})]
)
def test_the_listing_goes_through_all_entries_page_by_page(running, market, names):
    seen, cursor = [], ""
    for _ in range(10):
        page = running.get(f"/v1/faqs?market={market}&limit=1&cursor={cursor}").json()
        assert len(page["entries"]) == 1
        seen += [entry["entry_id"] for entry in page["entries"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(running.ids[name] for name in names)


def test_the_listing_by_topic_and_its_etag(running):
    path = "/v1/faqs?market=en-US&topic=refund"
    reply = running.get(path)
    assert [entry["entry_id"] for entry in reply.json()["entries"]] == [running.ids["refunds"]]
    assert reply.headers["ETag"].startswith('"en-US/r0001/')
    assert running.get(path, **{"If-None-Match": reply.headers["ETag"]}).status_code == 304
    assert running.get("/v1/faqs?market=en-US", **{"If-None-Match": reply.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("market", ["en-US", "th-TH"])
def test_the_live_release_with_its_report(running, market):
    reply = running.get(f"/v1/releases/{market}")
    body = reply.json()
    assert body["release"] == f"{market}/r0001"
    assert body["entries"] == body["report"]["entries"]
    assert body["report"]["failures"] == []
    assert body["live_at"]
    assert running.get(f"/v1/releases/{market}", **{"If-None-Match": reply.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/v1/faqs?market=th-TH", "/v1/releases/th-TH", "/v1/faqs/x?market=th-TH"])
def test_without_a_release_there_is_nothing_to_read(empty, path):
    assert empty.get(path).status_code == 404
