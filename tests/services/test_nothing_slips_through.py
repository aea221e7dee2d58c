"""Whatever people, the pipeline and the automation do in whatever order: nothing is served that slipped through.

Never served: a withdrawn text, a text that not enough people approved, a text that contradicts another served one without a
person's word. No critical finding is lost on the way, and every step is in the trail.
"""

import os
from contextlib import ExitStack, nullcontext
from copy import copy
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kb_pipeline.adapters.audit.key_file import GivenKeys
from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import (
    Change,
    ChangeKind,
    ChangeState,
    EntryState,
    Relation,
    RelationKind,
    RiskTier,
    generation_of,
)
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq, entry_id
from kb_pipeline.domain.findings import Severity
from kb_pipeline.domain.releases import Release, ReleaseReport
from kb_pipeline.errors import KBError
from kb_pipeline.ports.models import Vectors
from kb_pipeline.services.entries.curator import Curator
from kb_pipeline.services.language.entry_checks import EntryChecks
from kb_pipeline.services.relate.compared import EntryText, compared
from kb_pipeline.services.release.publish import Publisher
from kb_pipeline.services.review.assess import Assessor
from kb_pipeline.services.review.import_entries import Importer
from kb_pipeline.services.review.reviewer import Reviewer
from kb_pipeline.services.serve.live import LiveReleases
from kb_pipeline.settings import Settings as KbSettings
from kb_pipeline.steps.checks import Profile
from kb_pipeline.steps.relate.relations import contradiction
from tests.conftest import DAY, ROOT
from tests.databases import a_store
from tests.fakes import SilentProgress

TAG = "th-TH"
KEYS = GivenKeys("k" * 32)
THAI = load_market(ROOT / "locales", TAG)
EMBEDDER = SentenceTransformersEmbedder("embedded", KbSettings().model_dir, InProcessVectors(), 2)
PEOPLE = ("ann", "บุญมี", "dara")
# Two questions that are surely one, and one that is another; source FAQs of the first and the last.
QUESTIONS = ("คืนสินค้าได้ภายในกี่วัน", "คืนสินค้าได้ภายในกี่วัน?", "พัสดุของฉันอยู่ที่ไหน")
SOURCES = ("How long do I have to return an item?", "How many days do I have for a return?", "Where is my parcel?")
DAYS = (7, 15, 30)
NOTES = ("", " ครับ", " ที่ไม่มีใครพูดถึง")
EXAMPLES, STEPS = int(os.environ.get("KB_TEST_EXAMPLES", "40")), 50

WHO, QUESTION, DAY_COUNT = st.sampled_from(PEOPLE), st.integers(0, 2), st.sampled_from(DAYS)
NUMBER = st.integers(0, 30)


def thai(place: int, days: int, note: str = "") -> FaqText:
    answers = (f"คืนสินค้าส่วนใหญ่ได้ภายใน {days} วันหลังได้รับสินค้า", f"เปิดคำสั่งซื้อเพื่อดูพัสดุ ซึ่งจะมาถึงภายใน {days} วัน")
    return FaqText(question=QUESTIONS[place], answer=answers[place == 2] + note)


def english(place: int, days: int) -> FaqText:
    answers = (
        f"You can return most items within {days} days of delivery.",
        f"Open the order to see your parcel, which arrives within {days} days.",
    )
    return FaqText(question=SOURCES[place], answer=answers[place == 2])


class NoIndexes:
    """Keeps what is built, and searches nothing: what is served is asked of the manifest."""

    def __init__(self) -> None:
        self._built, self._opened = dict[str, tuple[list[str], list[str], Vectors]](), ""

    def build(self, release, texts, vectors, tick) -> None:
        self._built[release.id] = [text.id for text in texts], [text.text for text in texts], vectors

    def open(self, release):
        opened = copy(self)
        opened._opened = release.id
        return opened

    def contents(self) -> tuple[list[str], list[str], Vectors]:
        return self._built[self._opened]

    def close(self) -> None:
        pass

    def exists(self, release) -> bool:
        return release.id in self._built

    def is_current(self) -> bool:
        return True

    def remove(self, release_id) -> None:
        self._built.pop(release_id, None)

    def present(self):
        return tuple(self._built)


class FitVerifier:
    """Finds every release fit."""

    def verify(self, release: Release) -> ReleaseReport:
        return ReleaseReport(entries=release.entries, texts=release.entries)


