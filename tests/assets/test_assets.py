import dagster as dg
import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer

from assets.definitions import build_defs
from kb_pipeline.errors import LLMOutputError, LLMUnavailableError
from kb_pipeline.settings import Settings
from tests.assets.conftest import LOCKERS, Run
from tests.e2e.endpoint import ScriptedEndpoint
from tests.fakes import ScriptedLLM


def metadata(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, object]:
    """The values of the asset's materialization."""
    (found,) = [
        e.materialization
        for e in result.get_asset_materialization_events()
        if e.materialization.asset_key.to_user_string() == asset
    ]
    return {name: value.value for name, value in found.metadata.items()}


def checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """The evaluations of a run, by the check's name."""
    return {e.check_name: e for e in result.get_asset_check_evaluations()}


def test_articles_in_two_languages_become_source_faqs(run: Run, llm: ScriptedLLM) -> None:
    result = run("source_job")
    assert result.success
    read = metadata(result, "source_articles")
    assert (read["articles"], read["changed"], read["quarantined"]) == (2, 2, 0)
    assert metadata(result, "chunks")["chunks"] == 2
    assert "拼团" in str(metadata(result, "chunks")["samples"])
    assert metadata(result, "chunk_embeddings")["vectors"] == 2
    written = metadata(result, "source_faqs")
    assert (written["source_faqs"], written["written"], written["model_calls"]) == (2, 2, 2)
    assert "How long does a locker keep my parcel?" in str(written["samples"])
    assert llm.prompts() == ["generate_faqs", "generate_faqs"]


def test_a_person_sees_model_tokens_cost_and_prompt_version(run: Run) -> None:
    shown = metadata(run("source_job"), "source_faqs")
    assert shown["model"] == "scripted"
    assert shown["prompts"] == "generate_faqs@1, revise_faq@1"
    assert shown["tokens_prompt"] > 0
    assert shown["tokens_completion"] > 0
    assert {"cost", "seconds", "model_share", "cached_calls"} <= shown.keys()


@pytest.mark.parametrize(
    ("market", "question"), [("en-US", "How long does a locker keep my parcel?"), ("th-TH", "ตู้ล็อกเกอร์เก็บพัสดุไว้กี่วัน")]
)
def test_source_faqs_become_changes_that_wait_for_a_person(run: Run, market: str, question: str) -> None:
    run("source_job")
    result = run("market_job", market)
    assert result.success
    localized = metadata(result, "localized_faqs")
    assert localized["drafts"] == 2
    assert question in str(localized["samples"])
    assert "拼团失败后多久退款?" in str(localized["samples"])  # the source stands beside it
    assert metadata(result, "related_faqs")["new"] == 2
    staged = metadata(result, "staged_changes")
    assert (staged["proposed"], staged["waiting"]) == (2, 2)
    assert question in str(staged["queue"])
    assert staged["next"] == f"kb review list --market {market}"


def test_a_second_materialization_asks_no_model_and_changes_nothing(run: Run, llm: ScriptedLLM) -> None:
    run("source_job")
    run("market_job", "th-TH")
    paid = len(llm.requests)
    source, market = run("source_job"), run("market_job", "th-TH")
    assert len(llm.requests) == paid
    assert metadata(source, "source_articles")["changed"] == 0
    assert metadata(source, "source_faqs")["kept"] == 2
    assert metadata(market, "staged_changes")["proposed"] == 0
    assert metadata(market, "staged_changes")["waiting"] == 2


def test_counts_show_their_change_since_the_run_before(run: Run, settings: Settings) -> None:
    assert "articles_change" not in metadata(run("source_job"), "source_articles")
    more = LOCKERS.replace("id: lockers", "id: more").replace("3 days", "4 days")
    (settings.source_dir / "en" / "more.md").write_text(more, encoding="utf-8")
    assert metadata(run("source_job"), "source_articles")["articles_change"] == 1


def test_an_unreadable_article_is_quarantined_with_its_remedy_and_the_others_go_on(run: Run, settings: Settings) -> None:
    (settings.source_dir / "en" / "broken.md").write_bytes(b"---\nlang: en\n---\n\n# A\n\n\xff\xfe text\n")
    result = run("source_job")
    assert result.success
    shown = metadata(result, "source_articles")
    assert (shown["articles"], shown["quarantined"]) == (2, 1)
    assert "en/broken.md" in str(shown["quarantine"])
    check = checks(result)["no_quarantined_articles"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_a_chunk_that_the_model_cannot_answer_fails_alone(run: Run, llm: ScriptedLLM) -> None:
    write = llm.script["generate_faqs"]

    def sometimes(request):
        if "拼团" in request.messages[-1].content:
            raise LLMOutputError("generate_faqs@1: no valid answer", "use a stronger model")
        return write(request)

    llm.script["generate_faqs"] = sometimes
    result = run("source_job")
    assert result.success
    assert metadata(result, "source_faqs")["failures"] == 1
    assert not checks(result)["every_chunk_was_answered"].passed


def test_a_limit_given_at_launch_reads_that_many(run: Run) -> None:
    result = run("source_job", run_config={"resources": {"pipeline": {"config": {"limit": 1}}}})
    assert metadata(result, "source_articles")["articles"] == 1


def test_an_unusable_endpoint_fails_the_step_with_its_remedy_and_may_be_tried_again(
    run: Run, llm: ScriptedLLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise LLMUnavailableError("the model endpoint cannot be used: refused", "check KB_LLM_BASE_URL")

    monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", lambda *_: 0)
    llm.script["generate_faqs"] = refuse
    result = run("source_job")
    assert not result.success
    failure = next(e for e in result.all_events if e.is_step_failure).step_failure_data.user_failure_data
    assert "check KB_LLM_BASE_URL" in failure.description
    assert sum(e.event_type is dg.DagsterEventType.STEP_RESTARTED for e in result.all_events) == 2


@pytest.mark.sqlite_only("a file of garbage")
def test_a_broken_setting_is_not_tried_again(run: Run, settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "kb.sqlite3").write_text("this is no database", encoding="utf-8")
    result = run("source_job")
    failure = next(e for e in result.all_events if e.is_step_failure).step_failure_data.user_failure_data
    assert failure.metadata["code"].value == "store"
    assert not any(e.event_type is dg.DagsterEventType.STEP_UP_FOR_RETRY for e in result.all_events)


def test_a_run_at_its_cap_ends_well_says_what_is_still_due_and_the_next_one_does_it(
    settings: Settings, instance: dg.DagsterInstance, httpserver: HTTPServer
) -> None:
    endpoint = ScriptedEndpoint(httpserver, seconds=0.0)
    of_endpoint = {"llm_model": "scripted", "llm_base_url": endpoint.url, "llm_api_key": SecretStr("k"), "llm_parallel": 1}
    source = build_defs(settings.model_copy(update=of_endpoint)).resolve_job_def("source_job")
    capped = {"resources": {"pipeline": {"config": {"max_tokens": 20}}}}
    for still_due in (1, 0):
        result = source.execute_in_process(instance=instance, run_config=capped)
        check = checks(result)["every_chunk_was_answered"]
        assert (result.success, check.passed, check.metadata["still_due"].value) == (True, not still_due, still_due)
        assert ("20 tokens" in str(check.metadata.get("cap"))) is bool(still_due)
    assert sum(endpoint.asked.values()) == 2
