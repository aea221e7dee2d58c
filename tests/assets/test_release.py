"""From approvals to what is said, through Dagster: a real store, index and verifying process."""

import json

import dagster as dg
import pytest

from assets.automation import approved_changes
from assets.resources import ACTOR
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.bootstrap import build_publisher
from kb_pipeline.domain.releases import ReleaseReport, ReleaseState
from kb_pipeline.services.release.publish import Publisher
from kb_pipeline.settings import Settings
from tests.assets.conftest import Run, approve_all
from tests.assets.test_assets import checks, metadata

pytestmark = pytest.mark.slow  # processes, a browser, or a whole release for each


@pytest.fixture
def staged(run: Run, people: SqlStore) -> SqlStore:
    """The store with two changes waiting in each market."""
    run("source_job")
    for market in ("en-US", "th-TH"):
        run("market_job", market)
    return people


def look(settings: Settings, instance: dg.DagsterInstance, cursor: str | None, *markets: str) -> dg.SensorResult:
    """What the sensor says."""

    def publisher(market: str) -> Publisher:
        return build_publisher(settings, market, ACTOR)

    return approved_changes(publisher, markets or ("en-US", "th-TH"))(
        dg.build_sensor_context(instance=instance, cursor=cursor)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("market", "question"),
    [("en-US", "When do I get my refund for a failed group buy?"), ("th-TH", "ตู้ล็อกเกอร์เก็บพัสดุไว้กี่วัน")],
)
def test_what_people_approved_is_built_verified_and_said(run: Run, staged: SqlStore, market: str, question: str) -> None:
    approve_all(staged, market)
    result = run("release_job", market)
    assert result.success
    built = metadata(result, "release")
    assert (built["release"], built["entries"], built["added"], built["removed"]) == (f"{market}/r0001", 2, 2, 0)
    assert question in str(built["samples"])
    report = metadata(result, "retrieval_report")
    assert (report["entries"], report["self_queries"], report["self_found"]) == (2, 2, 2)
    assert isinstance(report["exact_recall"], float)
    assert {"golden_asked", "golden_found", "golden_mrr", "texts", "seconds"} <= report.keys()
    assert checks(result)["release_is_fit"].passed
    assert metadata(result, "published_index")["release"] == f"{market}/r0001"
    assert staged.live_numbers() == {market: 1}
    assert staged.release(market, 1).actor == "dagster"


def test_a_second_run_ends_quietly_and_makes_no_release(run: Run, staged: SqlStore) -> None:
    approve_all(staged, "th-TH")
    run("release_job", "th-TH")
    again = run("release_job", "th-TH")
    assert again.success
    assert "nothing changed" in str(metadata(again, "release")["release"])
    assert "nothing changed" in str(metadata(again, "retrieval_report")["release"])
    assert metadata(again, "published_index")["flipped"] == 0
    assert checks(again)["release_is_fit"].passed
    assert len(staged.releases("th-TH")) == 1


def test_nothing_is_said_when_nothing_was_approved(run: Run, staged: SqlStore) -> None:
    result = run("release_job", "th-TH")
    assert result.success
    assert metadata(result, "published_index")["release"] == "nothing is live"
    assert not staged.releases()


def test_a_second_release_says_what_it_adds(run: Run, staged: SqlStore) -> None:
    approve_all(staged, "th-TH", limit=1)
    run("release_job", "th-TH")
    approve_all(staged, "th-TH")
    second = metadata(run("release_job", "th-TH"), "release")
    assert (second["release"], second["added"], second["entries_change"]) == ("th-TH/r0002", 1, 1)
    assert staged.release("th-TH", 1).state is ReleaseState.SUPERSEDED


