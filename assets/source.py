"""The assets of the source: articles, their chunks, and the chunks' vectors. One for all markets."""

import dagster as dg

from assets import reports
from assets.resources import PipelineResource

OWNERS = ["team:knowledge-base"]


@dg.multi_asset(
    name="read_articles",
    specs=[
        dg.AssetSpec(
            "source_articles",
            description="Articles of the source folder, with their sentences. Unchanged ones are not written again.",
            group_name="source",
            kinds={"markdown", "sql"},
            owners=OWNERS,
        ),
        dg.AssetSpec(
            "chunks",
            deps=["source_articles"],
            description="Runs of sentences that fit the token budget: what is embedded and what a prompt sees.",
            group_name="source",
            kinds={"sql"},
            owners=OWNERS,
        ),
    ],
)
def read_articles(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> tuple[reports.Materialized, reports.Materialized]:
    """Read, split and store. One step for both assets, since an article and its chunks are stored in one transaction."""
    with pipeline.open(context) as run:
        result = run.read_articles()
        articles = reports.of_articles(reports.Before(context, "source_articles"), result)
        chunks = reports.of_chunks(reports.Before(context, "chunks"), run.store.chunks())
    return (
        reports.Materialized(asset_key="source_articles", metadata=articles),
        reports.Materialized(asset_key="chunks", metadata=chunks),
    )


@dg.asset(deps=["chunks"], group_name="source", kinds={"huggingface", "sql"}, owners=OWNERS)
def chunk_embeddings(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> reports.Materialized:
    """The vector of every chunk, cached for good by its text and the embedder's fingerprint."""
    with pipeline.open(context) as run:
        count = run.embed_chunks()
        embedder = run.embedder.fingerprint
    return reports.Materialized(metadata=reports.Before(context).counted(vectors=count) | {"embedder": embedder})
