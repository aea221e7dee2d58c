import dagster as dg
import pytest

from kb_pipeline.bootstrap import open_store
from kb_pipeline.settings import Settings
from kb_pipeline.steps.localize.model_answers import LocalizedFaq
from kb_pipeline.steps.source.generation import GeneratedFaq, GeneratedFaqs
from tests.assets.conftest import Run
from tests.assets.test_assets import checks
from tests.fakes import ScriptedLLM


def test_a_clean_run_passes_its_checks(run: Run) -> None:
    found = checks(run("source_job"))
    for name in ("no_quarantined_articles", "vectors_fit_the_embedder", "source_faqs_are_grounded", "every_chunk_was_answered"):
        assert found[name].passed, name
    assert found["vectors_fit_the_embedder"].metadata["looked_at"].value == 2
    found = checks(run("market_job", "th-TH"))
    assert found["every_draft_is_related"].passed
    assert found["every_faq_was_localized"].passed


@pytest.mark.parametrize("named", ["xx-XX", "ไทย"])
def test_an_article_for_a_market_that_is_not_there_is_quarantined_with_what_there_is(
    run: Run, settings: Settings, named: str
) -> None:
    (settings.source_dir / "lost.md").write_text(f"---\nlang: en\nmarkets: [{named}]\n---\n\nA lost article.\n", "utf-8")
    check = checks(run("source_job"))["no_quarantined_articles"]
    assert (check.passed, check.severity, check.metadata["quarantined"].value) == (False, dg.AssetCheckSeverity.WARN, 1)
    table = str(check.metadata["quarantine"].value)
    for shown in ("lost.md", "unknown-market", f"there is no market '{named}'", "use one of de-DE, en-US, ja-JP, th-TH"):
        assert shown in table


def test_what_is_masked_and_what_is_held_back_is_seen_without_the_data(run: Run, settings: Settings) -> None:
    for name, said in (("phone", "โทรหาสมชายที่ 081-234-5678"), ("key", "Password: Tr0ub4dor#7")):
        (settings.source_dir / f"{name}.md").write_text(f"---\nlang: en\n---\n\n{said}\n", "utf-8")
    result = run("source_job")
    check = checks(result)["no_articles_hold_secrets"]
    assert (check.passed, check.severity, check.metadata["held_back"].value) == (False, dg.AssetCheckSeverity.WARN, 1)
    assert "key.md" in str(check.metadata["articles"].value)
    (event,) = [e for e in result.asset_materializations_for_node("read_articles") if e.asset_key.path == ["source_articles"]]
    assert (event.metadata["held_back"].value, event.metadata["masked"].value) == (1, 1)
    table = str(event.metadata["masked_data"].value)
    assert "phone.md" in table
    assert "masked-phone" in table
    assert not {"081-234-5678", "Tr0ub4dor#7"} & {*table.split(), *str(check.metadata).split()}


def test_an_answer_that_no_source_supports_is_an_error_and_blocks_nothing(run: Run, llm: ScriptedLLM) -> None:
    invented = GeneratedFaq(question="What does a locker cost?", sources=(1,), answer="Lockers cost $99 a month.", phrasings=())
    llm.script["generate_faqs"] = lambda _: GeneratedFaqs(faqs=(invented,))
    result = run("source_job")
    assert result.success
    check = checks(result)["source_faqs_are_grounded"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert "grounded" in check.metadata["findings_by_rule"].value


def test_a_thai_text_with_a_wrong_number_is_an_error_and_still_waits_for_a_person(run: Run, llm: ScriptedLLM) -> None:
    wrong = LocalizedFaq(question="ตู้ล็อกเกอร์เก็บพัสดุไว้กี่วัน", answer="ตู้ล็อกเกอร์เก็บพัสดุไว้ 30 วัน", phrasings=())
    llm.script |= {"localize_faq": lambda _: wrong, "repair_faq": lambda _: wrong}
    run("source_job")
    result = run("market_job", "th-TH")
    assert result.success
    check = checks(result)["localized_faqs_pass_the_rules"]
    assert (check.passed, check.severity, check.partition) == (False, dg.AssetCheckSeverity.ERROR, "th-TH")


def test_a_draft_that_was_not_compared_stops_before_it_is_staged(run: Run, defs: dg.Definitions, settings: Settings) -> None:
    run("source_job")
    run("market_job", "th-TH")
    store = open_store(settings)
    for draft in store.drafts("th-TH"):
        text = draft.revision.text.model_copy(
            update={"phrasings": ("ถามอีกแบบ",)}
        )  # another text: what it is to others is unknown
        revision = draft.revision.model_copy(update={"text": text})
        store.save_draft(draft.model_copy(update={"relation": None, "revision": revision}))
    only = [dg.AssetKey("staged_changes")]
    check = dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("related_faqs"), "every_draft_is_related"))
    job = dg.define_asset_job("stage_again", selection=dg.AssetSelection.assets(*only) | check)
    again = dg.Definitions.merge(defs, dg.Definitions(jobs=[job])).resolve_job_def("stage_again")
    with dg.DagsterInstance.ephemeral() as instance:
        result = again.execute_in_process(instance=instance, partition_key="th-TH", raise_on_error=False)
    assert not result.success
    assert checks(result)["every_draft_is_related"].metadata["unrelated"].value == 2
    assert not result.get_asset_materialization_events()
