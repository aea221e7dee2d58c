"""The code location: assets, checks, jobs and resources put together. No asset is defined here."""

from functools import partial

import dagster as dg

from assets import automation, checks, evaluation, faqs, release, source
from assets.partitions import MARKETS
from assets.resources import ACTOR, PipelineResource, Publishing
from kb_pipeline.bootstrap import build_pipeline, build_publisher, requested_changes
from kb_pipeline.ports.models import LLM
from kb_pipeline.settings import Settings


def build_defs(settings: Settings | None = None, *, llm: LLM | None = None, **overrides: object) -> dg.Definitions:
    """The definitions over `settings` (none given: the environment's) and `llm` (none: the settings' model).

    `overrides` replace resources by name.
    """
    settings = settings or Settings()
    pipeline = PipelineResource(
        source_dir=str(settings.source_dir),
        wire=dg.ResourceDefinition.hardcoded_resource(partial(build_pipeline, settings, llm=llm)),
    )
    publisher = partial(build_publisher, settings)
    publishing = Publishing(wire=dg.ResourceDefinition.hardcoded_resource(publisher))
    return dg.Definitions(
        assets=dg.load_assets_from_modules([source, faqs, release, evaluation]),
        asset_checks=dg.load_asset_checks_from_modules([checks]),
        jobs=[automation.source_job, automation.market_job, automation.release_job],
        schedules=[automation.daily],
        sensors=[
            automation.changed_articles(settings.source_dir),
            automation.changed_packs(settings.locales_dir, MARKETS.get_partition_keys()),
            automation.requested_changes(partial(requested_changes, settings), MARKETS.get_partition_keys()),
            automation.approved_changes(partial(publisher, actor=ACTOR), MARKETS.get_partition_keys()),
            automation.followers,
        ],
        resources={"pipeline": pipeline, "publishing": publishing, **overrides},
        executor=dg.in_process_executor,
    )


defs = build_defs()
