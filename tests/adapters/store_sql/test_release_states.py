"""Whatever publishers and reviewers do in whatever order: the pointer names the one live release, verified before."""

from collections.abc import Callable
from contextlib import ExitStack

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.releases import RELEASE_MOVES, ManifestItem, Release, ReleaseReport, ReleaseState
from kb_pipeline.errors import BlockedError, ConflictError, IllegalTransitionError, NotFoundError
from tests.adapters.store_sql.samples import MARKETS, change_of, decision_of, retirement_of
from tests.databases import a_store

REFUSALS = (BlockedError, ConflictError, IllegalTransitionError, NotFoundError)
MARKET, NUMBER = st.sampled_from(MARKETS), st.integers(1, 6)


class Publishing(RuleBasedStateMachine):
    """Two markets with two entries each, whose texts change while they are published."""

    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()
        self.store = self.held.enter_context(a_store())
        self.past: dict[str, Release] = {}

    @rule(market=MARKET, key=st.sampled_from("ab"), note=st.sampled_from(["", " 1", " 2"]), retire=st.booleans())
    def approve(self, market: str, key: str, note: str, retire: bool) -> None:
        text = self.store.approved_text(change_of(market, key).entry_id)
        change = change_of(market, key, note=note, base=text.id if text else None)
        if retire and text:
            change = retirement_of(change.model_copy(update={"revision": text}))
        if self.store.propose(change):
            self.store.decide(decision_of(change))

    @rule(market=MARKET, share=st.integers(0, 2))
    def begin(self, market: str, share: int) -> None:
        chosen = [entry.revision for entry in self.store.approved_entries(market)][:share]
        manifest = tuple(ManifestItem(entry_id=r.entry_id, revision_id=r.id, text_hash=r.text.hash) for r in chosen)
        try:
            self.store.begin_release(market, manifest, "e5", "สมชาย")
        except BlockedError:
            assert not manifest

    @rule(market=MARKET, number=NUMBER, fit=st.sampled_from([True, True, False]))
    def verify(self, market: str, number: int, fit: bool) -> None:
        report = ReleaseReport(entries=1, texts=1, failures=() if fit else ("ไม่ตรงกัน",))
        self._try(lambda: self.store.end_verification(market, number, report))

    @rule(market=MARKET, number=NUMBER)
    def give_up(self, market: str, number: int) -> None:
        self._try(lambda: self.store.fail_release(market, number, "killed"))

    @rule(market=MARKET, number=NUMBER, behind=st.sampled_from([False, False, False, True]))
    def go_live(self, market: str, number: int, behind: bool) -> None:
        live = None if behind else self.store.live_numbers().get(market)
        held, last = self.store.hold_of(market), self.store.live_numbers().get(market, 0)
        known = {release.number: release.state for release in self.store.releases(market)}
        self._try(lambda: self.store.go_live(market, number, "ann", live))
        now = self.store.live_numbers().get(market, 0)
        assert not (held and now != last and known[now] is ReleaseState.VERIFIED), "nothing new goes live on hold"
        assert now >= last or self.store.hold_of(market), "who goes back holds the market"

    @rule(market=MARKET, key=st.sampled_from("ab"), back=st.booleans())
    def withdraw_or_restore(self, market: str, key: str, back: bool) -> None:
        id_ = change_of(market, key).entry_id
        self._try(lambda: (self.store.restore_entry if back else self.store.withdraw_entry)(id_, "มาลี", "เพราะ"))

    @rule(market=MARKET, lift=st.booleans())
    def hold_or_lift(self, market: str, lift: bool) -> None:
        self._try(lambda: (self.store.lift_hold if lift else self.store.put_on_hold)(market, "มาลี", "เพราะ"))

    def _try(self, act: Callable[[], object]) -> None:
        before = self.store.events()
        try:
            act()
        except REFUSALS:
            assert self.store.events() == before

    @invariant()
    def moves_are_legal_and_manifests_stay(self) -> None:
        present = {release.id: release for release in self.store.releases()}
        for key, was in self.past.items():
            now = present[key]
            assert now.state is was.state or now.state in RELEASE_MOVES[was.state]
            assert now.manifest_hash == was.manifest_hash
        self.past = present

    @invariant()
    def the_pointer_names_the_one_live_release_which_was_verified(self) -> None:
        live = {r.market: r.number for r in self.store.releases() if r.state is ReleaseState.LIVE}
        assert live == self.store.live_numbers()
        for market, number in live.items():
            release = self.store.release(market, number)
            assert release.report is not None and release.report.is_fit

    @invariant()
    def only_what_the_live_release_says_is_published(self) -> None:
        for market in MARKETS:
            number = self.store.live_numbers().get(market)
            chosen = {(i.entry_id, i.revision_id) for i in self.store.manifest(market, number)} if number else set()
            published = {(e.id, e.revision_id) for e in self.store.entries(market) if e.standing == "published"}
            assert published <= chosen

    @invariant()
    def what_is_approved_may_be_said_and_what_is_withdrawn_may_not(self) -> None:
        for market in MARKETS:
            silent = self.store.withdrawn_revisions().get(market, frozenset())
            for entry in self.store.listed_entries(market):
                text = self.store.approved_text(entry.id)
                assert not (text and entry.state in {EntryState.APPROVED, EntryState.PUBLISHED} and text.id in silent)
                assert entry.state is not EntryState.WITHDRAWN or (text and text.id in silent)
            assert not {entry.revision.id for entry in self.store.approved_entries(market)} & silent

    @invariant()
    def the_trail_is_whole(self) -> None:
        assert self.store.verify_trail().findings == ()

    def teardown(self) -> None:
        self.held.close()


TestPublishing = Publishing.TestCase
TestPublishing.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
