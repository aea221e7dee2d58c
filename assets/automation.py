"""Jobs, the sensors that see changed files, and a schedule. What follows from upstream follows by AutomationCondition.

A change of the source asks for `source_job`; the market assets are eager and follow it, each market by itself. A change of a
market's pack, or a person who asked for changes, asks for that market's `market_job` only. What people approved asks for that
market's `release_job`, once a person switched that on: the release assets are not eager, so nothing is published just because
Dagster runs. Sensors remember in their cursor what they asked for, never in a run key: a run key is never run again, even after
a failure.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from kb_pipeline.domain.base import Json, fingerprint
from kb_pipeline.domain.changes import Change
from kb_pipeline.errors import KBError
from kb_pipeline.services.release.plan import ReleasePlan
from kb_pipeline.services.release.publish import Publisher

source_job = dg.define_asset_job(
    "source_job",
    selection=dg.AssetSelection.groups("source") | dg.AssetSelection.assets("source_faqs"),
    description="Read the articles and write the source FAQs that are due.",
)
market_job = dg.define_asset_job(
    "market_job",
    selection=dg.AssetSelection.assets("localized_faqs", "related_faqs", "staged_changes"),
    description="Localize, compare and stage what is due in one market.",
)
release_job = dg.define_asset_job(
    "release_job",
    selection=dg.AssetSelection.groups("release"),
    description="Build, verify and publish what is approved in one market.",
)

_ATTEMPTS = 3  # runs for the same wanted release; then a person must look why they fail
_RUNNING = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def listing(folder: Path) -> str:
    """The fingerprint of the files under `folder`: paths, sizes and times of change. Nothing is read."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    marks: list[Json] = [[str(p.relative_to(folder)), p.stat().st_size, p.stat().st_mtime_ns] for p in files]
    return fingerprint(*marks)


def changed_articles(folder: Path) -> dg.SensorDefinition:
    """The sensor that asks for a run when a file of the source folder is new, changed or gone."""

    @dg.sensor(job=source_job, minimum_interval_seconds=30, name="changed_articles")
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        """Asks for a run when the source folder changed and no run of it is under way."""
        if not folder.is_dir():
            return dg.SkipReason(f"there is no source folder '{folder}'; set KB_SOURCE_DIR")
        seen = listing(folder)
        if seen == context.cursor:
            return dg.SkipReason(f"nothing changed in '{folder}'")
        if context.instance.get_runs_count(dg.RunsFilter(job_name=source_job.name, statuses=_RUNNING)):
            return dg.SkipReason("a run of the source is under way; the change is kept for the next look")
        return dg.SensorResult(run_requests=[dg.RunRequest(tags={"kb/source": seen})], cursor=seen)

    return sensor


def changed_packs(locales: Path, markets: Sequence[str]) -> dg.SensorDefinition:
    """The sensor that asks for the runs of the markets whose pack changed since it last looked."""

    @dg.sensor(job=market_job, minimum_interval_seconds=30, name="changed_packs")
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        """Asks for a market's run when its pack changed. The first look only remembers."""
        seen = {tag: listing(locales / tag) for tag in markets}
        known = json.loads(context.cursor) if context.cursor else seen
        requests = [dg.RunRequest(partition_key=tag) for tag in markets if known.get(tag) != seen[tag]]
        return dg.SensorResult(run_requests=requests, cursor=json.dumps(seen))

    return sensor


def requested_changes(changes: Callable[[], Sequence[Change]], markets: Sequence[str]) -> dg.SensorDefinition:
    """The sensor that asks for a market's run when a person asked for changes (of `changes`). Off until you switch it on."""

    @dg.sensor(job=market_job, minimum_interval_seconds=60, name="requested_changes")
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        """Asks once for each request. One that a failed run left standing is met by the market's next run."""
        seen: dict[str, list[str]] = json.loads(context.cursor or "{}")
        requests, asked = [], [(change.market, f"{change.id}.{change.version}") for change in changes()]
        for tag in markets:
            standing = sorted(request for market, request in asked if market == tag)
            is_new = bool(set(standing) - set(seen.get(tag, ())))
            if is_new and _is_under_way(context.instance, tag, market_job.name):
                continue  # it may have read the requests before the newest was made
            requests += [dg.RunRequest(partition_key=tag)] if is_new else []
            seen[tag] = standing
        return dg.SensorResult(run_requests=requests, cursor=json.dumps(seen))

    return sensor


def approved_changes(publisher: Callable[[str], Publisher], markets: Sequence[str]) -> dg.SensorDefinition:
    """The sensor that asks for a market's release when people approved what is not said yet. Off until you switch it on."""

    @dg.sensor(job=release_job, minimum_interval_seconds=60, name="approved_changes")
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        """Asks for what is wanted and not live: once while a run is under way, again after a failure, three times in all.

        What a person must decide first is not asked for: a market on hold. It says so.
        """
        seen: dict[str, dict[str, Any]] = json.loads(context.cursor or "{}")
        requests, obstacles = [], list[str]()
        for tag in markets:
            plan = _plan(context, publisher, tag)
            if plan is None or _is_under_way(context.instance, tag):
                continue  # what was asked for stays in the cursor
            wanted = plan.manifest_hash if plan.is_due else None
            obstacles += [f"{tag}: {obstacle}" for obstacle in plan.obstacles if plan.differs]
            attempts = seen.get(tag, {}).get("attempts", 0) if seen.get(tag, {}).get("wanted") == wanted else 0
            if wanted is None:
                seen.pop(tag, None)
            elif attempts < _ATTEMPTS:
                seen[tag] = {"wanted": wanted, "attempts": attempts + 1}
                requests.append(dg.RunRequest(partition_key=tag, tags={"kb/release": wanted}))
            else:
                context.log.warning(f"{tag}: {attempts} runs failed to publish what is approved; look at the last one")
        for obstacle in obstacles:
            context.log.info(obstacle)
        why = "; ".join(obstacles) if obstacles and not requests else None
        return dg.SensorResult(run_requests=requests, skip_reason=why, cursor=json.dumps(seen))

    return sensor


def _plan(context: dg.SensorEvaluationContext, publisher: Callable[[str], Publisher], tag: str) -> ReleasePlan | None:
    """What the market wants; None when that cannot be said now, so that the other markets still get theirs."""
    try:
        opened = publisher(tag)
        try:
            return opened.plan()
        finally:
            opened.store.close()
    except KBError as error:
        context.log.error(f"{tag}: {error}")
        return None


def _is_under_way(instance: dg.DagsterInstance, tag: str, job: str = release_job.name) -> bool:
    of_market = {"dagster/partition": tag}
    return instance.get_runs_count(dg.RunsFilter(job_name=job, statuses=_RUNNING, tags=of_market)) > 0


daily = dg.ScheduleDefinition(
    name="daily",
    job=source_job,
    cron_schedule="0 2 * * *",
    execution_timezone="UTC",
    description="Looks once a day even if no sensor runs. Off until you switch it on.",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
followers = dg.AutomationConditionSensorDefinition(
    "followers",
    target=dg.AssetSelection.all(),
    description="Lets each market follow the source. Off until you switch it on.",
)
