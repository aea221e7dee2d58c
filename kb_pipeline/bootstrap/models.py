"""The language model and the embedder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kb_pipeline.domain.run_cap import RunCap, RunUsage
from kb_pipeline.errors import InHandError, UsageError
from kb_pipeline.ports.models import LLM, CallStore, Embedder, VectorStore
from kb_pipeline.settings import Settings

if TYPE_CHECKING:
    from kb_pipeline.adapters.models.batched_calls import BatchedCalls
    from kb_pipeline.adapters.models.chat_openai import Endpoint
    from kb_pipeline.adapters.models.llm_server_embedded import EmbeddedServer
    from kb_pipeline.adapters.store_sql import SqlStore
    from kb_pipeline.services.draft.work import Wait

    Batches = Callable[[Endpoint, Callable[[], RunUsage]], BatchedCalls]


def open_embedder(settings: Settings, store: VectorStore) -> Embedder:
    """The embedder, with its vectors cached in `store`. Loads nothing until a vector is missing."""
    from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(settings.embedding_model, settings.model_dir, store, settings.embedding_threads)


class LanguageModel:
    """The language model of the settings, and how to end it. The embedded server starts at the first paid call only."""

    def __init__(
        self,
        settings: Settings,
        store: CallStore,
        cap: RunCap | None = None,
        before: RunUsage | None = None,
        batches: "Batches | None" = None,
    ) -> None:
        """`cap`: of the run; `before`: what its earlier steps took; `batches`: how calls are batched, None: they are not.

        Raises UsageError for a cap that cannot be kept, for batches of the embedded model, and for an address that is none.
        """
        from kb_pipeline.adapters.models.capped_calls import CappedCalls
        from kb_pipeline.adapters.models.llm_openai import OpenAILLM

        self._server = None
        if settings.llm_model != "embedded":
            endpoint = _given_endpoint(settings)
        elif batches:
            raise UsageError(
                "the embedded model takes no batches", "run without --batch, or set KB_LLM_MODEL and KB_LLM_BASE_URL"
            )
        else:
            self._server = _embedded_server(settings)
            endpoint = _embedded_endpoint(settings, self._server)
        if cap and cap.cost is not None and endpoint.price is None:
            raise UsageError(
                f"the price of '{endpoint.model}' is not known, so a cap of cost cannot be kept",
                "set KB_LLM_PROMPT_PRICE and KB_LLM_COMPLETION_PRICE, or a cap of tokens: KB_RUN_TOKENS",
            )
        spent = before or RunUsage()
        self.batches = batches(endpoint, lambda: self.account + spent) if batches else None
        self.llm: LLM = OpenAILLM(endpoint, CappedCalls(store, cap or RunCap(), lambda: self.account + spent), self.batches)

    @property
    def account(self) -> RunUsage:
        """What was paid since it was opened."""
        return RunUsage(calls=self.llm.account.calls, usage=self.llm.account.usage)

    def close(self) -> None:
        """Stop the embedded server, if it runs."""
        if self._server is not None:
            self._server.close()


def _given_endpoint(settings: Settings) -> "Endpoint":
    """The endpoint that the settings name. Raises UsageError for an address that is none."""
    from kb_pipeline.adapters.models.address import check_address
    from kb_pipeline.adapters.models.chat_openai import Endpoint
    from kb_pipeline.adapters.models.prices import price_of

    name, url = settings.llm_model, settings.llm_base_url or None
    if url:
        check_address(url)
    return Endpoint(
        model=name,
        base_url=lambda: url,
        key=settings.llm_api_key.get_secret_value(),
        timeout=settings.llm_timeout,
        deadline=settings.llm_deadline,
        price=price_of(name, settings.llm_prompt_price, settings.llm_completion_price),
    )


def _embedded_server(settings: Settings) -> "EmbeddedServer":
    from kb_pipeline.adapters.models.llm_server_embedded import EmbeddedServer
    from kb_pipeline.adapters.models.registry import LANGUAGE_MODEL

    weights = settings.model_dir / LANGUAGE_MODEL.files[0].path
    return EmbeddedServer(weights, slots=settings.llm_parallel, threads=settings.llm_threads)


def _embedded_endpoint(settings: Settings, server: "EmbeddedServer") -> "Endpoint":
    """The endpoint of the embedded server, which honours `maxLength` in schemas."""
    from kb_pipeline.adapters.models.chat_openai import Endpoint
    from kb_pipeline.adapters.models.prices import price_of
    from kb_pipeline.adapters.models.registry import LANGUAGE_MODEL

    return Endpoint(
        model=LANGUAGE_MODEL.name,
        base_url=server.base_url,
        key=server.key,
        lengths=True,
        timeout=settings.llm_timeout,
        deadline=settings.llm_deadline,
        price=price_of("embedded"),
    )


@contextmanager
def language_model(
    settings: Settings, store: "SqlStore", run_id: str, cap: RunCap, batches: "Batches | None"
) -> "Iterator[tuple[LLM, Wait]]":
    """The language model of a run's step, shared with other runs on this home, and how to wait for what is in hand.

    What the step took is written down at its end, for the run's later steps.
    """
    from kb_pipeline.adapters.models.leased_llm import LeasedLLM
    from kb_pipeline.services.draft.work import wait_for_others

    model = LanguageModel(settings, store, cap, store.run_usage(run_id), batches)
    shared = LeasedLLM(model.llm, store, seconds=settings.lease_seconds)

    def wait_for_batches(waiting: int, seconds: float) -> None:
        try:
            with shared.in_hand("batches"):
                had_batches = model.batches is not None and model.batches.wait()
        except InHandError:
            had_batches = False
        if not had_batches:
            wait_for_others(waiting, seconds)

    try:
        yield shared, wait_for_batches if model.batches else wait_for_others
    finally:
        shared.close()
        model.close()
        if model.account.calls:
            store.add_run_usage(run_id, model.account)
