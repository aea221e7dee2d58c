"""The asset that judges a release before anybody is served from it."""

import dagster as dg

from assets import reports_release
from assets.partitions import MARKETS
from assets.reports import Before, Materialized
from assets.resources import Publishing, under_way
from assets.source import OWNERS

_FIT = dg.AssetCheckSpec(
    "release_is_fit",
    asset="retrieval_report",
    partitions_def=MARKETS,
    blocking=True,
    description="Nothing speaks against the release. It blocks `published_index`: an unfit release is never said.",
)


@dg.asset(
    deps=["release"],
    partitions_def=MARKETS,
    group_name="release",
    kinds={"chroma"},
    owners=OWNERS,
    pool="release",
    check_specs=[_FIT],
)
def retrieval_report(context: dg.AssetExecutionContext, publishing: Publishing) -> Materialized:
    """What a fresh process found in the built release: self-queries, golden queries, recall against exact search.

    Its check blocks, and it comes before `published_index` for that: only what is judged before the flip can be kept back.
    """
    with publishing.open(context) as publisher:
        built = under_way(publisher)
        verified = publisher.verify(built) if built else None
    metadata = reports_release.of_retrieval_report(Before(context), verified)
    return Materialized(metadata=metadata, check_results=[reports_release.release_is_fit(verified)])
