"""What was rolled back from stays back: nothing is published until a person lifts the hold."""

from dataclasses import replace

import pytest

from kb_pipeline.adapters.release.probe_http import HttpProbe
from kb_pipeline.domain.releases import ReleaseState
from kb_pipeline.errors import BlockedError, NotFoundError, ReleaseError
from tests.api.knowledge import LOCKERS, RETURNS, RETURNS_TH, SAID
from tests.publishing import publisher_of

MARKETS = tuple(SAID)


def two_releases(knowledge, market):
    publisher = publisher_of(knowledge, market)
    for faq in SAID[market]:
        knowledge.approve(market, faq)
        publisher.publish()
    return publisher


@pytest.mark.parametrize("market", MARKETS)
def test_an_approval_after_a_rollback_does_not_undo_it(knowledge, market):
    publisher = two_releases(knowledge, market)
    publisher.rollback()
    knowledge.approve(market, LOCKERS, key="lockers")
    assert publisher.plan().differs
    assert not publisher.plan().is_due
    with pytest.raises(BlockedError, match="dara") as refused:
        publisher.publish()
    assert f"{market}/r0002" in refused.value.message
    assert f"kb release lift --market {market}" in refused.value.remedy
    assert knowledge.store.live_numbers() == {market: 1}


@pytest.mark.parametrize("market", MARKETS)
def test_what_a_person_lifts_is_published_and_the_trail_has_every_word(knowledge, market):
    publisher = two_releases(knowledge, market)
    publisher.rollback(reason="ค่าธรรมเนียมผิด")
    assert publisher.plan().hold.reason == "ค่าธรรมเนียมผิด"
    replace(publisher, actor="pim").lift("it was right")
    assert publisher.plan().is_due
    assert publisher.publish().number == 3
    events = [(e.action, e.actor, e.after["reason"]) for e in knowledge.store.events(market)]
    assert events == [("market.held", "dara", "ค่าธรรมเนียมผิด"), ("market.lifted", "pim", "it was right")]
    assert knowledge.store.verify_chain() is None


def test_a_market_is_held_by_hand_and_others_are_not(knowledge):
    publisher = publisher_of(knowledge, "th-TH")
    knowledge.approve("th-TH", RETURNS_TH)
    knowledge.approve("en-US", RETURNS)
    publisher.hold("the fees are being changed")
    with pytest.raises(BlockedError, match="the fees are being changed"):
        publisher.publish()
    with pytest.raises(BlockedError, match="is on hold since"):
        publisher.hold("again")
    assert publisher_of(knowledge, "en-US").publish().number == 1
    publisher.lift("done")
    assert publisher.publish().number == 1
    with pytest.raises(NotFoundError, match="not on hold"):
        publisher.lift("again")
    for word in (publisher.hold, publisher.lift):
        with pytest.raises(BlockedError, match="without a reason"):
            word(" ")


def test_a_release_that_was_verified_before_the_hold_does_not_go_live(knowledge):
    knowledge.approve("th-TH", RETURNS_TH)
    publisher = publisher_of(knowledge, "th-TH")
    release = publisher.verify(publisher.build(publisher.begin()))
    publisher.hold("wait")
    with pytest.raises(BlockedError, match="wait"):
        publisher.go_live(release)
    assert knowledge.store.live_numbers() == {}
    publisher.lift("go")
    assert publisher.publish().number == release.number


@pytest.mark.parametrize("market", MARKETS)
def test_back_and_forward_and_withdrawing_work_while_it_is_held(knowledge, market):
    publisher = two_releases(knowledge, market)
    publisher.rollback()
    assert publisher.rollback().number == 2
    assert publisher.plan().hold, "who goes forward again lifts nothing"
    assert publisher.rollback().number == 1
    (item,) = knowledge.store.manifest(market, 1)
    knowledge.store.withdraw_entry(item.entry_id, "pim", "wrong")
    plan = publisher.plan_rollback()
    assert (plan.to.number, plan.withdrawn, plan.obstacles) == (2, (item.entry_id,), ())
    assert len(plan.diff.added) == 1
    assert plan.diff.removed == ()


@pytest.mark.parametrize("market", MARKETS)
def test_a_failed_probe_holds_the_market_and_says_why(knowledge, market, httpserver):
    httpserver.expect_request("/readyz").respond_with_json({"ready": True, "releases": {market: 1}, "problems": []})
    publisher = two_releases(knowledge, market)
    publisher.rollback()
    publisher.lift("try again")
    knowledge.approve(market, LOCKERS, key="lockers")
    with pytest.raises(ReleaseError, match=f"{market}/r0001 is live again, and {market} on hold"):
        replace(publisher, probe=HttpProbe(httpserver.url_for("/"), patience=0.2)).publish()
    reason = publisher.plan().hold.reason
    assert reason.startswith(f"{market}/r0003 went live, and the API")
    assert reason.endswith(f"it serves 1 in {market}")
    assert not publisher.plan().is_due


@pytest.mark.parametrize("market", MARKETS)
def test_a_withdrawn_entry_is_left_out_of_the_next_release_and_of_a_rollback(knowledge, market):
    publisher = two_releases(knowledge, market)
    first, second = (item.entry_id for item in knowledge.store.manifest(market, 2))
    knowledge.store.withdraw_entry(first, "pim", "wrong")
    plan = publisher.plan()
    assert (plan.is_due, plan.diff.removed, plan.diff.added) == (True, (first,), ())
    release = publisher.publish()
    assert [item.entry_id for item in knowledge.store.manifest(market, release.number)] == [second]
    back = publisher.plan_rollback()
    assert (back.to.number, back.withdrawn, back.retired, back.diff.is_empty) == (2, (first,), (), True)
    assert knowledge.store.release(market, 2).state is ReleaseState.SUPERSEDED
