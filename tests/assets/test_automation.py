import json
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from assets.automation import changed_articles, changed_packs, requested_changes
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.bootstrap import requested_changes as read_requests
from kb_pipeline.domain.changes import ChangeState, Decision, Verdict
from kb_pipeline.settings import Settings
from kb_pipeline.steps.localize.model_answers import LocalizedFaq
from tests.assets.conftest import LOCKERS, Run
from tests.assets.test_assets import metadata
from tests.fakes import ScriptedLLM

MARKET_ASSETS = ("localized_faqs", "related_faqs", "staged_changes")


def look(settings: Settings, instance: dg.DagsterInstance, cursor: str | None) -> dg.SensorResult | dg.SkipReason:
    """What the sensor says."""
    return changed_articles(settings.source_dir)(dg.build_sensor_context(instance=instance, cursor=cursor))


def test_new_articles_ask_for_one_run_and_no_second(settings: Settings, instance: dg.DagsterInstance) -> None:
    first = look(settings, instance, None)
    assert len(first.run_requests) == 1
    assert first.run_requests[0].run_key is None  # a run key would never be run again, even after a failure
    again = look(settings, instance, first.cursor)
    assert isinstance(again, dg.SkipReason)
    assert "nothing changed" in again.skip_message


@pytest.mark.parametrize("name", ["en/lockers.md", "zh-CN/group-buy.md"])
def test_a_changed_or_removed_article_asks_again(settings: Settings, instance: dg.DagsterInstance, name: str) -> None:
    cursor = look(settings, instance, None).cursor
    file = settings.source_dir / name
    file.write_text(file.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")
    changed = look(settings, instance, cursor)
    assert len(changed.run_requests) == 1
    file.unlink()
    assert len(look(settings, instance, changed.cursor).run_requests) == 1


def test_a_change_during_a_run_is_kept_for_the_next_look(
    settings: Settings, instance: dg.DagsterInstance, defs: dg.Definitions
) -> None:
    running = instance.create_run_for_job(defs.resolve_job_def("source_job"), status=dg.DagsterRunStatus.STARTED)
    assert isinstance(look(settings, instance, None), dg.SkipReason)
    instance.report_run_failed(running)
    assert len(look(settings, instance, None).run_requests) == 1


def test_a_missing_source_folder_is_said_with_its_remedy(
    settings: Settings, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    skipped = look(settings.model_copy(update={"source_dir": tmp_path / "nowhere"}), instance, None)
    assert isinstance(skipped, dg.SkipReason)
    assert "KB_SOURCE_DIR" in skipped.skip_message


def test_only_the_market_whose_pack_changed_is_run(tmp_path: Path) -> None:
    for tag in ("en-US", "th-TH"):
        (tmp_path / tag).mkdir()
        (tmp_path / tag / "facts.csv").write_text("key\n", encoding="utf-8")
    sensor = changed_packs(tmp_path, ("en-US", "th-TH"))
    first = sensor(dg.build_sensor_context())
    assert first.run_requests == []
    (tmp_path / "th-TH" / "facts.csv").write_text("key\nwallet-limit\n", encoding="utf-8")
    second = sensor(dg.build_sensor_context(cursor=first.cursor))
    assert [r.partition_key for r in second.run_requests] == ["th-TH"]
    assert json.loads(second.cursor).keys() == {"en-US", "th-TH"}


def test_a_new_market_is_run_as_soon_as_its_folder_is_there(tmp_path: Path) -> None:
    (tmp_path / "en-US").mkdir()
    first = changed_packs(tmp_path, ("en-US",))(dg.build_sensor_context())
    (tmp_path / "th-TH").mkdir()
    second = changed_packs(tmp_path, ("en-US", "th-TH"))(dg.build_sensor_context(cursor=first.cursor))
    assert [r.partition_key for r in second.run_requests] == ["th-TH"]


def test_a_request_for_changes_asks_for_its_markets_run_once_and_that_run_meets_it(
    run: Run, instance: dg.DagsterInstance, defs: dg.Definitions, settings: Settings, llm: ScriptedLLM, people: SqlStore
) -> None:
    def look(cursor: str | None) -> dg.SensorResult:
        sensor = requested_changes(partial(read_requests, settings), ("en-US", "th-TH"))
        return sensor(dg.build_sensor_context(instance=instance, cursor=cursor))

    run("source_job")
    run("market_job", "th-TH")
    assert look(None).run_requests == []
    change = next(c for c in people.changes("th-TH") if c.revision and "ตู้ล็อกเกอร์" in c.revision.text.answer)
    request = Decision(
        change_id=change.id, verdict=Verdict.REQUEST_CHANGES, actor="ann", seen_version=1, comment="ใช้คำว่า เก็บให้"
    )
    people.decide(request)
    running = instance.create_run_for_job(
        defs.resolve_job_def("market_job"), status=dg.DagsterRunStatus.STARTED, tags={"dagster/partition": "th-TH"}
    )
    waiting = look(None)
    assert waiting.run_requests == []
    instance.report_run_failed(running)
    first = look(waiting.cursor)
    assert [r.partition_key for r in first.run_requests] == ["th-TH"]
    assert look(first.cursor).run_requests == []
    llm.script["rewrite_faq"] = lambda _: LocalizedFaq(
        question="ตู้ล็อกเกอร์เก็บพัสดุไว้กี่วัน", answer="ตู้ล็อกเกอร์เก็บพัสดุให้ 3 วัน", phrasings=()
    )
    result = run("market_job", "th-TH")
    assert metadata(result, "localized_faqs")["requested"] == 1
    assert metadata(result, "staged_changes")["proposed"] == 1
    assert people.change(change.id).state is ChangeState.SUPERSEDED
    assert look(first.cursor).run_requests == []


def test_every_market_follows_the_source_and_then_rests(run: Run, defs: dg.Definitions, instance: dg.DagsterInstance) -> None:
    before = dg.evaluate_automation_conditions(defs, instance)
    assert before.total_requested == 0  # there is no source yet
    run("source_job")
    after = dg.evaluate_automation_conditions(defs, instance, cursor=before.cursor)
    for name in MARKET_ASSETS:
        assert {"en-US", "th-TH"} <= set(after.get_requested_partitions(dg.AssetKey(name)))
    for market in after.get_requested_partitions(dg.AssetKey("staged_changes")):
        run("market_job", market)
    rest = dg.evaluate_automation_conditions(defs, instance, cursor=after.cursor)
    assert rest.total_requested == 0


def test_a_changed_source_moves_the_markets_again(
    run: Run, defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings
) -> None:
    run("source_job")
    first = dg.evaluate_automation_conditions(defs, instance)
    for market in first.get_requested_partitions(dg.AssetKey("staged_changes")):
        run("market_job", market)
    rest = dg.evaluate_automation_conditions(defs, instance, cursor=first.cursor)
    (settings.source_dir / "en" / "more.md").write_text(LOCKERS.replace("id: lockers", "id: more"), encoding="utf-8")
    run("source_job")
    again = dg.evaluate_automation_conditions(defs, instance, cursor=rest.cursor)
    assert "th-TH" in again.get_requested_partitions(dg.AssetKey("localized_faqs"))


def test_nothing_runs_by_itself_until_a_person_switches_it_on(defs: dg.Definitions) -> None:
    assert all(schedule.default_status is dg.DefaultScheduleStatus.STOPPED for schedule in defs.schedules)
    assert all(sensor.default_status is dg.DefaultSensorStatus.STOPPED for sensor in defs.sensors)
    assert {sensor.name for sensor in defs.sensors} == {
        "changed_articles", "changed_packs", "requested_changes", "approved_changes", "followers",
    }  # fmt: skip
