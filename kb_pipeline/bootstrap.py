"""Settings -> adapters -> services: the one composition root. Heavy libraries load where they are first used."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from kb_pipeline.domain.markets import Market
from kb_pipeline.errors import UnknownMarketError
from kb_pipeline.ports import LLM, Embedder, Progress, Store
from kb_pipeline.services.run import Services
from kb_pipeline.settings import Settings


def today() -> date:
    """The day in UTC, on which market facts are valid or not."""
    return datetime.now(UTC).date()


def open_store(settings: Settings) -> Store:
    """The store of `KB_HOME`, created and migrated if need be. Raises StoreError."""
    from kb_pipeline.adapters.store_sql import SqlStore

    settings.home.mkdir(parents=True, exist_ok=True)
    return SqlStore(settings.store_url)


def open_markets(settings: Settings, tags: Sequence[str] = ()) -> tuple[Market, ...]:
    """The packs of `tags`, or all of them. Raises UnknownMarketError, PackError."""
    from kb_pipeline.adapters.packs_files import load_market, load_markets

    if tags:
        return tuple(load_market(settings.locales_dir, tag) for tag in dict.fromkeys(tags))
    markets = load_markets(settings.locales_dir)
    if not markets:
        raise UnknownMarketError(f"no market pack in '{settings.locales_dir}'", "set KB_LOCALES_DIR to the folder of the packs")
    return markets


def open_embedder(settings: Settings, store: Store) -> Embedder:
    """The embedder, with its vectors cached in `store`. Loads nothing until a vector is missing."""
    from kb_pipeline.adapters.embedder_sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(settings.embedding_model, settings.model_dir, store, settings.embedding_threads)


class Language:
    """A language model and how to end it. The embedded server starts at the first paid call only."""

    def __init__(self, settings: Settings, store: Store) -> None:
        from kb_pipeline.adapters.llm_openai import Endpoint, OpenAILLM
        from kb_pipeline.adapters.models_registry import LANGUAGE_MODEL
        from kb_pipeline.adapters.prices_files import price_of

        key, name = settings.llm_api_key.get_secret_value(), settings.llm_model
        self._server = None
        if name == "embedded":
            from kb_pipeline.adapters.llm_server_embedded import EmbeddedServer

            weights = settings.model_dir / LANGUAGE_MODEL.files[0].path
            self._server = EmbeddedServer(weights, slots=settings.llm_parallel, threads=settings.llm_threads)
            endpoint = Endpoint(
                model=LANGUAGE_MODEL.name,
                base_url=self._server.base_url,
                key=self._server.key,
                lengths=True,
                timeout=settings.llm_timeout,
                price=price_of("embedded"),
            )
        else:
            url = settings.llm_base_url or None
            endpoint = Endpoint(model=name, base_url=lambda: url, key=key, timeout=settings.llm_timeout, price=price_of(name))
        self.llm: LLM = OpenAILLM(endpoint, store)

    def close(self) -> None:
        """Stop the embedded server, if it runs."""
        if self._server is not None:
            self._server.close()


def build_services(
    settings: Settings,
    progress: Progress,
    *,
    source: Path | None = None,
    markets: Sequence[str] = (),
    limit: int | None = None,
    only: Sequence[str] = (),
    run_id: str = "",
) -> Services:
    """The main job, wired. Call `close()` at the end. Raises UnknownMarketError, PackError, StoreError."""
    from kb_pipeline.adapters.source_files import SourceFiles

    packs = open_markets(settings, markets)
    store = open_store(settings)
    language = Language(settings, store)
    return Services(
        store=store,
        reader=SourceFiles(
            source or settings.source_dir,
            languages=settings.source_languages,
            max_bytes=settings.max_article_bytes,
            limit=limit,
            only=only,
        ),
        embedder=open_embedder(settings, store),
        llm=language.llm,
        markets=packs,
        progress=progress,
        run_id=run_id or uuid.uuid4().hex[:12],
        day=today(),
        parallel=settings.llm_parallel,
        repairs=settings.llm_repairs,
        chunk_tokens=settings.chunk_tokens,
        close=language.close,
    )
