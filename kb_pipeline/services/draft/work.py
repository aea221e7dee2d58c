"""Bounded side-by-side work on independent items, whose results are stored by the workers themselves."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from kb_pipeline.domain.base import Value
from kb_pipeline.ports import Progress

Item = TypeVar("Item")


class Failure(Value):
    """An item that failed by itself; the others went on. A later run tries it again."""

    item: str
    code: str
    message: str


def run_all(
    what: str,
    items: Sequence[Item],
    work: Callable[[Item], str],
    *,
    parallel: int,
    progress: Progress,
) -> None:
    """Call `work` on every item, `parallel` at a time; it returns a short note for the progress display.

    The first exception (an unusable endpoint, say) stops what has not begun, lets what is in flight finish, and is raised.
    Failures of one item only are the worker's own to catch and to record.
    """
    if not items:
        return
    with progress.track(what, len(items)) as done, ThreadPoolExecutor(parallel, thread_name_prefix="kb-work") as pool:

        def one(item: Item) -> None:
            done(work(item))

        futures: list[Future[None]] = [pool.submit(one, item) for item in items]
        try:
            finished, _ = wait(futures, return_when=FIRST_EXCEPTION)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        for future in finished:
            if error := future.exception():
                pool.shutdown(wait=True, cancel_futures=True)
                raise error
