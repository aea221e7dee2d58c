"""Jobs, the sensors that see changed files, and a schedule. What follows from upstream follows by AutomationCondition.

A change of the source asks for `source_job`; the market assets are eager and follow it, each market by itself. A change of a
market's pack asks for that market's `market_job` only. Sensors remember in their cursor what they asked for, never in a run
key: a run key is never run again, even after a failure.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from kb_pipeline.domain.base import Json, fingerprint

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
