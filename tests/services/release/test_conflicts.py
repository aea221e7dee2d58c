"""Two approved texts that contradict each other are not said together without a person's word."""

from datetime import date

import pytest

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.errors import BlockedError, ForbiddenError, NotFoundError
from kb_pipeline.services.entries.curator import Curator
from kb_pipeline.services.review.assess import Assessor
from tests.api.knowledge import REFUNDS, REFUNDS_TH, RETURNS, RETURNS_TH
from tests.conftest import DAY
from tests.publishing import publisher_of

OTHER = {
    "en-US": "You can return most items within **30 days** of delivery.",
    "th-TH": "คุณคืนสินค้าส่วนใหญ่ได้ภายใน **30 วัน** หลังได้รับสินค้า",
}
RETURN = {"en-US": RETURNS, "th-TH": RETURNS_TH}
REFUND = {"en-US": REFUNDS, "th-TH": REFUNDS_TH}
MARKETS = tuple(RETURN)


def opposed(knowledge, market):
    """A live entry and an approved one that contradicts it: a publisher and their ids."""
    one = knowledge.approve(market, RETURN[market], key="one")
    publisher = publisher_of(knowledge, market)
    publisher.publish()
    return publisher, one, knowledge.approve(market, (RETURN[market][0], OTHER[market]), key="other")


def curator(knowledge, market, role=Role.PUBLISHER):
    publisher = publisher_of(knowledge, market)
    assessor = Assessor(knowledge.store, publisher.embedder, [publisher.market], lambda: DAY)
    return Curator(knowledge.store, publisher.embedder, assessor, User(name="pim", role=role))


@pytest.mark.parametrize("market", MARKETS)
def test_two_answers_to_one_question_do_not_go_live_together(knowledge, market):
    publisher, one, other = opposed(knowledge, market)
    plan = publisher.plan()
    assert not plan.is_due
    assert knowledge.store.conflicts(market) == [], "a plan writes nothing"
    with pytest.raises(BlockedError, match=r"15.*30|30.*15") as refused:
        publisher.publish()
    assert refused.value.message.count(RETURN[market][0]) == 2
    assert "kb entry settle" in refused.value.remedy
    assert knowledge.store.live_numbers() == {market: 1}
    (found,) = knowledge.store.conflicts(market)
    assert ({found.first_entry, found.second_entry}, found.is_open) == ({one, other}, True)
    assert [event.action for event in knowledge.store.events(one)][-1] == "conflict.found"
    with pytest.raises(BlockedError, match="contradict"):
        publisher.publish()
    assert len(knowledge.store.conflicts(market)) == 1


@pytest.mark.parametrize("market", MARKETS)
def test_who_says_that_both_hold_is_believed_for_these_two_texts_only(knowledge, market):
    publisher, one, other = opposed(knowledge, market)
    settled = curator(knowledge, market).settle(one, other, "both", "one is for members")
    assert (settled.settled_by, settled.holds, settled.comment) == ("pim", "", "one is for members")
    assert publisher.plan().is_due
    assert publisher.publish().compared
    knowledge.approve(market, (RETURN[market][0], OTHER[market].replace("30", "60")), key="other")
    with pytest.raises(BlockedError, match=r"15.*60|60.*15"):
        publisher.publish()
    events = [(e.action, e.actor) for e in knowledge.store.events(other) if e.action.startswith("conflict")]
    assert events == [("conflict.settled", "pim"), ("conflict.found", "pipeline")]
    assert knowledge.store.verify_chain() is None


@pytest.mark.parametrize("market", MARKETS)
def test_who_says_which_one_holds_withdraws_the_other(knowledge, market):
    publisher, one, other = opposed(knowledge, market)
    pim = curator(knowledge, market)
    pim.settle(other, one, other, "30 days since Monday")
    assert knowledge.store.entry(one).standing == "withdrawn"
    release = publisher.publish()
    assert [item.entry_id for item in knowledge.store.manifest(market, release.number)] == [other]
    with pytest.raises(BlockedError, match="contradict"):
        pim.restore(one, "both after all")
    pim.settle(one, other, "both", "both after all")
    pim.restore(one, "both after all")
    assert publisher.publish().entries == 2


