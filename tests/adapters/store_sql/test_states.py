"""Whatever people and the pipeline do in whatever order: only legal moves happen, and versions only grow."""

from contextlib import ExitStack

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kb_pipeline.domain.changes import (
    CHANGE_MOVES,
    Change,
    ChangeKind,
    ChangeState,
    ReturnReason,
    RiskTier,
    Verdict,
)
from kb_pipeline.domain.decisions import approvers, request_of
from kb_pipeline.domain.findings import Severity
from kb_pipeline.errors import BlockedError, ConflictError, IllegalTransitionError, NotFoundError
from tests.adapters.store_sql.samples import change_of, decision_of, edit_of, retirement_of, revision_of
from tests.databases import a_store

PEOPLE = st.sampled_from(["ann", "สมชาย", "bob"])
REFUSALS = (BlockedError, ConflictError, IllegalTransitionError)


class Review(RuleBasedStateMachine):
    """Two entries, three people, and a pipeline that changes its mind."""

    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()
        self.store = self.held.enter_context(a_store())
        self.past: dict[str, Change] = {}

    @rule(
        market=st.sampled_from(["en-US", "th-TH"]),
        note=st.sampled_from(["", " 1", " 2", " 3"]),
        risk=st.sampled_from(RiskTier),
        severity=st.sampled_from([None, Severity.CRITICAL]),
    )
    def propose(self, market: str, note: str, risk: RiskTier, severity: Severity | None) -> None:
        approved = self.store.approved_text(change_of(market).entry_id)
        change = change_of(market, note=note, risk=risk, severity=severity, base=approved.id if approved else None)
        known = {c.id for c in self.store.changes(states=()) if c.state is not ChangeState.SUPERSEDED}
        assert self.store.propose(change) == (change.id not in known)

    @rule(market=st.sampled_from(["en-US", "th-TH"]), risk=st.sampled_from(RiskTier))
    def propose_retirement(self, market: str, risk: RiskTier) -> None:
        approved = self.store.approved_text(change_of(market).entry_id)
        change = retirement_of(change_of(market).model_copy(update={"revision": approved}), risk=risk)
        try:
            self.store.propose(change)
        except NotFoundError:
            assert not self.store.changes(market, states=())

    @rule(
        number=st.integers(0, 20),
        verdict=st.sampled_from(Verdict),
        actor=PEOPLE,
        behind=st.sampled_from([0, 0, 0, 1]),
        override=st.booleans(),
    )
    def decide(self, number: int, verdict: Verdict, actor: str, behind: int, override: bool) -> None:
        changes = self.store.changes(states=())
        if not changes:
            return
        change = changes[number % len(changes)]
        words = {"seen": change.version - behind, "override_critical": override, "comment": "เพราะ" if override else ""}
        edited = edit_of(revision_of(change.market, note=f" by {actor}"), risk=change.risk) if verdict is Verdict.EDIT else None
        before = self.store.events()
        try:
            self.store.decide(decision_of(change, verdict, actor=actor, **words), edited)
        except REFUSALS:
            assert self.store.events() == before

    @rule(number=st.integers(0, 20), actor=PEOPLE, note=st.sampled_from(["", " 1", " 4"]), is_taken_back=st.booleans())
    def ask_for_changes(self, number: int, actor: str, note: str, is_taken_back: bool) -> None:
        """A run answers a request with another text or with none; perhaps somebody took it back before."""
        waiting = [c for c in self.store.changes() if c.kind is not ChangeKind.RETIRE]
        if not waiting:
            return
        change = waiting[number % len(waiting)]
        ask = decision_of(change, Verdict.REQUEST_CHANGES, actor=actor, seen=change.version, comment="สั้นกว่านี้")
        request = request_of(self.store.decide(ask), self.store.decisions(change.id))
        assert request is not None
        if is_taken_back:
            self.store.decide(decision_of(change, Verdict.TAKE_BACK, actor="bob", seen=request.version))
        approved = self.store.approved_text(change.entry_id)
        answer = change_of(change.market, note=note, base=approved.id if approved else None)
        settled = {c.id for c in self.store.changes(states=()) if c.state is not ChangeState.SUPERSEDED}
        proposed = self.store.propose(answer, request)
        assert proposed == (not is_taken_back and answer.id not in settled)
        assert self.store.give_back(request, ReturnReason.SAME_TEXT) == (not is_taken_back and not proposed)
        assert self.store.change(change.id).state is (ChangeState.SUPERSEDED if proposed else ChangeState.PENDING)

    @invariant()
    def moves_are_legal_and_versions_grow(self) -> None:
        present = {c.id: c for c in self.store.changes(states=())}
        for key, was in self.past.items():
            now = present[key]
            assert now.version >= was.version
            if now.state is not was.state:
                assert now.state in CHANGE_MOVES[was.state] and now.version > was.version
        self.past = present

    @invariant()
    def one_change_waits_per_entry_and_high_risk_took_two_people(self) -> None:
        waiting = [c.entry_id for c in self.store.changes()]
        assert len(waiting) == len(set(waiting))
        for change in self.store.changes(states=(ChangeState.APPROVED,)):
            people = set(approvers(self.store.decisions(change.id)))  # of this text, since anybody asked for changes
            assert len(people) >= (2 if change.risk is RiskTier.HIGH else 1)

    @invariant()
    def the_trail_is_whole(self) -> None:
        assert self.store.verify_trail().findings == ()

    def teardown(self) -> None:
        self.held.close()


TestReview = Review.TestCase
TestReview.settings = settings(
    max_examples=12, stateful_step_count=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
