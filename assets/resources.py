"""The resource that hands out the main job's services, wired for one step. It does no work of its own."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import Field

from kb_pipeline.errors import KBError, LLMError
from kb_pipeline.services.run import Services

Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext
_LOG_EVERY = 5.0  # seconds between two lines of progress: the event log keeps every one of them for good


class LogProgress:
    """ports.Progress as lines in the run's log, at most one every few seconds, and the last one."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log

    @contextmanager
    def track(self, what: str, total: int) -> Iterator[Callable[[str], None]]:
        """See ports.Progress."""
        lock, done, told = threading.Lock(), 0, time.monotonic()

        def tell(note: str) -> None:
            nonlocal done, told
            with lock:
                done += 1
                if done < total and time.monotonic() - told < _LOG_EVERY:
                    return
                told = time.monotonic()
                self._log.info(f"{what} {done}/{total} {note}")

        yield tell


class Pipeline(dg.ConfigurableResource[None]):
    """The services of a step. What a launched run may change are its fields; all else comes from the `KB_*` settings."""

    source_dir: str | None = Field(default=None, description="Folder of the source articles; none: `KB_SOURCE_DIR`.")
    limit: int | None = Field(default=None, description="Read at most this many articles; none: all of them.")
    only: list[str] | None = Field(default=None, description="Patterns of paths to read, e.g. `en/*`; none: all of them.")
    wire: dg.ResourceDependency[Callable[..., Services]]  # bootstrap.build_services with the settings in place

    @contextmanager
    def open(self, context: Context, *markets: str) -> Iterator[Services]:
        """Services with the packs of `markets` (none given: all), closed at the end. Raises dagster.Failure for a KBError.

        Only a failure of the language model's infrastructure may be tried again; nothing else gets better by waiting.
        """
        try:
            with self._services(context, markets) as services:
                yield services
        except KBError as error:
            context.log.error(str(error))
            raise dg.Failure(
                description=str(error),
                metadata={"code": error.code, "what to do": error.remedy or "see the message"},
                allow_retries=isinstance(error, LLMError),
            ) from error

    @contextmanager
    def _services(self, context: Context, markets: tuple[str, ...]) -> Iterator[Services]:
        services = self.wire(
            LogProgress(context.log),
            source=Path(self.source_dir) if self.source_dir else None,
            markets=markets,
            limit=self.limit,
            only=self.only or (),
            run_id=context.run.run_id,
        )
        try:
            yield services
        finally:
            services.close()
