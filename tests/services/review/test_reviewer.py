"""What a reviewer may see and do, whoever asks: the page or the command."""

import pytest

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.changes import ChangeState
from kb_pipeline.domain.findings import Severity
from kb_pipeline.errors import BlockedError, ForbiddenError, NotFoundError
from kb_pipeline.services.review.assess import Assessor
from kb_pipeline.services.review.import_entries import Importer
from kb_pipeline.services.review.queue import QueueFilter, count_by
from kb_pipeline.services.review.reviewer import Reviewer
from kb_pipeline.steps.facts.table import FactOrigin
from tests.adapters.store_sql.samples import change_of
from tests.conftest import DAY
from tests.fakes import SilentProgress
from tests.review import sample


@pytest.fixture
def changes(store, thai, american):
    return sample.fill(store, thai, american)


@pytest.fixture
def as_(store, thai, american, embedder):
    assessor = Assessor(store, embedder, (thai, american), lambda: DAY)
    return lambda role=Role.REVIEWER, *markets: Reviewer(
        store, (thai, american), assessor, User(name="ann", role=role, markets=markets), DAY
    )


def test_another_markets_changes_are_not_there(as_, changes, store):
    store.propose(change_of("en-US", "other"))
    american = as_(Role.REVIEWER, "en-US")
    assert [change.market for change in american.queue(QueueFilter())] == ["en-US"]
    with pytest.raises(NotFoundError):
        american.card(changes[0].id)
    with pytest.raises(NotFoundError):
        american.approve(changes[2].id)
    assert store.change(changes[2].id).version == 1


def test_a_viewer_looks_and_does_not_decide(as_, changes):
    assert as_(Role.VIEWER).card(changes[2].id).change.id == changes[2].id
    with pytest.raises(ForbiddenError):
        as_(Role.VIEWER).approve(changes[2].id)


def test_the_card_shows_the_source_that_the_approved_text_was_made_from(as_, changes):
    card = as_().card(changes[1].id)
    assert "15 days" in card.source_before.text.answer
    assert "30 days" in card.source.text.answer
    assert card.twin.standing == "approved"
    assert [event.action for event in card.history] == ["change.proposed"]
    assert as_().card(changes[2].id).source_before is None


def test_facts_say_where_they_come_from(as_, changes):
    rows = {(row.source, row.target): row for row in as_().card(changes[0].id).facts}
    assert (rows["$0.99", ""].origin, rows["$0.99", ""].wanted) == (FactOrigin.MISSING, "฿15")
    assert rows["", "5 วันทำการ"].origin is FactOrigin.UNKNOWN
    (same,) = as_().card(changes[2].id).facts
    assert (same.source, same.target, same.origin) == ("3 business days", "3 วันทำการ", FactOrigin.SOURCE)


def test_a_market_value_names_its_rule_who_says_so_and_how_long_it_holds(as_, changes, thai):
    card = as_().card(changes[0].id)
    (row,) = (row for row in card.facts if row.source == "$0.99")
    rule = card.rule_of(row)
    assert rule in thai.facts
    assert (rule.value, rule.source) == (row.wanted, row.authority)
    assert rule.is_valid_on(DAY)
    other = next(row for row in card.facts if not row.market_fact)
    assert card.rule_of(other) is None


def test_the_meaning_of_an_edit_is_measured_anew(as_, changes, store):
    assert as_().card(changes[3].id).similarity == 0.62
    text = changes[3].revision.text.model_copy(update={"answer": changes[3].revision.text.answer + " ค่ะ"})
    as_().edit(changes[3].id, text, category="style", root_cause=None)
    edited = as_().card(changes[3].id)
    assert edited.change.revision.text == text
    assert edited.similarity not in {None, 0.62}


@pytest.mark.parametrize("market", ["th-TH", "en-US"])
def test_what_is_critical_takes_an_override_and_a_word_in_every_market(as_, store, market):
    change = change_of(market, severity=Severity.CRITICAL)
    store.propose(change)
    for refused in ({}, {"override": True}, {"comment": "ตรวจแล้ว"}, {"override": True, "comment": "  "}):
        with pytest.raises(BlockedError, match="critical findings: facts-preserved"):
            as_().approve(change.id, **refused)
    assert as_().approve(change.id, override=True, comment="ตรวจแล้ว").state is ChangeState.APPROVED


def test_an_empty_text_is_no_answer(as_, changes):
    text = changes[2].revision.text.model_copy(update={"answer": " \n"})
    with pytest.raises(BlockedError, match="the answer is empty"):
        as_().edit(changes[2].id, text, category="style", root_cause=None)


def test_who_approved_first_is_known_until_somebody_edits(as_, changes, store):
    as_().approve(changes[3].id)
    card = as_().card(changes[3].id)
    assert card.approvers == ("ann",)
    assert card.needs_another_than(" ANN ")
    assert not card.needs_another_than("บุญมี")


def test_a_facet_is_counted_with_all_other_filters(as_, changes):
    wanted = QueueFilter(market="th-TH", risk="high")
    counts = count_by(as_().changes(wanted), wanted)
    assert counts["risk"] == {"high": 2, "low": 2}
    assert counts["severity"] == {"critical": 1, "major": 1}
    assert counts["rule"] == {"facts-preserved": 1, "term-missing": 1}


def test_an_imported_entry_is_checked_without_a_source(as_, store, embedder, thai):
    rows = [(2, {"question": "คืนสินค้าได้ภายในกี่วัน?", "answer": "ภายใน 15 วันครับ"})]
    result = Importer(store, embedder, thai, DAY, propose=True).run(rows, SilentProgress())
    change = store.change(result.proposed[0])
    assert as_().check(change, change.revision.text) == change.findings
    assert "tone" in {f.rule for f in change.findings}, "no polite particle"
    better = change.revision.text.model_copy(update={"answer": "ภายใน 15 วัน"})
    assert as_().check(change, better) == ()


def test_the_neighbours_of_a_change_are_those_of_the_filtered_queue_and_after_the_last_comes_the_first(as_, changes, store):
    reviewer, everything = as_(), QueueFilter()
    order = [change.id for change in reviewer.queue(everything)]
    for place, id_ in enumerate(order):
        before, after = reviewer.neighbours(id_, everything)
        assert before == (order[place - 1] if place else None)
        assert after == order[(place + 1) % len(order)]
    rule = QueueFilter(rule="facts-preserved")
    some = [change.id for change in reviewer.queue(rule)]
    assert 0 < len(some) < len(order), "the sample has both kinds"
    assert reviewer.neighbours(some[-1], rule).after == (some[0] if len(some) > 1 else None)


def test_a_decided_change_leads_on_from_its_place_and_other_markets_are_passed_over(as_, changes, store):
    store.propose(change_of("en-US", "other"))
    thai = as_(Role.REVIEWER, "th-TH")
    order = [change.id for change in thai.queue(QueueFilter())]
    after = thai.neighbours(order[0], QueueFilter()).after
    thai.reject(order[0], category="", root_cause=None, comment="ผิด")
    assert thai.neighbours(order[0], QueueFilter()).after == after == order[1]
    assert all(store.change(id_).market == "th-TH" for id_ in order)