@dataclass
class Expected:
    """What people did, kept apart from the store."""

    approved: dict[str, set[str]] = field(default_factory=dict)  # entry id -> revisions that enough people approved
    silent: dict[str, set[str]] = field(default_factory=dict)  # entry id -> revisions that were withdrawn
    last: dict[str, set[str]] = field(default_factory=dict)  # entry id -> what the last withdrawal silenced
    words: set[frozenset[str]] = field(default_factory=set)  # pairs of revisions of which a person said that both hold
    approvers: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # change, text -> who approved it


class Curating(RuleBasedStateMachine):
    """One Thai market with two questions that are one, and one more."""

    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()
        self.store = self.held.enter_context(a_store(KEYS))
        self.assessor = Assessor(self.store, EMBEDDER, (THAI,), lambda: DAY)
        self.indexes = NoIndexes()
        self.live = LiveReleases(self.store, self.indexes, EMBEDDER, [TAG])
        self.expected = Expected()
        self.revision = 0

    def teardown(self) -> None:
        """The trail is whole at the end, and explains every row."""
        assert self.store.verify_trail().findings == ()
        self.live.close()
        self.held.close()

    @initialize(days=DAY_COUNT, live=st.booleans())
    def begin(self, days: int, live: bool) -> None:
        """All three questions are approved, the first two with one answer; mostly they are live."""
        for place in range(len(QUESTIONS)):
            self.propose_text(place, days, days, "")
        self.approve_all()
        if live:
            self.publish("dara")
            assert len(self.served()) == len(QUESTIONS)

    # What happens

    @rule(place=QUESTION, days=DAY_COUNT, drafted=DAY_COUNT, note=st.sampled_from(NOTES))
    def propose(self, place: int, days: int, drafted: int, note: str) -> None:
        """A draft comes; often the model is right."""
        self.propose_text(place, days, drafted if note else days, note)

    @rule()
    def approve_all(self) -> None:
        """Two people work through the queue."""
        for change in self.store.changes(TAG):
            for who in PEOPLE[:2]:
                if self.store.change(change.id).state is ChangeState.PENDING:
                    self.decide(change, who, self.approval(change, who, override=True))

    def propose_text(self, place: int, days: int, drafted: int, note: str) -> None:
        """The pipeline proposes a text for a source that says `days`; the model may have written another number."""
        citation = Citation(article_id="a", sentence_hash=f"{place}{days}", text=english(place, days).answer)
        id_, self.revision = f"faq-{place}", self.revision + 1
        faq = SourceFaq(
            id=id_, article_id="a", language="en", revision=self.revision, text=english(place, days), citations=(citation,),
            provenance=Provenance(model="tiny"),
        )  # fmt: skip
        self.store.save_source_faqs([faq], {})
        text, entry = thai(place, drafted, note), entry_id(TAG, id_)
        approved = self.store.approved_text(entry)
        if approved is not None and approved.text == text:
            return
        revision = Revision(
            entry_id=entry, market=TAG, language=TAG, text=text, citations=(citation,), provenance=Provenance(model="tiny")
        )
        change = Change(
            market=TAG, entry_id=entry, kind=ChangeKind.UPDATE if approved else ChangeKind.ADD, revision=revision,
            base_revision_id=approved.id if approved else None, source_faq_id=id_, source_revision=self.revision,
            generation=generation_of(self.store.changes(TAG, (), entry)), relation=Relation(kind=RelationKind.NEW),
            risk=RiskTier.LOW,
        )  # fmt: skip
        self.attempt(lambda: self.store.propose(change.model_copy(update=dict(self.assessor.assess(change, text)))), quiet=True)

    @rule(place=QUESTION, days=DAY_COUNT, note=st.sampled_from(NOTES))
    def take_in(self, place: int, days: int, note: str) -> None:
        """A person imports an answer that the market has elsewhere."""
        text = thai(place, days, note)
        importer = Importer(self.store, EMBEDDER, THAI, DAY, propose=True)
        row = {"question": text.question, "answer": text.answer}
        self.attempt(lambda: importer.run([(2, row)], SilentProgress()), quiet=True)

    @rule(number=NUMBER, who=WHO, override=st.booleans(), state=st.sampled_from(["pending"] * 4 + ["approved", "superseded"]))
    def approve(self, number: int, who: str, override: bool, state: str) -> None:
        change = self.chosen(number, ChangeState(state))
        if change:
            self.decide(change, who, self.approval(change, who, override=override))

    @rule(number=NUMBER, who=WHO, days=DAY_COUNT, note=st.sampled_from(NOTES), override=st.booleans())
    def edit(self, number: int, who: str, days: int, note: str, override: bool) -> None:
        change = self.chosen(number, ChangeState.PENDING)
        if change and change.revision:
            place = QUESTIONS.index(change.revision.text.question)
            words = {"override": override, "comment": "เพราะ" if override else "", "category": "accuracy", "root_cause": None}
            self.decide(change, who, lambda: self.reviewer(who).edit(change.id, thai(place, days, note), **words))

    @rule(number=NUMBER, who=WHO)
    def reject(self, number: int, who: str) -> None:
        change = self.chosen(number, ChangeState.PENDING)
        if change:
            self.attempt(lambda: self.reviewer(who).reject(change.id, category="", root_cause=None, comment="ผิด"))

    @rule(number=NUMBER, who=WHO, back=st.booleans())
    def request_changes(self, number: int, who: str, back: bool) -> None:
        change = self.chosen(number, ChangeState.CHANGES_REQUESTED if back else ChangeState.PENDING)
        if change and back:
            self.attempt(lambda: self.reviewer(who).take_back(change.id))
        elif change and self.attempt(lambda: self.reviewer(who).request_changes(change.id, comment="สั้นลง")):
            for key in [key for key in self.expected.approvers if key[0] == change.id]:
                del self.expected.approvers[key]

    @rule(number=NUMBER, who=WHO)
    def withdraw(self, number: int, who: str) -> None:
        entry = self.entry(number)
        if entry and self.attempt(lambda: self.curator(who).withdraw(entry.id, "ผิด")):
            known = self.expected.approved.get(entry.id, set()) - self.expected.silent.get(entry.id, set())
            self.expected.last[entry.id] = known
            self.expected.silent.setdefault(entry.id, set()).update(known)

    @rule(number=NUMBER, who=WHO)
    def restore(self, number: int, who: str) -> None:
        entry = self.entry(number)
        if entry and self.attempt(lambda: self.curator(who).restore(entry.id, "ถูกแล้ว")):
            self.expected.silent[entry.id] -= self.expected.last.pop(entry.id, set())

    @rule(number=NUMBER, who=WHO, days=DAY_COUNT)
    def correct(self, number: int, who: str, days: int) -> None:
        entry = self.entry(number)
        if entry and entry.revision:
            place = QUESTIONS.index(entry.revision.text.question)
            self.attempt(lambda: self.curator(who).correct(entry.id, thai(place, days), "ไม่ตรง"))

    @rule(who=WHO)
    def publish(self, who: str) -> None:
        self.attempt(lambda: self.publisher(who).publish(), quiet=True)

    @rule()
    def publish_by_itself(self) -> None:
        """As the sensor does: only what is due."""
        held = self.store.hold_of(TAG)
        publisher = self.publisher("dagster")
        if publisher.plan().is_due:
            assert held is None, "the automation overrules nobody"
            self.attempt(publisher.publish, quiet=True)

    @rule(who=WHO)
    def roll_back(self, who: str) -> None:
        if self.attempt(lambda: self.publisher(who).rollback()):
            assert self.store.hold_of(TAG) or self.went_forward

    @rule(who=WHO, lift=st.booleans())
    def hold(self, who: str, lift: bool) -> None:
        publisher = self.publisher(who)
        self.attempt(lambda: publisher.lift("ตรวจแล้ว") if lift else publisher.hold("รอก่อน"))

    @rule(number=NUMBER, who=WHO, both=st.booleans())
    def settle(self, number: int, who: str, both: bool) -> None:
        found = self.curator(who).conflicts(TAG).open
        if not found:
            return
        pair = found[number % len(found)].conflict
        holds = "both" if both else pair.first_entry
        before = {e.id: e.state for e in self.store.listed_entries(TAG)}
        if self.attempt(lambda: self.curator(who).settle(pair.first_revision, pair.second_revision, holds, "ตรวจแล้ว")):
            if both:
                self.expected.words.add(frozenset(pair.key))
            elif before[pair.second_entry] is not EntryState.WITHDRAWN:
                known = self.expected.approved.get(pair.second_entry, set())
                fresh = known - self.expected.silent.get(pair.second_entry, set())
                self.expected.last[pair.second_entry] = fresh
                self.expected.silent.setdefault(pair.second_entry, set()).update(fresh)

    # What always holds

    @invariant()
    def served_is_approved_and_not_withdrawn(self) -> None:
        for entry, revision in self.served().items():
            assert revision in self.expected.approved.get(entry, set()), "served without enough people"
            assert revision not in self.expected.silent.get(entry, set()), "served although it is withdrawn"

    @invariant()
    def served_texts_do_not_contradict_each_other_without_a_word(self) -> None:
        served = self.served()
        texts = self.store.revisions(list(served.values()))
        entries = compared([EntryText(r.id, None, r.language, r.text) for r in texts.values()], EMBEDDER)
        for place, one in enumerate(entries):
            for other in entries[:place]:
                if contradiction(one, other):
                    assert frozenset((one.id, other.id)) in self.expected.words

    @invariant()
    def no_critical_finding_is_lost(self) -> None:
        """What stands of a text that waits is at least what checking it now finds."""
        checks = EntryChecks(THAI, EMBEDDER, DAY)
        for change in self.store.changes(TAG):
            faq = self.store.source_faq(change.source_faq_id or "")
            if change.revision is None or (faq and faq.revision != change.source_revision):
                continue
            text = change.revision.text
            found = checks.check(faq, text, profile=Profile.SAVING).findings if faq else checks.check_alone(text)
            kept = {finding.rule for finding in change.findings}
            assert {f.rule for f in found if f.severity is Severity.CRITICAL} <= kept
            if any(f.severity is Severity.CRITICAL for f in change.findings):
                assert change.risk is RiskTier.HIGH

    # How it is done

    def attempt(self, act, *, quiet: bool = False) -> object:
        """Do it. What is refused leaves no trace but what was found; what is done leaves one (`quiet`: if anything changed)."""
        before = len(self.store.events())
        try:
            result = act()
        except KBError:
            added = self.store.events()[before:]
            assert all(event.action == "conflict.found" for event in added), added
            return None
        assert quiet or len(self.store.events()) > before
        return result if result is not None else True

    def approval(self, change: Change, who: str, *, override: bool):
        comment = "เพราะ" if override else ""
        return lambda: self.reviewer(who).approve(change.id, override=override, comment=comment)

    def decide(self, change: Change, who: str, act) -> None:
        """Decide, and work out by hand whether enough people have approved the text."""
        after = self.attempt(act)
        if after is None:
            return
        text = after.revision.id if after.revision else ""
        if change.revision and change.revision.id != text:
            for key in [key for key in self.expected.approvers if key[0] == change.id]:
                del self.expected.approvers[key]
        people = self.expected.approvers.setdefault((change.id, text), set())
        people.add(who)
        if after.state is ChangeState.APPROVED:
            assert len(people) >= (2 if after.risk is RiskTier.HIGH else 1)
            self.expected.approved.setdefault(change.entry_id, set()).add(text)
            self.expected.silent.get(change.entry_id, set()).discard(text)
            self.expected.last.pop(change.entry_id, None)

    def served(self) -> dict[str, str]:
        """What the API says now: the revision by entry id."""
        self.live.refresh()
        with self.live.reading(TAG) as released:
            return {id_: entry.item.revision_id for id_, entry in released.contents.entries.items()} if released else {}

    def chosen(self, number: int, state: ChangeState) -> Change | None:
        found = self.store.changes(TAG, (state,))
        return found[number % len(found)] if found else None

    def entry(self, number: int) -> Value | None:
        found = list(self.store.listed_entries(TAG))
        return found[number % len(found)] if found else None

    def reviewer(self, who: str) -> Reviewer:
        return Reviewer(self.store, (THAI,), self.assessor, User(name=who, role=Role.REVIEWER), DAY)

    def curator(self, who: str) -> Curator:
        return Curator(self.store, EMBEDDER, self.assessor, User(name=who, role=Role.ADMIN))

    def publisher(self, who: str) -> Publisher:
        return Publisher(
            store=self.store, indexes=self.indexes, embedder=EMBEDDER, verifier=FitVerifier(), market=THAI, actor=who,
            lock=nullcontext,
        )  # fmt: skip

    @property
    def went_forward(self) -> bool:
        """Whether what is live is the newest release that ever was: a rollback of a rollback goes forward."""
        live = self.store.live_numbers()[TAG]
        return live == max(release.number for release in self.store.releases(TAG) if release.live_at)


TestCurating = pytest.mark.slow(Curating.TestCase)
TestCurating.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
)
