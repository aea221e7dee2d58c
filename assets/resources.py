"""The resources that hand out the main job and a market's publisher, wired for one step. They do no work."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import Field

from kb_pipeline.domain.releases import Release, ReleaseState
from kb_pipeline.domain.run_cap import RunCap
from kb_pipeline.errors import KBError, LLMError
from kb_pipeline.services.draft.run import Pipeline
from kb_pipeline.services.release.publish import Publisher

Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext
ACTOR = "dagster"  # whose name stands beside what a run publishes
_LOG_EVERY = 5.0  # seconds between two lines of progress: the event log keeps every one of them for good


class LogProgress:
    """ports.progress.Progress as lines in the run's log, at most one every few seconds, and the last one."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log

    @contextmanager
    def track(self, what: str, total: int) -> Iterator[Callable[[str], None]]:
        """See ports.progress.Progress."""
        lock, done, logged_at = threading.Lock(), 0, time.monotonic()

        def tell(note: str) -> None:
            nonlocal done, logged_at
            with lock:
                done += 1
                if done < total and time.monotonic() - logged_at < _LOG_EVERY:
                    return
                logged_at = time.monotonic()
                self._log.info(f"{what} {done}/{total} {note}")

        yield tell


@contextmanager
def _as_dagster_failures(context: Context) -> Iterator[None]:
    """KBErrors as dagster.Failure, with what to do."""
    try:
        yield
    except KBError as error:
        context.log.error(str(error))
        raise dg.Failure(
            description=str(error),
            metadata={"code": error.code, "what to do": error.remedy or "see the message"},
            allow_retries=isinstance(error, LLMError),
        ) from error


class PipelineResource(dg.ConfigurableResource[None]):
    """The main job, wired for a step. A launched run may change its fields; all else comes from the `KB_*` settings."""

    source_dir: str | None = Field(default=None, description="Folder of the source articles; none: `KB_SOURCE_DIR`.")
    limit: int | None = Field(default=None, description="Read at most this many articles; none: all of them.")
    only: list[str] | None = Field(default=None, description="Patterns of paths to read, e.g. `en/*`; none: all of them.")
    max_tokens: int | None = Field(default=None, description="Tokens that the run may take; none: `KB_RUN_TOKENS`.")
    max_cost: float | None = Field(default=None, description="US dollars that the run may cost; none: `KB_RUN_COST`.")
    wire: dg.ResourceDependency[Callable[..., Pipeline]]  # bootstrap.build_pipeline with the settings in place

    @contextmanager
    def open(self, context: Context, *markets: str) -> Iterator[Pipeline]:
        """The pipeline with the packs of `markets` (none given: all), closed at the end. Raises dagster.Failure for a KBError.

        Only a failure of the language model's infrastructure may be tried again; nothing else gets better by waiting.
        """
        with _as_dagster_failures(context), self._wired(context, markets) as pipeline:
            yield pipeline

    @contextmanager
    def _wired(self, context: Context, markets: tuple[str, ...]) -> Iterator[Pipeline]:
        pipeline = self.wire(
            LogProgress(context.log),
            source=Path(self.source_dir) if self.source_dir else None,
            markets=markets,
            limit=self.limit,
            only=self.only or (),
            cap=RunCap(tokens=self.max_tokens, cost=self.max_cost),
            run_id=context.run.run_id,
        )
        try:
            yield pipeline
        finally:
            pipeline.close()


class Publishing(dg.ConfigurableResource[None]):
    """The publisher of a step's market."""

    wire: dg.ResourceDependency[Callable[..., Publisher]]  # bootstrap.build_publisher with the settings in place

    @contextmanager
    def open(self, context: dg.AssetExecutionContext) -> Iterator[Publisher]:
        """The publisher of the step's market, closed at the end. Raises dagster.Failure for a KBError."""
        with _as_dagster_failures(context):
            publisher = self.wire(context.partition_key, ACTOR, progress=LogProgress(context.log))
            try:
                yield publisher
            finally:
                publisher.store.close()


def under_way(publisher: Publisher) -> Release | None:
    """The release that an earlier step began and that did not go live yet: assets pass work through the store."""
    newest = next(iter(publisher.store.releases(publisher.market.tag)), None)
    return newest if newest and newest.state in (ReleaseState.BUILDING, ReleaseState.VERIFIED) else None
