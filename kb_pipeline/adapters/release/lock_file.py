"""A lock that one process holds at a time, and that a killed one lets go: a locked file."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kb_pipeline.errors import ConflictError


def publishing_lock(path: Path, market: str) -> Callable[[], AbstractContextManager[None]]:
    """Takes the market's lock at once or raises ConflictError. The thread that holds it may take it again."""
    lock = FileLock(path, timeout=0)

    @contextmanager
    def locked() -> Iterator[None]:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout as error:
            raise ConflictError(f"another process publishes {market}", "wait until it is done: kb release list") from error
        try:
            yield
        finally:
            lock.release()

    return locked
