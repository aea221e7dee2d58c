"""A person's word counts once, on what that person saw, and never against a rule."""

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.changes import ChangeState, RiskTier, RootCause, Verdict
from kb_pipeline.domain.findings import Severity
from kb_pipeline.errors import BlockedError, ConflictError, IllegalTransitionError, NotFoundError
from tests.adapters.store_sql.samples import MARKETS, change_of, decision_of, edit_of, finding_of, retirement_of, revision_of

HIGH = RiskTier.HIGH


@pytest.mark.parametrize("market", MARKETS)
def test_an_approval_makes_the_text_the_entrys(store: SqlStore, market: str) -> None:
    change = change_of(market)
    store.propose(change)
    decision = decision_of(change, actor="สมชาย")
    after = store.decide(decision)
    assert (after.state, after.version, after.id) == (ChangeState.APPROVED, 2, change.id)
    assert store.change(change.id) == after
    assert store.approved_text(change.entry_id) == change.revision
    assert list(store.decisions(change.id)) == [decision]


def test_the_same_decision_twice_is_one_decision_with_one_answer(store: SqlStore) -> None:
    change = change_of("th-TH", risk=HIGH)
    store.propose(change)
    first = decision_of(change)
    answer = store.decide(first)
    store.decide(decision_of(change, actor="bob", seen=2))
    assert store.decide(first) == answer
    assert answer.state is ChangeState.PENDING
    assert len(store.decisions(change.id)) == 2
    assert len([e for e in store.events() if e.action == "change.approve"]) == 2


def test_who_saw_an_old_version_is_told_what_happened_since(store: SqlStore) -> None:
    change = change_of("th-TH")
    store.propose(change)
    store.decide(decision_of(change, actor="สมชาย"))
    with pytest.raises(ConflictError, match=r"approved \(version 2\) since change.approve by สมชาย at .* you saw version 1"):
        store.decide(decision_of(change, Verdict.REJECT, comment="ผิด"))
    with pytest.raises(ConflictError):
        store.decide(decision_of(change, actor="สมชาย", comment="not the same words"))


def test_a_decided_change_does_not_move_again(store: SqlStore) -> None:
    change = change_of("en-US")
    store.propose(change)
    store.decide(decision_of(change))
    with pytest.raises(IllegalTransitionError):
        store.decide(decision_of(change, Verdict.REJECT, seen=2, comment="late"))
    with pytest.raises(NotFoundError):
        store.decide(decision_of(change_of("th-TH")))


def test_an_approval_against_a_text_that_moved_is_a_conflict(store: SqlStore) -> None:
    first = change_of("th-TH")
    store.propose(first)
    store.decide(decision_of(first))
    late = change_of("th-TH", note=" 15 วัน")  # made before the approval, staged after it
    store.propose(late)
    with pytest.raises(ConflictError, match="made against revision None"):
        store.decide(decision_of(late))
    store.decide(decision_of(late, Verdict.REJECT, comment="ซ้ำ"))
    assert store.approved_text(first.entry_id) == first.revision


@pytest.mark.parametrize("market", MARKETS)
def test_an_edited_text_is_approved_in_place_of_the_proposed(store: SqlStore, market: str) -> None:
    change = change_of(market)
    store.propose(change)
    edited = revision_of(market, note=" Ask again.")
    after = store.decide(decision_of(change, Verdict.EDIT, category="style"), edit_of(edited))
    assert after.id == change.id
    assert after.revision.text == edited.text
    assert store.change(change.id).id == change.id
    approved = store.approved_text(change.entry_id)
    assert (approved.text, approved.provenance.actor) == (edited.text, "ann")
    assert not store.propose(change)


def test_a_text_edited_on_a_copy_has_an_identity_of_its_own(store: SqlStore) -> None:
    change = change_of("th-TH")
    store.propose(change)  # which computes, and caches, the id of the proposed text
    text = change.revision.text.model_copy(update={"answer": "การคืนเงินใช้เวลา 15 วันครับ"})
    edited = change.revision.model_copy(update={"text": text})
    assert edited.id != change.revision.id
    store.decide(decision_of(change, Verdict.EDIT), edit_of(edited))
    assert store.approved_text(change.entry_id).text == text


def test_an_edit_must_be_one(store: SqlStore) -> None:
    change = change_of("th-TH")
    store.propose(change)
    with pytest.raises(BlockedError, match="without an edited text"):
        store.decide(decision_of(change, Verdict.EDIT))
    with pytest.raises(BlockedError, match="with an edited text"):
        store.decide(decision_of(change), edit_of(revision_of("th-TH", note="!")))
    with pytest.raises(BlockedError, match="not of"):
        store.decide(decision_of(change, Verdict.EDIT), edit_of(revision_of("th-TH", "other")))
    with pytest.raises(BlockedError, match="without a person"):
        store.decide(decision_of(change, actor=" "))
    assert store.change(change.id) == change


