"""A correction is a change like every other: judged, decided on by people, and not swept away by machines."""

import pytest

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.changes import ChangeKind, ChangeState, EntryState, RiskTier
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.errors import BlockedError, ForbiddenError
from kb_pipeline.services.entries.curator import Curator
from kb_pipeline.services.review.assess import Assessor
from kb_pipeline.services.review.import_entries import Importer
from kb_pipeline.services.review.reviewer import Reviewer
from tests.conftest import DAY
from tests.factories import RETURNS
from tests.fakes import SilentProgress
from tests.services.draft.test_run import approve_all
from tests.story import Story

ROWS = {
    "en-US": ({"question": "Is there a store in Boston?", "answer": "Yes, on Main Street."}, "Yes, on Elm Street."),
    "th-TH": ({"question": "มีสาขาที่เชียงใหม่ไหม", "answer": "มี อยู่ถนนนิมมานเหมินท์"}, "มี อยู่ถนนเจริญเมือง"),
}
MARKETS = tuple(ROWS)


@pytest.fixture
def story(tmp_path, store, embedder, american, thai):
    return Story(tmp_path, store, embedder, (american, thai))


@pytest.fixture
def as_(story):
    """What somebody may do: as a curator and as a reviewer."""

    def person(name="ann", role=Role.REVIEWER):
        user, assessor = User(name=name, role=role), Assessor(story.store, story.embedder, story.markets, lambda: DAY)
        reviewer = Reviewer(story.store, story.markets, assessor, user, DAY)
        return Curator(story.store, story.embedder, assessor, user), reviewer

    return person


def imported(story, market, as_):
    """An imported entry that a person approved."""
    pack = next(pack for pack in story.markets if pack.tag == market)
    rows = [(1, ROWS[market][0])]
    result = Importer(story.store, story.embedder, pack, DAY, propose=True).run(rows, SilentProgress())
    as_()[1].approve(result.proposed[0], override=True, comment="known")
    return result.imported[0]


def corrected(story, entry, answer):
    return story.store.listed_entry(entry).revision.text.model_copy(update={"answer": answer})


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("withdrawn", [False, True])
def test_an_imported_entry_is_corrected_also_when_it_is_withdrawn(story, as_, market, withdrawn):
    entry = imported(story, market, as_)
    curator, reviewer = as_("pim", Role.PUBLISHER)
    if withdrawn:
        curator.withdraw(entry, "it moved")
    change = curator.correct(entry, corrected(story, entry, ROWS[market][1]), "ย้ายสาขาแล้ว")
    assert (change.kind, change.proposed_by, change.state) == (ChangeKind.UPDATE, "pim", ChangeState.PENDING)
    assert change.base_revision_id == story.store.approved_text(entry).id
    card = as_("bob")[1].card(change.id)
    assert (card.approved.text.answer, card.change.revision.provenance.actor) == (ROWS[market][0]["answer"], "pim")
    (event,) = card.history
    assert (event.actor, event.action, event.after["comment"]) == ("pim", "change.proposed", "ย้ายสาขาแล้ว")
    decided = as_("bob")[1].approve(change.id, override=True, comment="seen")
    if decided.state is ChangeState.PENDING:
        decided = reviewer.approve(change.id, override=True, comment="seen")
    assert decided.state is ChangeState.APPROVED
    now = story.store.listed_entry(entry)
    assert (now.state, now.revision.text.answer) == (EntryState.APPROVED, ROWS[market][1])
    assert story.store.verify_chain() is None


def test_it_is_judged_as_an_edit_is_and_high_risk_takes_two(story, as_):
    """The source says 15 days; a correction of 51 days is a critical finding."""
    story.run()
    approve_all(story.store, "th-TH")
    entry = next(e for e in story.store.entries("th-TH") if "15 วัน" in e.text.answer)
    change = as_("ann")[0].correct(entry.id, corrected(story, entry.id, entry.text.answer.replace("15", "51")), "ลูกค้าบอก")
    assert (change.risk, "facts-preserved" in {f.rule for f in change.findings}) == (RiskTier.HIGH, True)
    assert change.source_faq_id == entry.source_faq_id
    assert change.revision.citations == story.store.approved_text(entry.id).citations
    with pytest.raises(BlockedError, match="critical"):
        as_("ann")[1].approve(change.id)
    assert as_("ann")[1].approve(change.id, override=True, comment="sure").state is ChangeState.PENDING
    with pytest.raises(BlockedError, match="another person"):
        as_("ann")[1].approve(change.id, override=True, comment="sure")
    assert as_("bob")[1].approve(change.id, override=True, comment="sure").state is ChangeState.APPROVED


