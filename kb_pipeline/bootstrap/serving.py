"""Answers to questions."""

from typing import TYPE_CHECKING

from kb_pipeline.bootstrap.home import open_store
from kb_pipeline.bootstrap.inputs import open_markets, today
from kb_pipeline.bootstrap.releases import open_indexes
from kb_pipeline.settings import Settings

if TYPE_CHECKING:
    from kb_pipeline.services.serve.opened import LiveStore
    from kb_pipeline.services.serve.search import Searcher
    from kb_pipeline.services.serve.serving import Serving


def open_searcher(settings: Settings, store: "LiveStore") -> "Searcher":
    """What answers questions from the live releases; the questions' vectors stay in memory. It follows nothing yet."""
    from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
    from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
    from kb_pipeline.services.serve.search import Searcher

    return Searcher(
        store=store,
        indexes=open_indexes(settings),
        embedder=SentenceTransformersEmbedder(
            settings.embedding_model, settings.model_dir, InProcessVectors(), settings.embedding_threads
        ),
        markets=open_markets(settings),
        threshold=settings.answer_confidence,
        day=today,
    )


def build_serving(settings: Settings) -> "Serving":
    """The retrieval API's use cases, wired. Raises UnknownMarketError, PackError, StoreError, UsageError."""
    from kb_pipeline.services.access.limits import RateLimit
    from kb_pipeline.services.serve.keys import KnownKeys
    from kb_pipeline.services.serve.query_log import BufferedQueryLog
    from kb_pipeline.services.serve.serving import Serving

    markets, rate = open_markets(settings), RateLimit(settings.rate_limit)
    store = open_store(settings)
    return Serving(
        searcher=open_searcher(settings, store),
        keys=KnownKeys(store),
        feedback=store,
        log=BufferedQueryLog(store, days=settings.query_log_days),
        rate=rate,
        markets=markets,
        offline_seconds=settings.offline_hours * 3600,
        close=store.close,
    )
