"""Where a decision leads, who is a second approver, and what a decision must have: the rules alone, without a store."""

import pytest

from kb_pipeline.domain.changes import ChangeState, RiskTier, Verdict
from kb_pipeline.domain.decisions import approvers, has_approved, outcome
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


def test_a_rejection_takes_a_reason_and_a_request_for_changes_none():
    change = change_of("en-US")
    with pytest.raises(BlockedError, match="without a reason"):
        outcome(change, decision_of(change, Verdict.REJECT), None, [])
    assert outcome(change, decision_of(change, Verdict.REJECT, comment="ผิด"), None, []) is ChangeState.REJECTED
    assert outcome(change, decision_of(change, Verdict.REQUEST_CHANGES), None, []) is ChangeState.CHANGES_REQUESTED


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