@pytest.mark.parametrize("market", MARKETS)
def test_a_run_does_not_sweep_an_open_correction_away_and_proposes_again_later(story, as_, market):
    story.run()
    approve_all(story.store, market)
    entry = next(e for e in story.store.entries(market) if "15" in e.text.answer)
    answer = f"{entry.text.answer} ({'ask us' if market == 'en-US' else 'ถามเรา'})"
    mine = as_()[0].correct(entry.id, corrected(story, entry.id, answer), "clearer")
    story.write("en/returns.md", RETURNS.replace("15 days", "30 days"))
    story.run()
    assert story.store.change(mine.id).state is ChangeState.PENDING
    (waiting,) = story.store.changes(market, entry_id=entry.id)
    assert waiting.id == mine.id
    with pytest.raises(BlockedError, match="no model wrote this text"):
        as_("bob")[1].request_changes(mine.id, "shorter")
    for name in ("ann", "bob"):
        if story.store.change(mine.id).state is ChangeState.PENDING:
            as_(name)[1].approve(mine.id, override=True, comment="ok")
    story.run()
    (again,) = story.store.changes(market, entry_id=entry.id)
    assert (again.proposed_by, "30" in again.revision.text.answer) == ("", True)
    assert again.base_revision_id == mine.revision.id


def test_a_removed_article_waits_for_the_correction_too(story, as_):
    story.run()
    approve_all(story.store, "th-TH")
    entry = story.store.entries("th-TH")[0]
    mine = as_()[0].correct(entry.id, corrected(story, entry.id, "ถามเรา"), "clearer")
    (story.source / "en/returns.md").unlink()
    story.run()
    assert story.store.change(mine.id).state is ChangeState.PENDING
    as_()[1].reject(mine.id, category="", root_cause=None, comment="gone anyway")
    story.run()
    assert [c.kind for c in story.store.changes("th-TH", entry_id=entry.id)] == [ChangeKind.RETIRE]


def test_while_a_change_of_it_waits_that_one_is_edited_instead(story, as_):
    story.run()
    approve_all(story.store, "th-TH")
    entry = next(e for e in story.store.entries("th-TH") if "15 วัน" in e.text.answer)
    story.write("en/returns.md", RETURNS.replace("15 days", "30 days"))
    story.run()
    (waiting,) = story.store.changes("th-TH", entry_id=entry.id)
    before = story.store.events()
    with pytest.raises(BlockedError, match=waiting.id) as refused:
        as_()[0].correct(entry.id, corrected(story, entry.id, "ถามเรา"), "clearer")
    assert f"kb review edit {waiting.id}" in refused.value.remedy
    assert story.store.events() == before


def test_the_same_words_can_be_tried_again_after_a_rejection(story, as_):
    entry = imported(story, "th-TH", as_)
    for _ in range(2):
        change = as_()[0].correct(entry, corrected(story, entry, ROWS["th-TH"][1]), "ย้ายแล้ว")
        as_("bob")[1].reject(change.id, category="", root_cause=None, comment="really?")
    assert len(story.store.changes("th-TH", (ChangeState.REJECTED,))) == 2


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        (FaqText(question="มีสาขาที่เชียงใหม่ไหม", answer="มี อยู่ถนนนิมมานเหมินท์"), "same", "is what was approved"),
        (FaqText(question="มีสาขาที่เชียงใหม่ไหม", answer="  "), "empty", "the answer is empty"),
        (FaqText(question="มีสาขาไหม", answer="มี"), " ", "without a reason"),
    ],
)
def test_what_is_no_correction_is_refused(story, as_, text, reason, words):
    entry = imported(story, "th-TH", as_)
    with pytest.raises(BlockedError, match=words) as refused:
        as_()[0].correct(entry, text, reason)
    assert refused.value.remedy
    assert story.store.changes("th-TH") == []


def test_what_was_never_approved_is_decided_on_instead_and_a_viewer_only_looks(story, as_):
    story.run()
    change = story.store.changes("th-TH")[0]
    with pytest.raises(BlockedError, match="no approved text") as refused:
        as_()[0].correct(change.entry_id, FaqText(question="a", answer="b"), "clearer")
    assert change.id in refused.value.remedy
    with pytest.raises(ForbiddenError):
        as_("eve", Role.VIEWER)[0].correct(change.entry_id, FaqText(question="a", answer="b"), "clearer")


@pytest.mark.parametrize("market", MARKETS)
def test_an_import_does_not_sweep_it_away_and_no_model_is_asked_to_change_it(story, as_, market):
    entry = imported(story, market, as_)
    change = as_()[0].correct(entry, corrected(story, entry, ROWS[market][1]), "it moved")
    pack = next(pack for pack in story.markets if pack.tag == market)
    row = ROWS[market][0] | {"answer": f"{ROWS[market][0]['answer']} 2"}
    result = Importer(story.store, story.embedder, pack, DAY, propose=True).run([(1, row)], SilentProgress())
    assert result.proposed == ()
    assert story.store.change(change.id).state is ChangeState.PENDING
    with pytest.raises(BlockedError, match="no model wrote this text"):
        as_("bob")[1].request_changes(change.id, "shorter")
