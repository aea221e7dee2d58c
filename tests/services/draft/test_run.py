"""The main job, with a scripted model and everything else real: what makes work due, and what does not."""

from dataclasses import replace

import pytest

from kb_pipeline.adapters.source.files import SourceFile
from kb_pipeline.domain.changes import ChangeKind, ChangeState, Decision, Verdict
from kb_pipeline.errors import LLMItemError, LLMUnavailableError
from kb_pipeline.services.draft.plan import plan_run
from kb_pipeline.services.draft.run import run_pipeline
from kb_pipeline.services.draft.status import read_status
from tests.adapters.store_sql.samples import edit_of
from tests.factories import RETURNS
from tests.story import Story, into_thai


@pytest.fixture
def story(tmp_path, store, embedder, american, thai):
    return Story(tmp_path, store, embedder, (american, thai))


def approve_all(store, market):
    for change in store.changes(market):
        for actor in ("ann", "บุญมี"):
            now = store.change(change.id)
            if now.state is ChangeState.PENDING:
                store.decide(
                    Decision(
                        change_id=now.id, verdict=Verdict.APPROVE, actor=actor, seen_version=now.version,
                        override_critical=True, comment="test",
                    )
                )  # fmt: skip


def test_articles_become_staged_changes_with_evidence_in_every_market(story):
    report = story.run()
    assert (report.articles, report.chunks, len(report.source_faqs.written)) == (1, 2, 4)
    for market in ("en-US", "th-TH"):
        changes = story.store.changes(market)
        assert len(changes) == 4
        assert all(c.kind is ChangeKind.ADD and c.revision and c.revision.citations for c in changes)
    thai = {c.revision.text.answer for c in story.store.changes("th-TH") if c.revision}
    assert "คุณคืนสินค้าส่วนใหญ่ได้ภายใน 15 วันหลังได้รับสินค้า" in thai


def test_an_english_source_is_taken_as_it_is_in_an_english_market(story):
    report = story.run()
    american = report.entries[0]
    assert (american.market, len(american.taken), len(american.localized)) == ("en-US", 4, 0)
    assert len(story.llm.asked("localize_faq")) == 4


def test_a_chinese_article_goes_to_both_markets_through_the_model(story):
    story.write_chinese()
    story.run()
    assert len(story.llm.asked("localize_faq")) >= 4 + 2 * 2


def test_a_second_run_calls_no_model_and_changes_nothing(story):
    story.run()
    calls, before = story.calls(), [c.id for c in story.store.changes(states=())]
    report = story.run()
    assert story.calls() == calls
    assert [c.id for c in story.store.changes(states=())] == before
    assert report.changes["th-TH"].total == report.changes["en-US"].total == 0
    assert report.source_faqs.kept == 4


def test_one_edited_sentence_redoes_exactly_the_faqs_that_cite_it_in_every_market(story):
    story.run()
    generated, localized = len(story.llm.asked("generate_faqs")), len(story.llm.asked("localize_faq"))
    story.write("en/returns.md", RETURNS.replace("15 days", "30 days"))
    assert read_status(story.store, story.markets).markets["th-TH"].stale == 0
    report = story.run()
    assert len(story.llm.asked("generate_faqs")) == generated
    assert len(story.llm.asked("revise_faq")) == 1
    assert len(story.llm.asked("localize_faq")) == localized + 1
    assert len(report.source_faqs.revised) == 1
    assert report.changes["th-TH"].total == report.changes["en-US"].total == 1
    pending = [c.revision.text.answer for c in story.store.changes("th-TH") if c.revision]
    assert len(pending) == 4
    assert not any("15 วัน" in answer for answer in pending)


def test_an_approved_text_is_edited_where_its_source_changed_and_its_update_is_an_update(story):
    story.run()
    approve_all(story.store, "th-TH")
    localized = len(story.llm.asked("localize_faq"))
    story.write("en/returns.md", RETURNS.replace("15 days", "30 days"))
    report = story.run()
    (change,) = story.store.changes("th-TH")
    assert change.kind is ChangeKind.UPDATE
    assert change.revision.text.answer == "คุณคืนสินค้าส่วนใหญ่ได้ภายใน 30 วันหลังได้รับสินค้า"
    assert change.base_revision_id is not None
    assert len(report.entries[1].edited) == 1
    assert len(story.llm.asked("localize_faq")) == localized


def test_an_edited_text_is_not_proposed_away_by_the_next_run(story):
    story.run()
    change = story.store.changes("th-TH")[0]
    edited = change.revision.model_copy(update={"text": change.revision.text.model_copy(update={"answer": "ข้อความที่คนแก้"})})
    for actor in ("ann", "bob"):
        now = story.store.change(change.id)
        if now.state is ChangeState.PENDING:
            verdict = Verdict.EDIT if actor == "ann" else Verdict.APPROVE
            decision = Decision(
                change_id=now.id,
                verdict=verdict,
                actor=actor,
                seen_version=now.version,
                comment="better",
                override_critical=True,
            )
            story.store.decide(decision, edit_of(edited, risk=now.risk) if actor == "ann" else None)
    assert story.store.approved_text(change.entry_id).text.answer == "ข้อความที่คนแก้"
    story.run()
    assert change.entry_id not in {c.entry_id for c in story.store.changes("th-TH")}


