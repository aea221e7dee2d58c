"""A change whose source went away and came back is the proposal anew: no person's edit, and no approval, of before counts."""

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.changes import ChangeState, RiskTier, Verdict
from kb_pipeline.domain.findings import Severity
from tests.adapters.store_sql.samples import change_of, decision_of, edit_of, finding_of, revision_of


def test_an_edit_of_before_is_gone_with_its_findings_and_its_approval(store: SqlStore) -> None:
    draft = change_of("th-TH")
    store.propose(draft)
    wrong = edit_of(revision_of("th-TH", note=" 30 วัน"), finding_of(Severity.CRITICAL), risk=RiskTier.HIGH)
    edited = store.decide(decision_of(draft, Verdict.EDIT, override_critical=True, comment="ok"), wrong)
    assert edited.state is ChangeState.PENDING
    store.give_up(draft.entry_id, "its source is gone")
    assert store.propose(draft), "the source came back"
    again = store.change(draft.id)
    assert (again.revision.id, again.findings, again.risk) == (draft.revision.id, (), RiskTier.LOW)
    assert not store.decisions(draft.id)
    after = store.decide(decision_of(again, seen=again.version))
    assert (after.state, store.approved_text(draft.entry_id).text) == (ChangeState.APPROVED, draft.revision.text)


def test_a_first_approval_of_before_does_not_count(store: SqlStore) -> None:
    draft = change_of("en-US", risk=RiskTier.HIGH)
    store.propose(draft)
    store.decide(decision_of(draft, actor="ann"))
    store.propose(change_of("en-US", note=" (2)"))
    store.propose(draft)
    version = store.change(draft.id).version
    assert store.decide(decision_of(draft, actor="bob", seen=version)).state is ChangeState.PENDING
    assert store.decide(decision_of(draft, actor="ann", seen=version + 1)).state is ChangeState.APPROVED


def test_an_edit_that_waits_for_a_second_person_does_not_give_way_to_a_newer_draft(store: SqlStore) -> None:
    draft, newer = change_of("th-TH", risk=RiskTier.HIGH), change_of("th-TH", note=" (2)")
    store.propose(draft)
    store.decide(
        decision_of(draft, Verdict.EDIT, actor="ann"), edit_of(revision_of("th-TH", note=" 30 วัน"), risk=RiskTier.HIGH)
    )
    assert not store.propose(newer)
    waiting = store.change(draft.id)
    assert (waiting.state, "30 วัน" in waiting.revision.text.answer) == (ChangeState.PENDING, True)
    store.decide(decision_of(waiting, actor="bob", seen=waiting.version))
    later = newer.model_copy(update={"base_revision_id": waiting.revision.id})
    assert store.propose(later), "decided on, it is in nobody's way any more"
