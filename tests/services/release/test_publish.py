"""Publishing one market: what goes live is what was approved, verified; what went before can be live again at once."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kb_pipeline.adapters.release.probe_http import HttpProbe
from kb_pipeline.domain.articles import FrontMatter
from kb_pipeline.domain.changes import ChangeState
from kb_pipeline.domain.findings import TextPart
from kb_pipeline.domain.index import IndexText
from kb_pipeline.domain.releases import ReleaseState
from kb_pipeline.errors import BlockedError, ConflictError, ReleaseError
from kb_pipeline.services.release.publish import UnfitReleaseError
from kb_pipeline.steps.release.manifest import manifest_of
from tests.api.knowledge import LOCKERS, REFUNDS, REFUNDS_TH, RETURNS, RETURNS_TH, SAID
from tests.publishing import before_the_gate, publisher_of, retire

MARKETS = tuple(SAID)


class Killed(BaseException):
    """Stands for a kill: nothing that the code does on its way out helps it."""


def kill_at(wanted):
    def fall(name):
        if name == wanted:
            raise Killed

    return fall


def state_of(knowledge, market, number):
    return knowledge.store.release(market, number).state


@pytest.mark.parametrize("market", MARKETS)
def test_what_is_approved_goes_live_once(knowledge, market):
    first = knowledge.approve(market, SAID[market][0])
    publisher, steps = publisher_of(knowledge, market), []
    plan = publisher.plan()
    assert (plan.is_due, plan.diff.added, plan.live) == (True, (first,), None)
    release = publisher.publish("the first", steps.append)
    assert (release.state, release.number, release.entries, release.note) == (ReleaseState.LIVE, 1, 1, "the first")
    assert (release.report.self_found, release.report.self_queries, release.report.failures) == (1, 1, ())
    assert len(steps) == 3
    assert publisher.publish() is None
    assert not publisher.plan().is_due
    assert len(knowledge.store.releases(market)) == 1


def test_nothing_approved_is_nothing_to_publish_and_nothing_any_more_is_refused(knowledge):
    publisher = publisher_of(knowledge, "en-US")
    assert publisher.publish() is None
    entry = knowledge.approve("en-US", RETURNS)
    publisher.publish()
    retire(knowledge, "en-US", entry)
    with pytest.raises(BlockedError, match="nothing to publish"):
        publisher.publish()


@pytest.mark.parametrize("market", MARKETS)
def test_back_and_forth_and_what_people_retired_is_told_before(knowledge, market):
    old = knowledge.approve(market, SAID[market][0])
    publisher = publisher_of(knowledge, market)
    publisher.publish()
    new = knowledge.approve(market, SAID[market][1])
    retire(knowledge, market, old)
    publisher.publish()
    plan = publisher.plan_rollback()
    assert (plan.to.number, plan.diff.added, plan.diff.removed, plan.retired) == (1, (old,), (new,), (old,))
    assert publisher.rollback().number == 1
    assert (state_of(knowledge, market, 1), state_of(knowledge, market, 2)) == ("live", "superseded")
    again = publisher.plan()
    assert (again.differs, again.hold.actor, again.is_due) == (True, "dara", False)
    assert publisher.rollback().number == 2
    assert publisher.rollback(to=2).number == 2


def test_a_rollback_to_a_collected_release_builds_its_index_again(knowledge, tmp_path):
    publisher = publisher_of(knowledge, "en-US")
    for faq in (RETURNS, REFUNDS):
        knowledge.approve("en-US", faq)
        publisher.publish()
    shutil.rmtree(tmp_path / "home" / "releases" / "en-US" / "r0001")
    assert publisher.plan_rollback().rebuild
    publisher.rollback()
    publisher.indexes.open(knowledge.store.release("en-US", 1)).close()


def test_the_live_index_is_restored_when_it_is_damaged(knowledge, tmp_path):
    knowledge.approve("th-TH", RETURNS_TH)
    publisher = publisher_of(knowledge, "th-TH")
    publisher.publish()
    (tmp_path / "home" / "releases" / "th-TH" / "r0001" / "lexical.sqlite3").write_bytes(b"no database")
    assert publisher.restore_indexes() == ("th-TH/r0001",)
    assert publisher.restore_indexes() == ()


def test_there_is_no_way_back_to_what_was_never_live(knowledge):
    publisher = publisher_of(knowledge, "en-US")
    with pytest.raises(ReleaseError, match="nothing is live"):
        publisher.rollback()
    knowledge.approve("en-US", RETURNS)
    publisher.publish()
    knowledge.approve("en-US", REFUNDS)
    publisher.verify(publisher.build(publisher.begin()))
    with pytest.raises(ReleaseError, match="never live"):
        publisher.rollback(to=2)


def test_a_release_that_fails_its_verification_never_goes_live(knowledge):
    knowledge.approve("en-US", RETURNS)

    def damage(name):
        if name == "publish.after_build":
            release = knowledge.store.release("en-US", 1)
            texts = [IndexText(entry_id="stranger", part=TextPart.QUESTION, text="?", words=())]
            publisher.indexes.build(release, texts, publisher.embedder.embed(["?"], "query"), lambda: None)

    publisher = publisher_of(knowledge, "en-US", damage)
    with pytest.raises(UnfitReleaseError, match="stranger:question:0 is in the index without being") as failed:
        publisher.publish()
    assert failed.value.release.report.entries == 1
    assert dict(knowledge.store.live_numbers()) == {}
    assert publisher.indexes.present() == []


@pytest.mark.parametrize("market", MARKETS)
def test_an_api_that_does_not_follow_makes_it_roll_back_by_itself(knowledge, market, httpserver):
    httpserver.expect_request("/readyz").respond_with_json({"ready": True, "releases": {market: 1}, "problems": []})
    probed = replace(publisher_of(knowledge, market), probe=HttpProbe(httpserver.url_for("/"), patience=0.3))
    knowledge.approve(market, SAID[market][0])
    assert probed.publish().number == 1
    knowledge.approve(market, SAID[market][1])
    with pytest.raises(ReleaseError, match=f"it serves 1 in {market}; {market}/r0001 is live again"):
        probed.publish()
    assert dict(knowledge.store.live_numbers()) == {market: 1}
    assert not probed.plan().is_due  # nothing publishes by itself what was just rolled back


def test_who_comes_second_is_told_at_once_and_changes_nothing(knowledge):
    knowledge.approve("en-US", RETURNS)
    second = publisher_of(knowledge, "en-US")

    def try_meanwhile(name):
        if name == "publish.during_build":
            with pytest.raises(ConflictError, match="another process publishes en-US"):
                second.publish()

    assert publisher_of(knowledge, "en-US", try_meanwhile).publish().number == 1
    assert second.publish() is None


def test_a_verified_release_of_just_what_is_wanted_is_gone_on_with(knowledge):
    knowledge.approve("en-US", RETURNS)
    with pytest.raises(Killed):
        publisher_of(knowledge, "en-US", kill_at("publish.after_verified")).publish()
    assert publisher_of(knowledge, "en-US").publish().number == 1
    knowledge.approve("en-US", REFUNDS)
    with pytest.raises(Killed):
        publisher_of(knowledge, "en-US", kill_at("publish.after_verified")).publish()
    knowledge.approve("en-US", LOCKERS)  # now something else is wanted
    assert publisher_of(knowledge, "en-US").publish().number == 3
    assert state_of(knowledge, "en-US", 2) is ReleaseState.FAILED


def test_a_superseded_index_stays_for_its_grace_and_the_newest_stay_for_good(knowledge):
    kept_long = replace(publisher_of(knowledge, "en-US"), kept=1, grace=timedelta(hours=1))
    for faq in (RETURNS, REFUNDS, LOCKERS):
        knowledge.approve("en-US", faq)
        kept_long.publish()
    assert kept_long.indexes.present() == ["en-US/r0001", "en-US/r0002", "en-US/r0003"]
    (knowledge.settings.home / "releases" / "en-US" / "r0099").mkdir()
    (knowledge.settings.home / "releases" / "th-TH" / "r0099").mkdir(parents=True)
    assert replace(kept_long, grace=timedelta()).collect() == ("en-US/r0001", "en-US/r0099")
    assert kept_long.indexes.present() == ["en-US/r0002", "en-US/r0003", "th-TH/r0099"]


def test_an_entry_that_is_retired_while_its_release_is_built_keeps_it_from_going_live(knowledge):
    entry = knowledge.approve("th-TH", RETURNS_TH)
    knowledge.approve("th-TH", REFUNDS_TH)
    publisher = publisher_of(knowledge, "th-TH")
    release = publisher.build(publisher.begin())
    retire(knowledge, "th-TH", entry)
    failed = publisher.verify(release)
    assert failed.state is ReleaseState.FAILED
    assert f"{entry} is not approved, or no longer" in failed.reason
    assert publisher.publish().entries == 1


def test_an_entry_is_limited_by_the_narrowest_of_what_it_cites(knowledge):
    knowledge.approve("en-US", RETURNS, topics=("returns",))
    (entry,) = knowledge.store.approved_entries("en-US")
    (cited,) = {citation.article_id for citation in entry.revision.citations}
    other = entry.revision.citations[0].model_copy(update={"article_id": "second"})
    both = entry.model_copy(
        update={"revision": entry.revision.model_copy(update={"citations": (*entry.revision.citations, other)})}
    )
    one = FrontMatter(markets=("en-US", "th-TH"), valid_from=date(2025, 1, 1), topics=("a",))
    two = FrontMatter(markets=("en-US",), valid_from=date(2025, 3, 1), valid_until=date(2027, 1, 1), topics=("b",))
    ((item,), _) = manifest_of([both], {cited: one, "second": two})
    assert (item.markets, item.valid_from, item.valid_until) == (("en-US",), date(2025, 3, 1), date(2027, 1, 1))
    assert set(item.topics) == {"a", "b", "returns"}
    gone, _ = manifest_of([both], {cited: one}, live=(item,))
    assert (gone[0].markets, gone[0].valid_until) == (item.markets, item.valid_until)
    none, (left,) = manifest_of([both], {cited: one, "second": FrontMatter(markets=("vi-VN",))})
    assert (none, left.reason) == ((), "its articles share no market")


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("bad", ["<script>alert(1)</script>", "\x1b[8m", "\u202e51"])
def test_what_was_approved_and_cannot_be_said_any_more_is_left_out_with_its_reason(knowledge, market, bad):
    (question, answer), other = SAID[market]
    with before_the_gate():
        old = knowledge.approve(market, (question, f"{answer} {bad}"))
    new = knowledge.approve(market, other)
    publisher = publisher_of(knowledge, market)
    plan = publisher.plan()
    assert (plan.is_due, plan.obstacles, plan.diff.added) == (True, (), (new,))
    (left,) = plan.left_out
    assert (left.entry_id, left.text.answer) == (old, f"{answer} {bad}")
    assert left.reason.startswith("its answer ")
    assert publisher.publish().entries == 1
    assert (publisher.plan().differs, publisher.plan().left_out) == (False, (left,))


def test_entries_follow_their_release_and_the_trail_stays_whole(knowledge):
    knowledge.approve("en-US", RETURNS)
    publisher_of(knowledge, "en-US").publish()
    assert [entry.standing for entry in knowledge.store.entries("en-US")] == ["published"]
    assert knowledge.store.verify_chain() is None
    assert knowledge.store.changes(states=(ChangeState.PENDING,)) == []
    assert knowledge.store.release("en-US", 1).live_at <= datetime.now(UTC)