@pytest.mark.parametrize("market", MARKETS)
def test_a_release_of_an_older_version_is_compared_as_a_whole(knowledge, market):
    """What was said together before anybody compared is found with the next text, whatever that is about."""
    one = knowledge.approve(market, RETURN[market], key="one")
    other = knowledge.approve(market, (RETURN[market][0], OTHER[market]), key="other")
    publisher = publisher_of(knowledge, market)
    plan = publisher.plan()
    old = knowledge.store.begin_release(market, plan.manifest, publisher.embedder.fingerprint, "dara")
    publisher.go_live(publisher.verify(publisher.build(old)))
    assert not publisher.live().compared
    assert not publisher.plan().differs
    assert [c.conflict.is_open for c in curator(knowledge, market).conflicts(market).open] == [True]
    knowledge.approve(market, REFUND[market], key="refund")
    with pytest.raises(BlockedError, match="contradict"):
        publisher.publish()
    curator(knowledge, market).settle(one, other, "both", "both hold")
    assert publisher.publish().compared


@pytest.mark.parametrize("market", MARKETS)
def test_a_rollback_to_it_waits_for_a_word_too_and_then_is_free(knowledge, market):
    one = knowledge.approve(market, RETURN[market], key="one")
    other = knowledge.approve(market, (RETURN[market][0], OTHER[market]), key="other")
    publisher = publisher_of(knowledge, market)
    old = knowledge.store.begin_release(market, publisher.plan().manifest, publisher.embedder.fingerprint, "dara")
    publisher.go_live(publisher.verify(publisher.build(old)))
    knowledge.approve(market, REFUND[market], key="other")
    publisher.publish()
    assert len(publisher.plan_rollback().obstacles) == 1
    with pytest.raises(BlockedError, match="contradict") as refused:
        publisher.rollback()
    first, second = refused.value.remedy.split("kb entry settle ")[1].split()[:2]
    with pytest.raises(BlockedError, match="says something else by now"):
        curator(knowledge, market).settle(first, second, one, "15 days")
    curator(knowledge, market).settle(first, second, "both", "both hold")
    assert publisher.rollback().number == 1
    assert knowledge.store.release(market, 1).compared
    assert knowledge.store.entry(other).standing == "approved"


def test_a_rollback_is_not_kept_by_what_stays_silent(knowledge):
    one = knowledge.approve("th-TH", RETURNS_TH, key="one")
    knowledge.approve("th-TH", (RETURNS_TH[0], OTHER["th-TH"]), key="other")
    publisher = publisher_of(knowledge, "th-TH")
    old = knowledge.store.begin_release("th-TH", publisher.plan().manifest, publisher.embedder.fingerprint, "dara")
    publisher.go_live(publisher.verify(publisher.build(old)))
    knowledge.store.withdraw_entry(one, "pim", "wrong")
    publisher.publish()
    assert publisher.rollback().number == 1


@pytest.mark.parametrize("market", MARKETS)
def test_what_is_never_said_on_one_day_contradicts_nothing(knowledge, market):
    knowledge.approve(market, RETURN[market], key="one", valid_until=date(2026, 12, 31))
    publisher = publisher_of(knowledge, market)
    knowledge.approve(market, (RETURN[market][0], OTHER[market]), key="other", valid_from=date(2027, 1, 1))
    assert publisher.publish().number == 1
    assert len(knowledge.store.conflicts(market)) == 1, "it is known, and counts as soon as the dates meet"
    knowledge.approve(market, (RETURN[market][0], OTHER[market]), key="other", valid_from=date(2026, 12, 1))
    with pytest.raises(BlockedError, match="contradict"):
        publisher.publish()


def test_a_restored_text_that_contradicts_what_is_live_is_refused(knowledge):
    publisher, one, _ = opposed(knowledge, "th-TH")
    pim = curator(knowledge, "th-TH")
    pim.withdraw(one, "wrong")
    publisher.publish()
    with pytest.raises(BlockedError, match="contradict"):
        pim.restore(one, "right after all")
    assert len(knowledge.store.conflicts("th-TH")) == 1
    assert knowledge.store.entry(one).standing == "withdrawn"


def test_a_word_takes_a_publisher_a_reason_and_two_entries(knowledge):
    _, one, other = opposed(knowledge, "en-US")
    pim = curator(knowledge, "en-US")
    for act, error in (
        (lambda: pim.settle(one, other, "both", " "), BlockedError),
        (lambda: pim.settle(one, one, "both", "so"), BlockedError),
        (lambda: pim.settle(one, "nothing", "both", "so"), NotFoundError),
        (lambda: curator(knowledge, "en-US", Role.REVIEWER).settle(one, other, "both", "so"), ForbiddenError),
    ):
        with pytest.raises(error):
            act()
    assert knowledge.store.conflicts("en-US") == []
