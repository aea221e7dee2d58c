"""The main job."""

import logging
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kb_pipeline.bootstrap.home import open_store
from kb_pipeline.bootstrap.inputs import open_markets, open_source, today
from kb_pipeline.bootstrap.models import language_model, open_embedder
from kb_pipeline.domain.run_cap import RunCap
from kb_pipeline.ports.models import LLM
from kb_pipeline.ports.progress import Progress
from kb_pipeline.settings import Settings

if TYPE_CHECKING:
    from kb_pipeline.adapters.store_sql import SqlStore
    from kb_pipeline.bootstrap.models import Batches
    from kb_pipeline.services.draft.run import Pipeline
    from kb_pipeline.services.draft.work import Wait

_LOG = logging.getLogger(__name__)


def build_pipeline(  # noqa: PLR0913 - what a run may be told, all by name
    settings: Settings,
    progress: Progress,
    *,
    source: Path | None = None,
    markets: Sequence[str] = (),
    limit: int | None = None,
    only: Sequence[str] = (),
    cap: RunCap | None = None,
    run_id: str = "",
    llm: LLM | None = None,
    batch: bool = False,
) -> "Pipeline":
    """The main job, wired. `llm`: None for the one of the settings; of `cap`, what is None is as they say.

    `batch`: the model's calls go into the provider's batches.
    Call `close()` at the end. Raises UnknownMarketError, PackError, StoreError, UsageError.
    """
    from kb_pipeline.adapters.models.registry import asks_of
    from kb_pipeline.services.draft.run import Pipeline
    from kb_pipeline.services.draft.work import wait_for_others

    packs, run_id = open_markets(settings, markets), run_id or uuid.uuid4().hex[:12]
    cap = (cap or RunCap()).or_else(RunCap(tokens=settings.run_tokens, cost=settings.run_cost))
    with ExitStack() as opened:
        store = open_store(settings)
        opened.callback(store.close)
        wait: Wait = wait_for_others
        if not batch and (calls := sum(one.calls for one in store.open_batches())):
            _LOG.warning("%d calls are in a batch: kb run --batch reads it, a run without --batch pays for them anew", calls)
        if llm is None:
            batches = _batches(settings, store, cap, progress) if batch else None
            llm, wait = opened.enter_context(language_model(settings, store, run_id, cap, batches))
        return Pipeline(
            store=store,
            reader=open_source(settings, source, limit=limit, only=only),
            embedder=open_embedder(settings, store),
            llm=llm,
            markets=packs,
            progress=progress,
            run_id=run_id,
            day=today(),
            parallel=settings.llm_parallel,
            repairs=settings.llm_repairs,
            asks=asks_of(llm.model, settings.llm_asks),
            chunk_tokens=settings.chunk_tokens,
            close=opened.pop_all().close,
            cap=cap,
            wait=wait,
        )


def _batches(settings: Settings, store: "SqlStore", cap: RunCap, progress: Progress) -> "Batches":
    """How a run's calls are batched."""
    from kb_pipeline.adapters.models.batched_calls import BatchedCalls

    return partial(BatchedCalls, store=store, cap=cap, progress=progress, pause=settings.batch_pause)
