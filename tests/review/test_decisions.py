"""Deciding on the page: approve, edit, reject, two people, and somebody who was faster."""

import re
import threading

import pytest

from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.changes import ChangeState
from tests.review.conftest import say

MINE = "ผู้ขายตอบกลับภายใน 3 วันทำการ"
THEIRS = "คนขายตอบกลับภายใน 3 วันทำการแน่นอน"  # too casual a word for the seller


def test_an_approval_leads_to_the_next_of_the_same_queue_and_says_so(person, changes, store):
    browser = person()
    reply = browser.submit(f"/changes/{changes[2].id}/approve?market=th-TH&risk=low", version="1")
    assert reply.headers["location"] == f"/changes/{changes[1].id}?market=th-TH&risk=low"
    assert store.change(changes[2].id).state is ChangeState.APPROVED
    assert say("en", "flash.approved") in browser.get(reply.headers["location"]).text
    assert say("en", "flash.approved") not in browser.get(reply.headers["location"]).text, "once"


def test_a_high_risk_change_takes_two_people_and_the_first_is_told_so(person, changes, store):
    ann, bob = person("ann"), person("บุญมี")
    path = f"/changes/{changes[3].id}"
    assert say("en", "second.first") in ann.get(path).text
    ann.submit(f"{path}/approve", version="1")
    assert store.change(changes[3].id).state is ChangeState.PENDING
    assert say("en", "second.same") in ann.get(path).text
    assert ann.submit(f"{path}/approve", version="2").status_code == 422
    assert say("en", "second.now", name="ann") in bob.get(path).text
    assert bob.submit(f"{path}/approve", version="2").status_code == 303
    assert store.change(changes[3].id).state is ChangeState.APPROVED


@pytest.mark.parametrize("language", ["en", "th"])
def test_critical_findings_need_an_override_and_a_word(person, changes, store, language):
    browser, path = person(), f"/changes/{changes[0].id}/approve"
    browser.get(f"/language/{language}")
    card = browser.get(f"/changes/{changes[0].id}").text
    assert say(language, "override.title") in card
    assert not re.search(r'formaction="[^"]*/approve"[^>]* data-key="a"', card), "no approval in one key"
    assert re.search(r'href="#override" data-key="a"', card)
    assert browser.submit(path, version="1").status_code == 422
    assert browser.submit(path, version="1", override="yes").status_code == 422
    assert browser.submit(path, version="1", override="yes", comment="ตรวจแล้ว").status_code == 303
    assert store.decisions(changes[0].id)[0].comment == "ตรวจแล้ว"


def test_an_edit_is_checked_as_one_types_and_then_approved(person, changes, store):
    browser, path = person(), f"/changes/{changes[2].id}"
    fields = {"question": changes[2].revision.text.question, "phrasings": "รอผู้ขายตอบกี่วัน\r\n", "version": "1"}
    part = {"x-part": "checked"}
    assert "term-forbidden" in browser.submit(f"{path}/check", part, answer=THEIRS, **fields).text
    assert say("en", "findings.none") in browser.submit(f"{path}/check", part, answer=MINE, **fields).text
    assert "term-forbidden" in browser.submit(f"{path}/check", answer=THEIRS, **fields).text, "and without a script"
    assert store.change(changes[2].id).version == 1, "a check decides nothing"
    browser.submit(f"{path}/edit", answer=MINE, category="style", cause="localization", **fields)
    change = store.change(changes[2].id)
    assert (change.state, change.revision.text.answer, change.findings) == (ChangeState.APPROVED, MINE, ())
    assert change.revision.text.phrasings == ("รอผู้ขายตอบกี่วัน",)
    assert store.decisions(change.id)[0].root_cause == "localization"


def test_an_edit_that_leaves_the_text_as_it_is_is_no_edit(person, changes):
    text = changes[1].revision.text
    reply = person().submit(
        f"/changes/{changes[1].id}/edit",
        version="1",
        question=text.question,
        answer=text.answer,
        phrasings="\n".join(text.phrasings),
    )
    assert reply.status_code == 422


def test_a_rejection_needs_a_reason(person, changes, store):
    browser, path = person(), f"/changes/{changes[1].id}/reject"
    assert browser.submit(path, version="1").status_code == 422
    assert browser.submit(path, version="1", cause="source_article").status_code == 303
    assert store.change(changes[1].id).state is ChangeState.REJECTED


def test_who_was_slower_sees_who_did_what_and_keeps_what_was_typed(person, changes):
    ann, bob = person("ann"), person("bob")
    fields = {"question": "ผู้ขายตอบเมื่อไร", "comment": "สุภาพ <กว่า>", "category": "style", "version": "1"}
    ann.submit(f"/changes/{changes[2].id}/reject", version="1", cause="duplicate", comment="ซ้ำ")
    reply = bob.submit(f"/changes/{changes[2].id}/edit", answer="ข้อความของฉัน", **fields)
    assert reply.status_code == 409
    for shown in ("<strong>ann</strong>", say("en", "action.change.reject"), "ซ้ำ", "ข้อความของฉัน", "สุภาพ &lt;กว่า&gt;"):
        assert shown in reply.text


