"""The assets of a market's release: the release that is built, and the index that is published.

They follow nothing by themselves: a person runs `release_job`, or switches the sensor `approved_changes` on.
"""

import dagster as dg

from assets import reports_release
from assets.partitions import MARKETS
from assets.reports import Before, Materialized
from assets.resources import Publishing, under_way
from assets.source import OWNERS


@dg.asset(
    deps=["staged_changes"],
    partitions_def=MARKETS,
    group_name="release",
    kinds={"chroma", "sql"},
    owners=OWNERS,
    pool="release",
)
def release(context: dg.AssetExecutionContext, publishing: Publishing) -> Materialized:
    """The manifest of the approved revisions, and its index built aside: nobody is told anything of it yet."""
    with publishing.open(context) as publisher:
        plan = publisher.plan()
        begun = publisher.begin(f"Dagster run {context.run.run_id[:8]}")
        if begun:
            publisher.build(begun)
    return Materialized(metadata=reports_release.of_release(Before(context), plan, begun))


@dg.asset(
    deps=["retrieval_report"],
    partitions_def=MARKETS,
    group_name="release",
    kinds={"sql"},
    owners=OWNERS,
    pool="release",
)
def published_index(context: dg.AssetExecutionContext, publishing: Publishing) -> Materialized:
    """The pointer on the verified release, the API probed, old indexes collected. Behind the check `release_is_fit`."""
    with publishing.open(context) as publisher:
        verified = under_way(publisher)
        live = publisher.go_live(verified) if verified else publisher.live()
        collected = publisher.collect()
    return Materialized(metadata=reports_release.of_published_index(Before(context), live, verified is not None, collected))