def test_a_source_that_comes_back_to_what_it_said_is_proposed_again(story):
    story.run()
    first = {c.id for c in story.store.changes("en-US")}
    story.write("en/returns.md", RETURNS.replace("15 days", "30 days"))
    story.run()
    story.write("en/returns.md", RETURNS)
    story.run()
    assert {c.id for c in story.store.changes("en-US")} == first


def test_a_removed_article_gives_up_what_waits_and_retires_what_is_approved(story):
    story.write_chinese()
    story.run()
    approve_all(story.store, "en-US")
    (story.source / "en/returns.md").unlink()
    story.run()
    assert {c.kind for c in story.store.changes("en-US")} == {ChangeKind.RETIRE}
    assert all(c.revision and c.revision.citations[0].article_id == "zh-CN/safety" for c in story.store.changes("th-TH"))


def test_an_article_for_one_market_only_stays_there(story):
    story.write("en/returns.md", "---\nmarkets: [th-TH]\n---\n" + RETURNS)
    story.run()
    assert not story.store.changes("en-US")
    assert story.store.changes("th-TH")


def test_a_changed_pack_that_breaks_no_text_costs_nothing(story, thai):
    story.run()
    calls = story.calls()
    story.markets = (story.markets[0], thai.model_copy(update={"fingerprint": "other", "style": "new words"}))
    report = story.run()
    assert story.calls() == calls
    assert len(report.entries[1].rechecked) == 4


def test_a_bad_article_is_quarantined_and_the_rest_goes_on(story):
    story.source.joinpath("en/broken.md").write_bytes(b"\xff\xfe broken \x00")
    report = story.run()
    assert [q.path for q in report.quarantined] == ["en/broken.md"]
    assert report.articles == 1
    assert story.store.changes("th-TH")


def test_an_endpoint_that_dies_half_way_loses_nothing_that_was_finished(story):
    served = into_thai
    budget = [2]

    def dying(request):
        if budget[0] == 0:
            raise LLMUnavailableError("gone", "come back")
        budget[0] -= 1
        return served(request)

    story.llm.script["localize_faq"] = dying
    with pytest.raises(LLMUnavailableError):
        story.run()
    paid = story.calls()
    story.llm.script["localize_faq"] = served
    story.run()
    assert len(story.store.changes("th-TH")) == 4
    assert len(story.llm.asked("generate_faqs")) == 2
    assert story.calls() - paid <= 4


def test_a_call_that_fails_fails_its_item_only_and_the_next_run_tries_it_again(story):
    def failing(request):
        if "unused" in request.messages[-1].content:
            raise LLMItemError("no answer within 600 s", "raise KB_LLM_TIMEOUT")
        return into_thai(request)

    story.llm.script["localize_faq"] = failing
    report = story.run()
    assert [f.code for f in report.failures] == ["llm-item"]
    assert len(story.store.changes("th-TH")) == 3
    story.llm.script["localize_faq"] = into_thai
    assert not story.run().failures
    assert len(story.store.changes("th-TH")) == 4


def test_a_dry_run_says_what_is_due_and_does_nothing(story):
    plan = plan_run(story.pipeline())
    assert (plan.articles, plan.chunks_to_write, plan.faqs_to_revise) == (1, 2, 0)
    assert story.calls() == 0
    assert not story.store.articles()
    story.run()
    story.write("en/returns.md", RETURNS.replace("15 days", "30 days"))
    plan = plan_run(story.pipeline())
    assert (plan.changed, plan.chunks_to_write, plan.faqs_to_revise) == (("en/returns",), 0, 1)


def test_what_a_dry_run_counts_is_what_the_run_does(story):
    story.write_chinese()
    plan, report = plan_run(story.pipeline()), story.run()
    assert (plan.chunks_to_write, plan.faqs_to_revise) == (report.chunks, 0)
    story.write("en/returns.md", RETURNS.replace("15 days", "30 days"))
    story.write("en/new.md", "# New\n\nParcels arrive within 4 days.\n")
    generated, revised = len(story.llm.asked("generate_faqs")), len(story.llm.asked("revise_faq"))
    plan = plan_run(story.pipeline())
    report = story.run()
    assert plan.chunks_to_write == len(story.llm.asked("generate_faqs")) - generated == 1
    assert plan.faqs_to_revise == len(story.llm.asked("revise_faq")) - revised == len(report.source_faqs.revised) == 1
    assert plan_run(story.pipeline()).entries == {"en-US": 0, "th-TH": 0}


def test_a_run_over_one_file_leaves_the_other_articles_alone(story):
    story.write_chinese()
    story.run()
    pipeline = replace(
        story.pipeline(), reader=SourceFile(story.source / "en/returns.md", languages=("en", "zh-CN"), max_bytes=1_000_000)
    )
    report = run_pipeline(pipeline)
    assert (report.articles, report.given_up) == (1, 0)
    assert {article.id for article in story.store.articles()} == {"en/returns", "zh-CN/safety"}


def test_findings_of_the_text_travel_to_the_change_and_raise_its_risk(story):
    story.llm.script["localize_faq"] = lambda request: into_thai(request) | {"answer": "คืนได้ภายใน 99 วัน 退款"}
    story.llm.script["repair_faq"] = story.llm.script["localize_faq"]
    story.run()
    rules = {f.rule for c in story.store.changes("th-TH") for f in c.findings}
    assert {"facts-preserved", "wrong-script"} <= rules
    assert all(c.risk == "high" for c in story.store.changes("th-TH"))