def test_a_retirement_has_no_text_to_edit(store: SqlStore) -> None:
    change = change_of("th-TH")
    store.propose(change)
    store.decide(decision_of(change))
    retirement = retirement_of(change)
    store.propose(retirement)
    with pytest.raises(BlockedError, match="no text"):
        store.decide(decision_of(retirement, Verdict.EDIT), edit_of(revision_of("th-TH", note="!")))


@pytest.mark.parametrize("market", MARKETS)
def test_a_critical_finding_blocks_unless_a_person_says_why_not(store: SqlStore, market: str) -> None:
    change = change_of(market, severity=Severity.CRITICAL)
    store.propose(change)
    for words in ({}, {"override_critical": True}, {"override_critical": True, "comment": " "}, {"comment": "fine"}):
        with pytest.raises(BlockedError, match="facts-preserved"):
            store.decide(decision_of(change, **words))
    after = store.decide(decision_of(change, override_critical=True, comment="ตรวจแล้ว"))
    assert after.state is ChangeState.APPROVED


def test_an_edit_answers_for_its_own_findings(store: SqlStore) -> None:
    bad, good = change_of("th-TH", "a", severity=Severity.CRITICAL), change_of("th-TH", "b")
    for change in (bad, good):
        store.propose(change)
    edited = edit_of(revision_of("th-TH", "a", note=" แก้"))
    assert store.decide(decision_of(bad, Verdict.EDIT), edited).findings == ()
    worse = edit_of(revision_of("th-TH", "b", note="?"), finding_of(Severity.CRITICAL))
    with pytest.raises(BlockedError):
        store.decide(decision_of(good, Verdict.EDIT), worse)


def test_a_rejection_needs_a_reason_and_no_finding_blocks_it(store: SqlStore) -> None:
    reasons = ({"category": "accuracy"}, {"root_cause": RootCause.TERM_BASE}, {"comment": "ไม่ถูกต้อง"})
    for n, reason in enumerate(reasons):
        change = change_of("th-TH", f"faq {n}", severity=Severity.CRITICAL)
        store.propose(change)
        with pytest.raises(BlockedError, match="without a reason"):
            store.decide(decision_of(change, Verdict.REJECT))
        assert store.decide(decision_of(change, Verdict.REJECT, **reason)).state is ChangeState.REJECTED


@pytest.mark.parametrize("market", MARKETS)
def test_a_high_risk_change_needs_two_people(store: SqlStore, market: str) -> None:
    change = change_of(market, risk=HIGH)
    store.propose(change)
    first = store.decide(decision_of(change, actor="สมชาย"))
    assert (first.state, first.version) == (ChangeState.PENDING, 2)
    assert store.approved_text(change.entry_id) is None
    for same in ("สมชาย", " สมชาย "):
        with pytest.raises(BlockedError, match="another person"):
            store.decide(decision_of(change, actor=same, seen=2))
    second = store.decide(decision_of(change, actor="Bob", seen=2))
    assert (second.state, second.version) == (ChangeState.APPROVED, 3)
    assert store.approved_text(change.entry_id) == change.revision


def test_two_people_retire_a_high_risk_entry(store: SqlStore) -> None:
    change = change_of("th-TH")
    store.propose(change)
    store.decide(decision_of(change))
    retirement = retirement_of(change, risk=HIGH)
    store.propose(retirement)
    store.decide(decision_of(retirement))
    assert store.entries("th-TH")[0].standing == "approved"
    store.decide(decision_of(retirement, actor="bob", seen=2))
    assert not store.entries("th-TH")


def test_the_editor_of_a_high_risk_change_is_not_its_approver(store: SqlStore) -> None:
    change = change_of("th-TH", risk=HIGH)
    store.propose(change)
    store.decide(decision_of(change, actor="ann"))
    edited = revision_of("th-TH", note=" 15 วัน")
    after = store.decide(decision_of(change, Verdict.EDIT, actor="bob", seen=2), edit_of(edited, risk=HIGH))
    assert (after.state, after.version, after.id) == (ChangeState.PENDING, 3, change.id)
    assert store.change(change.id).revision.text == edited.text  # the second person sees what the first one wrote
    with pytest.raises(BlockedError):
        store.decide(decision_of(change, actor="BOB", seen=3))
    assert store.decide(decision_of(change, actor="ann", seen=3)).state is ChangeState.APPROVED
    assert store.approved_text(change.entry_id).text == edited.text


def test_a_second_edit_is_a_new_first_approval(store: SqlStore) -> None:
    change = change_of("en-US", risk=HIGH)
    store.propose(change)
    store.decide(decision_of(change, Verdict.EDIT, actor="ann"), edit_of(revision_of("en-US", note=" A."), risk=HIGH))
    after = store.decide(
        decision_of(change, Verdict.EDIT, actor="bob", seen=2), edit_of(revision_of("en-US", note=" B."), risk=HIGH)
    )
    assert after.state is ChangeState.PENDING
    assert store.decide(decision_of(change, actor="ann", seen=3)).state is ChangeState.APPROVED
    assert store.approved_text(change.entry_id).text.answer.endswith(" B.")
