"""Where a decision leads, who is a second approver, and what a decision must have: the rules alone, without a store."""

from functools import partial

import pytest

from kb_pipeline.domain.changes import ChangeState, EntryState, RiskTier, Verdict
from kb_pipeline.domain.decisions import approvers, has_approved, outcome, request_of, weighed
from kb_pipeline.domain.findings import Severity
from kb_pipeline.errors import BlockedError, IllegalTransitionError
from tests.adapters.store_sql.samples import MARKETS, change_of, decision_of, retirement_of, revision_of

PENDING, APPROVED = None, ChangeState.APPROVED


def decided(change, *people, verdict=Verdict.APPROVE):
    return [decision_of(change, verdict, actor=person, seen=n) for n, person in enumerate(people, 1)]


@pytest.mark.parametrize(
    ("risk", "earlier", "actor", "leads_to"),
    [
        (RiskTier.LOW, [], "ann", APPROVED),
        (RiskTier.HIGH, [], "ann", PENDING),
        (RiskTier.HIGH, ["ann"], "บุญมี", APPROVED),
        (RiskTier.HIGH, ["บุญมี"], "ann", APPROVED),
    ],
)
def test_low_risk_takes_one_person_and_high_risk_two(risk, earlier, actor, leads_to):
    change = change_of("th-TH", risk=risk)
    assert outcome(change, decision_of(change, actor=actor), None, decided(change, *earlier)) is leads_to


@pytest.mark.parametrize(("first", "second"), [("ann", "Ann "), ("บุญมี", " บุญมี"), ("Ａｎｎ", "ann")])
def test_one_person_under_two_spellings_is_no_second_person(first, second):
    change = change_of("en-US", risk=RiskTier.HIGH)
    with pytest.raises(BlockedError, match="another person"):
        outcome(change, decision_of(change, actor=second), None, decided(change, first))


@pytest.mark.parametrize("market", MARKETS)
def test_an_edit_is_a_new_text_and_its_editor_the_first_to_approve_it(market):
    change, edited = change_of(market, risk=RiskTier.HIGH), revision_of(market, note="!")
    before = decided(change, "ann")
    edit = decision_of(change, Verdict.EDIT, actor="บุญมี", seen=2)
    assert outcome(change, edit, edited, before) is PENDING
    assert approvers([*before, edit]) == ("บุญมี",)
    assert has_approved("บุญมี", [*before, edit])
    assert not has_approved("ann", [*before, edit])
    assert outcome(change, decision_of(change, actor="ann", seen=3), None, [*before, edit]) is APPROVED


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.EDIT])
def test_a_critical_finding_takes_an_override_with_a_comment(verdict):
    change = change_of("th-TH", severity=Severity.CRITICAL)
    edited = revision_of("th-TH", note="!") if verdict is Verdict.EDIT else None
    for more in ({}, {"override_critical": True}, {"override_critical": True, "comment": " "}, {"comment": "ตรวจแล้ว"}):
        with pytest.raises(BlockedError, match="critical findings"):
            outcome(change, decision_of(change, verdict, **more), edited, [])
    assert outcome(change, decision_of(change, verdict, override_critical=True, comment="ตรวจแล้ว"), edited, []) is APPROVED


@pytest.mark.parametrize("market", MARKETS)
def test_no_word_lets_a_mark_of_masked_data_through_but_an_edit_may_mend_it(market):
    change = change_of(market, severity=Severity.CRITICAL)
    marked = change.model_copy(update={"revision": revision_of(market, note=" ⟦phone⟧")})
    override = {"override_critical": True, "comment": "ตรวจแล้ว"}
    with pytest.raises(BlockedError, match="⟦phone⟧"):
        outcome(marked, decision_of(marked, **override), None, [])
    with pytest.raises(BlockedError, match="⟦phone⟧"):
        outcome(change, decision_of(change, Verdict.EDIT, **override), marked.revision, [])
    assert outcome(marked, decision_of(marked, Verdict.EDIT, **override), revision_of(market, note="!"), []) is APPROVED


def test_a_rejection_takes_a_reason():
    change = change_of("en-US")
    with pytest.raises(BlockedError, match="without a reason"):
        outcome(change, decision_of(change, Verdict.REJECT), None, [])
    assert outcome(change, decision_of(change, Verdict.REJECT, comment="ผิด"), None, []) is ChangeState.REJECTED