def test_a_conflict_that_can_still_be_decided_keeps_the_form_filled(person, changes):
    ann, bob = person("ann"), person("bob")
    ann.submit(f"/changes/{changes[3].id}/approve", version="1")
    reply = bob.submit(
        f"/changes/{changes[3].id}/edit", version="1", question="ได้คืนไหม", answer="คำตอบของฉัน", phrasings="ก\nข", comment="why"
    )
    assert reply.status_code == 409
    assert re.search(r'name="answer"[^>]*>\nคำตอบของฉัน</textarea>', reply.text)
    assert re.search(r'name="phrasings"[^>]*>\nก\nข</textarea>', reply.text)
    assert 'name="version" value="2"' in reply.text


def test_of_two_who_decide_at_once_one_wins(person, changes, store):
    people = [person(f"person{n}") for n in range(4)]
    tokens = [browser.token("/releases") for browser in people]
    start, statuses = threading.Barrier(4), []

    def decide(browser, token, n):
        start.wait()
        path = f"/changes/{changes[1].id}/{'approve' if n % 2 else 'reject'}"
        statuses.append(browser.post(path, data={"csrf": token, "version": "1", "comment": f"person {n}"}).status_code)

    threads = [threading.Thread(target=decide, args=(b, t, n)) for n, (b, t) in enumerate(zip(people, tokens, strict=True))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 409, 409, 409]
    assert len(store.decisions(changes[1].id)) == 1


def test_a_viewer_sees_the_card_and_no_way_to_decide(person, changes):
    page = person("vi", Role.VIEWER).get(f"/changes/{changes[2].id}").text
    assert say("en", "decide.viewer") in page
    assert "/approve" not in page


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_card_shows_all_that_a_decision_needs(person, changes, language):
    browser = person()
    browser.get(f"/language/{language}")
    page = browser.get(f"/changes/{changes[1].id}").text
    for key in (
        "card.source_changed",
        "card.approved",
        "card.proposal",
        "card.evidence",
        "card.facts",
        "card.made",
        "card.history",
    ):
        assert say(language, key) in page
    assert '<del lang="' not in page
    for part in ("<del>15</del>", "<ins>30</ins>", '<mark class="cited">', "localize_faq@1", "facts differ: 30 วัน / 15 วัน"):
        assert part in page
    critical = browser.get(f"/changes/{changes[0].id}").text
    assert '<mark class="critical">$0.99</mark>' in critical
    assert "wallet-withdrawal-fee" in critical


@pytest.mark.parametrize(("language", "place"), [("en", 2), ("th", 3)])
def test_an_approval_that_comes_with_a_typed_text_is_refused_and_the_text_is_kept(person, changes, store, language, place):
    change, browser = changes[place], person()
    browser.get(f"/language/{language}")
    text = change.revision.text
    form = re.search(r'name="text" value="(\w+)"', browser.get(f"/changes/{change.id}").text)
    fields = {"question": text.question, "phrasings": "\r\n".join(text.phrasings), "version": "1", "text": form[1]}
    reply = browser.submit(f"/changes/{change.id}/approve", answer=f"{text.answer} ค่ะ", **fields)
    assert reply.status_code == 422
    assert store.change(change.id).version == 1
    assert say(language, "approve.typed") in reply.text
    assert re.search(rf'name="answer"[^>]*>\n{re.escape(text.answer)} ค่ะ</textarea>', reply.text)
    assert browser.submit(f"/changes/{change.id}/approve", answer=text.answer, **fields).status_code == 303, "nothing typed"


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_second_person_sees_what_the_first_one_changed_and_can_go_back_to_the_proposal(person, changes, store, language):
    change, ann, bob = changes[3], person("ann"), person("บุญมี")
    text = change.revision.text
    fields = {"question": text.question, "category": "style", "cause": "localization", "comment": "สุภาพกว่า"}
    ann.submit(f"/changes/{change.id}/edit", version="1", answer=text.answer.replace("จะคืนเป็น", "จะได้คืนเป็น"), **fields)
    bob.get(f"/language/{language}")
    card = bob.get(f"/changes/{change.id}").text
    shown = re.search(r'<section[^>]*aria-labelledby="edited".*?</section>', card, re.DOTALL)
    assert shown, "what was proposed stands beside what the first person made of it"
    for part in ("ann", say(language, "category.style"), say(language, "cause.localization"), "สุภาพกว่า", "<ins>ได้คืน</ins>"):
        assert part in shown[0]
    assert re.search(
        rf'name="answer"[^>]*>\n{re.escape(text.answer)}</textarea>', bob.get(f"/changes/{change.id}?take=proposed").text
    )
    bob.submit(f"/changes/{change.id}/edit", version="2", question=text.question, answer=text.answer, category="accuracy")
    assert store.change(change.id).revision.text == text
    assert store.change(change.id).state is ChangeState.PENDING, "his edit is a first approval of this text"


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_card_says_who_withdrew_the_entry_and_that_an_approval_takes_two(person, store, changes, language):
    store.withdraw_entry(changes[1].entry_id, "pim", "ตัวเลขผิด <b>")
    ann = person()
    ann.cookies.set("kb_language", language)
    page = ann.get(f"/changes/{changes[1].id}").text
    assert "pim" in page
    assert "ตัวเลขผิด &lt;b&gt;" in page
    assert "notice bad withdrawn" in page
    assert "notice bad withdrawn" not in ann.get(f"/changes/{changes[2].id}").text
