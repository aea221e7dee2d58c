"""Publishing from the page: what was previewed is what is published, in the background; failures are shown."""

import re
import time

import pytest

from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.errors import ReleaseError
from kb_pipeline.review.jobs import Jobs
from tests.adapters.store_sql.samples import change_of, decision_of
from tests.publishing import before_the_gate
from tests.review.conftest import say


def approve(store, market, key):
    change = change_of(market, key)
    store.propose(change)
    store.decide(decision_of(change))


def seen(browser, path):
    return re.search(r'name="seen" value="([^"]+)"', browser.get(path).text)[1]


def settled(desk, market):
    for _ in range(1200):
        job = desk.jobs.of(market)
        if job is not None and not job.running:
            return job
        time.sleep(0.1)
    raise AssertionError("the job did not end")


@pytest.mark.slow
def test_a_publisher_publishes_what_was_previewed_and_rolls_back(person, desk, store):
    browser = person("pim", Role.PUBLISHER)
    approve(store, "th-TH", "first")
    first = seen(browser, "/releases/th-TH/publish")
    approve(store, "th-TH", "second")
    again = browser.submit("/releases/th-TH/publish", seen=first)
    assert again.status_code == 409
    assert say("en", "release.moved") in again.text
    assert desk.jobs.of("th-TH") is None

    for note in ("one", "two"):
        now = seen(browser, "/releases/th-TH/publish")
        assert browser.submit("/releases/th-TH/publish", seen=now, note=note).status_code == 303
        assert settled(desk, "th-TH").trouble == ""
        approve(store, "th-TH", f"after {note}")
    assert store.live_numbers() == {"th-TH": 2}
    assert store.release("th-TH", 2).actor == "pim"
    page = browser.get("/releases/th-TH/2").text
    assert say("en", "release.added") in page
    assert "การคืนเงินใช้เวลากี่วัน" in page

    now = seen(browser, "/releases/th-TH/rollback")
    assert browser.submit("/releases/th-TH/rollback", seen=now).status_code == 303
    assert settled(desk, "th-TH").trouble == ""
    assert store.live_numbers() == {"th-TH": 1}


def test_a_publisher_holds_a_market_and_lifts_it_with_a_reason(person, store):
    browser = person("pim", Role.PUBLISHER)
    approve(store, "th-TH", "first")
    assert browser.submit("/releases/th-TH/hold", reason="ค่าธรรมเนียมกำลังเปลี่ยน").status_code == 303
    plan = browser.get("/releases/th-TH/publish").text
    assert "ค่าธรรมเนียมกำลังเปลี่ยน" in plan
    assert 'action="/releases/th-TH/publish"' not in plan
    assert "ค่าธรรมเนียมกำลังเปลี่ยน" in browser.get("/releases").text
    refused = browser.submit("/releases/th-TH/lift", reason=" ")
    assert (refused.status_code, "without a reason" in refused.text) == (422, True)
    assert browser.submit("/releases/th-TH/lift", reason="done").status_code == 303
    assert 'action="/releases/th-TH/publish"' in browser.get("/releases/th-TH/publish").text
    assert [event.actor for event in store.events("th-TH")] == ["pim", "pim"]


def test_a_publisher_sees_what_was_approved_and_is_left_out_and_why(person, store):
    browser, change = person("pim", Role.PUBLISHER), change_of("th-TH", "old", note=" <script>alert(1)</script>")
    store.propose(change)
    with before_the_gate():
        store.decide(decision_of(change))
    plan = browser.get("/releases/th-TH/publish").text
    assert say("en", "release.left_out") in plan
    assert f"{change.revision.text.question}</bdi></a>: its answer holds HTML: &lt;script;" in plan


@pytest.mark.parametrize("choice", ["first", "second", "both"])
def test_a_publisher_says_which_of_two_holds_and_the_page_shows_both_texts(person, store, choice):
    browser = person("pim", Role.PUBLISHER)
    for key, days in (("first", "15"), ("second", "30")):
        change = change_of("th-TH", key)
        text = FaqText(question="คืนสินค้าได้ภายในกี่วัน", answer=f"คุณคืนสินค้าได้ภายใน {days} วันหลังได้รับสินค้า")
        change = change.model_copy(update={"revision": change.revision.model_copy(update={"text": text})})
        store.propose(change)
        store.decide(decision_of(change))
    plan = browser.get("/releases/th-TH/publish").text
    assert "ภายใน 15 วัน" in plan
    assert "ภายใน 30 วัน" in plan
    assert 'action="/releases/th-TH/publish"' not in plan
    first, second = (re.search(rf'name="{name}" value="([^"]+)"', plan)[1] for name in ("first", "second"))
    entries = [store.revisions([id_])[id_].entry_id for id_ in (first, second)]
    holds = "both" if choice == "both" else entries[choice == "second"]
    word = {"first": first, "second": second, "holds": holds}
    assert browser.submit("/releases/th-TH/settle", **word, reason=" ").status_code == 422
    assert browser.submit("/releases/th-TH/settle", **word, reason="ถูกต้อง").status_code == 303
    assert 'action="/releases/th-TH/publish"' in browser.get("/releases/th-TH/publish").text
    withdrawn = {entry.id for entry in store.entries("th-TH") if entry.standing == "withdrawn"}
    assert withdrawn == set() if choice == "both" else withdrawn == set(entries) - {holds}


def test_a_second_job_waits_and_a_failure_says_why():
    jobs, gate = Jobs(), []

    def work(step):
        step("กำลังสร้าง")
        while not gate:
            time.sleep(0.01)
        raise ReleaseError("it is not fit", "look")

    assert jobs.start("th-TH", work)
    assert not jobs.start("th-TH", work)
    assert jobs.start("en-US", lambda step: None)
    gate.append(1)
    while jobs.of("th-TH").running:
        time.sleep(0.01)
    assert "it is not fit" in jobs.of("th-TH").trouble