def test_a_release_that_is_not_fit_never_goes_live(run: Run, staged: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    approve_all(staged, "th-TH", limit=1)
    run("release_job", "th-TH")
    approve_all(staged, "th-TH")
    unfit = ReleaseReport(entries=2, texts=4, failures=("a text is not its approved revision",))
    monkeypatch.setattr("kb_pipeline.adapters.release.verifier_process.ProcessVerifier.verify", lambda *_: unfit)
    result = run("release_job", "th-TH")
    assert not result.success
    check = checks(result)["release_is_fit"]
    assert (check.passed, check.blocking) == (False, True)
    assert "not its approved revision" in str(check.metadata["failed"].value)
    materialized = {e.materialization.asset_key.to_user_string() for e in result.get_asset_materialization_events()}
    assert "published_index" not in materialized
    assert staged.live_numbers() == {"th-TH": 1}
    assert staged.release("th-TH", 2).state is ReleaseState.FAILED


def test_nothing_is_released_by_following_upstream(
    run: Run, staged: SqlStore, defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    approve_all(staged, "th-TH")
    asked = dg.evaluate_automation_conditions(defs, instance)
    for name in ("release", "retrieval_report", "published_index"):
        assert not asked.get_requested_partitions(dg.AssetKey(name))


def test_an_approval_asks_for_its_market_only_and_once(
    settings: Settings, instance: dg.DagsterInstance, staged: SqlStore, run: Run
) -> None:
    assert look(settings, instance, None).run_requests == []
    approve_all(staged, "th-TH")
    first = look(settings, instance, None)
    assert [r.partition_key for r in first.run_requests] == ["th-TH"]
    assert first.run_requests[0].run_key is None
    assert json.loads(first.cursor)["th-TH"]["attempts"] == 1
    run("release_job", "th-TH")
    second = look(settings, instance, first.cursor)
    assert second.run_requests == []
    assert json.loads(second.cursor) == {}


def test_a_run_under_way_is_waited_for_and_a_failed_one_asked_again_three_times_in_all(
    settings: Settings, instance: dg.DagsterInstance, staged: SqlStore, defs: dg.Definitions
) -> None:
    approve_all(staged, "th-TH")
    job, cursor = defs.resolve_job_def("release_job"), None
    for attempt in (1, 2, 3):
        looked = look(settings, instance, cursor)
        assert len(looked.run_requests) == 1
        assert json.loads(looked.cursor)["th-TH"]["attempts"] == attempt
        tags = {"dagster/partition": "th-TH"}
        under_way = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=tags)
        waiting = look(settings, instance, looked.cursor)
        assert (waiting.run_requests, waiting.cursor) == ([], looked.cursor)
        instance.report_run_failed(under_way)
        cursor = looked.cursor
    assert look(settings, instance, cursor).run_requests == []


def test_another_approval_gets_attempts_of_its_own(settings: Settings, instance: dg.DagsterInstance, staged: SqlStore) -> None:
    approve_all(staged, "th-TH", limit=1)
    first = look(settings, instance, None)
    given_up = json.loads(first.cursor)
    given_up["th-TH"]["attempts"] = 3
    assert look(settings, instance, json.dumps(given_up)).run_requests == []
    approve_all(staged, "th-TH")
    again = look(settings, instance, json.dumps(given_up))
    assert len(again.run_requests) == 1
    assert json.loads(again.cursor)["th-TH"]["attempts"] == 1


def test_what_a_person_rolled_back_is_not_published_again_by_itself(
    settings: Settings, instance: dg.DagsterInstance, staged: SqlStore, run: Run
) -> None:
    approve_all(staged, "th-TH", limit=1)
    run("release_job", "th-TH")
    approve_all(staged, "th-TH")
    run("release_job", "th-TH")
    build_publisher(settings, "th-TH", "ann").rollback()
    assert staged.live_numbers() == {"th-TH": 1}
    looked = look(settings, instance, None)
    assert looked.run_requests == []
    assert "th-TH is on hold" in looked.skip_reason.skip_message
    assert "by ann" in looked.skip_reason.skip_message


def test_a_market_that_cannot_be_planned_does_not_keep_the_others_back(
    settings: Settings, instance: dg.DagsterInstance, staged: SqlStore
) -> None:
    approve_all(staged, "th-TH")
    looked = look(settings, instance, None, "xx-XX", "th-TH")
    assert [r.partition_key for r in looked.run_requests] == ["th-TH"]
