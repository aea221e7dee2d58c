"""Asking for changes on the page: what happens to the change, what everybody reads of it, and how it is taken back."""

import pytest

from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.changes import ChangeState, ReturnReason
from kb_pipeline.domain.decisions import request_of
from kb_pipeline.services.review.import_entries import Importer
from tests.adapters.store_sql.samples import retirement_of
from tests.conftest import DAY
from tests.fakes import SilentProgress
from tests.review.conftest import say

WISH = "ใช้คำว่า <ผู้ขาย> แทน “คนขาย”"
SHOWN = "ใช้คำว่า &lt;ผู้ขาย&gt; แทน “คนขาย”"
ANSWER = "ผู้ขายตอบภายใน 3 วันทำการ"


@pytest.fixture
def asked(person, changes, store):
    """Asks for changes as ann; the request as the next run reads it."""

    def ask(change, version="1"):
        reply = person("ann").submit(f"/changes/{change.id}/request?market=th-TH", version=version, comment=WISH)
        assert reply.status_code == 303
        return request_of(store.change(change.id), store.decisions(change.id))

    return ask


def answer(store, change, request):
    """What a run makes of the request."""
    text = change.revision.text.model_copy(update={"answer": ANSWER})
    new = change.model_copy(update={"revision": change.revision.model_copy(update={"text": text}), "findings": ()})
    assert store.propose(new, request)
    return new


@pytest.mark.parametrize("language", ["en", "th"])
def test_a_request_is_read_on_the_card_and_nobody_decides_until_it_is_taken_back(person, changes, store, asked, language):
    change, bob = changes[2], person("บุญมี")
    asked(change)
    assert store.change(change.id).state is ChangeState.CHANGES_REQUESTED
    bob.get(f"/language/{language}")
    card = bob.get(f"/changes/{change.id}").text
    for part in (SHOWN, "ann", say(language, "request.open"), say(language, "decide.requested"), say(language, "take_back")):
        assert part in card
    assert "/approve" not in card
    assert change.id in bob.get("/?state=changes_requested").text
    assert change.id not in bob.get("/").text
    assert bob.submit(f"/changes/{change.id}/approve", version="2").status_code == 409
    reply = bob.submit(f"/changes/{change.id}/take-back?market=th-TH", version="2")
    assert (reply.status_code, reply.headers["location"]) == (303, f"/changes/{change.id}?market=th-TH")
    assert store.change(change.id).state is ChangeState.PENDING
    card = bob.get(f"/changes/{change.id}").text
    assert say(language, "flash.taken_back") in card
    assert say(language, "action.change.take_back") in card


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_answer_shows_what_was_asked_for_by_whom_and_the_text_before(person, changes, store, asked, language):
    change = changes[2]
    new = answer(store, change, asked(change))
    bob = person("บุญมี")
    bob.get(f"/language/{language}")
    card = bob.get(f"/changes/{new.id}").text
    for part in (SHOWN, "ann", say(language, "request.answered"), f'href="/changes/{change.id}"', "<ins>ผู้ขายตอบ</ins>"):
        assert part in card
    assert bob.submit(f"/changes/{new.id}/approve", version="1").status_code == 303
    assert store.approved_text(change.entry_id).text.answer == ANSWER


@pytest.mark.parametrize(("language", "reason"), [("en", ReturnReason.SAME_TEXT), ("th", ReturnReason.CALL_FAILED)])
def test_a_request_that_led_to_nothing_says_why_and_the_change_is_decided_on(person, changes, store, asked, language, reason):
    change, bob = changes[2], person("บุญมี")
    assert store.give_back(asked(change), reason, "no <answer> within 600 s")
    bob.get(f"/language/{language}")
    card = bob.get(f"/changes/{change.id}").text
    for part in (SHOWN, say(language, f"returned.{reason}"), "no &lt;answer&gt; within 600 s"):
        assert part in card
    assert bob.submit(f"/changes/{change.id}/approve", version="3").status_code == 303


def test_a_request_needs_words_and_keeps_the_panel_open(person, changes, store):
    reply = person().submit(f"/changes/{changes[2].id}/request", version="1", comment=" ")
    assert reply.status_code == 422
    assert 'id="request" name="panel" open' in reply.text
    assert store.change(changes[2].id).version == 1


def test_where_no_model_can_be_asked_the_page_offers_no_request(person, changes, store, thai, embedder):
    browser = person()
    rows = [(2, {"question": "ร้านอยู่ที่ไหน", "answer": "ร้านอยู่ที่กรุงเทพ"})]
    (imported,) = Importer(store, embedder, thai, DAY, propose=True).run(rows, SilentProgress()).proposed
    assert 'id="request"' in browser.get(f"/changes/{changes[2].id}").text
    assert 'id="request"' not in browser.get(f"/changes/{imported}").text
    browser.submit(f"/changes/{changes[2].id}/approve", version="1")
    retirement = retirement_of(changes[2])
    store.propose(retirement)
    assert 'id="request"' not in browser.get(f"/changes/{retirement.id}").text


def test_a_viewer_reads_a_request_and_cannot_take_it_back(person, changes, asked):
    asked(changes[2])
    card = person("vi", Role.VIEWER).get(f"/changes/{changes[2].id}").text
    assert SHOWN in card
    assert "/take-back" not in card