@pytest.mark.parametrize("market", MARKETS)
def test_a_request_for_changes_says_what_must_be_different_in_a_text_that_a_model_wrote(market):
    change = change_of(market)
    ask = partial(decision_of, change, Verdict.REQUEST_CHANGES)
    assert outcome(change, ask(comment="สั้นกว่านี้"), None, []) is ChangeState.CHANGES_REQUESTED
    for comment, why in ((" \n", "asks for nothing"), ("ก" * 1001, "1001 characters")):
        with pytest.raises(BlockedError, match=why):
            outcome(change, ask(comment=comment), None, [])
    imported = change.model_copy(update={"source_faq_id": None})
    with pytest.raises(BlockedError, match=f"edit it: kb review edit {change.id}"):
        outcome(imported, ask(comment="สั้นกว่านี้"), None, [])
    with pytest.raises(BlockedError, match="no text to change"):
        outcome(retirement_of(change), ask(comment="สั้นกว่านี้"), None, [])


def test_what_waits_for_another_text_is_not_decided_on_before_the_request_is_taken_back():
    change = change_of("th-TH")
    waiting = change.model_copy(update={"state": ChangeState.CHANGES_REQUESTED})
    for verdict in (Verdict.APPROVE, Verdict.REJECT, Verdict.REQUEST_CHANGES):
        with pytest.raises(IllegalTransitionError, match=f"kb review take-back {change.id}"):
            outcome(waiting, decision_of(change, verdict, comment="เพราะ"), None, [])
    assert outcome(waiting, decision_of(change, Verdict.TAKE_BACK), None, []) is ChangeState.PENDING
    for state in (ChangeState.PENDING, ChangeState.SUPERSEDED):
        with pytest.raises(IllegalTransitionError):
            outcome(change.model_copy(update={"state": state}), decision_of(change, Verdict.TAKE_BACK), None, [])


def test_an_approval_from_before_a_request_for_changes_does_not_count_after_it():
    change = change_of("th-TH", risk=RiskTier.HIGH)
    asked = [
        *decided(change, "ann"),
        decision_of(change, Verdict.REQUEST_CHANGES, actor="bob", seen=2, comment="สั้นกว่านี้"),
        decision_of(change, Verdict.TAKE_BACK, actor="bob", seen=3),
    ]
    assert approvers(asked) == ()
    assert outcome(change, decision_of(change, actor="ann", seen=4), None, asked) is PENDING
    assert outcome(change, decision_of(change, actor="บุญมี", seen=4), None, asked) is PENDING


def test_a_request_is_known_with_the_text_that_was_read_as_long_as_it_stands():
    change = change_of("th-TH")
    waiting = change.model_copy(update={"state": ChangeState.CHANGES_REQUESTED, "version": 2})
    decisions = [decision_of(change, Verdict.REQUEST_CHANGES, actor="bob", comment="สั้นกว่านี้")]
    request = request_of(waiting, decisions)
    assert (request.version, request.actor, request.comment) == (2, "bob", "สั้นกว่านี้")
    assert request.before == change.revision.text
    assert request_of(change, decisions) is None


def test_what_is_decided_stays_decided_and_nobody_is_no_person():
    change = change_of("en-US")
    done = change.model_copy(update={"state": ChangeState.APPROVED})
    with pytest.raises(IllegalTransitionError):
        outcome(done, decision_of(done), None, [])
    with pytest.raises(BlockedError, match="without a person"):
        outcome(change, decision_of(change, actor=" "), None, [])


def test_a_retirement_has_no_text_and_an_edit_is_of_its_own_entry():
    change = change_of("th-TH")
    with pytest.raises(BlockedError, match="no text to edit"):
        outcome(retirement_of(change), decision_of(change, Verdict.EDIT), revision_of("th-TH"), [])
    with pytest.raises(BlockedError, match="not of"):
        outcome(change, decision_of(change, Verdict.EDIT), revision_of("en-US"), [])


@pytest.mark.parametrize("state", EntryState)
def test_only_an_approval_that_lifts_a_withdrawal_is_weighed_heavier(state):
    change, retirement = change_of("th-TH"), retirement_of(change_of("th-TH"))
    heavier = RiskTier.HIGH if state is EntryState.WITHDRAWN else RiskTier.LOW
    assert weighed(change, state).risk is heavier
    assert weighed(retirement, state).risk is RiskTier.LOW
