"""Bounded side-by-side work on independent items. The workers store their own results; what they made is returned, too."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from kb_pipeline.domain.base import Value
from kb_pipeline.errors import CapReachedError, InHandError, LLMItemError
from kb_pipeline.ports.progress import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")
_WAITING = "another run has %d items in hand, or had when it was killed: waiting for it"
_LOG = logging.getLogger(__name__)
_PAUSES = (0.2, 2.0)  # seconds between two looks at what another run has in hand, at first and at last


class Failure(Value):
    """An item that failed by itself; the others went on. A later run tries it again."""

    item: str
    code: str
    message: str


@dataclass(frozen=True)
class Outcomes(Generic[Result]):
    """What became of the items, each in one of the three, in the order of the items.

    `still_due` names those that need a call which the run's cap does not allow; `capped` says which cap that is.
    """

    done: tuple[Result, ...] = ()
    failures: tuple[Failure, ...] = ()
    still_due: tuple[str, ...] = ()
    capped: str = ""


def run_all(
    what: str,
    items: Sequence[Item],
    work: Callable[[Item], Result],
    *,
    name: Callable[[Item], str],
    note: Callable[[Result], str],
    parallel: int,
    progress: Progress,
) -> Outcomes[Result]:
    """Call `work` on every item, `parallel` at a time. `name` says which item failed; `note` is shown with the progress.

    An LLMItemError fails its item only; at the cap of the run the items that need no new call go on; an item that another run
    has in hand is put off until the others are done, and then its answer is there. The first other exception (an unusable
    endpoint, say) stops what has not begun, lets what is in flight finish, and is raised.
    """
    if not items:
        return Outcomes()
    with progress.track(what, len(items)) as done:

        def attempt(item: Item) -> Outcomes[Result] | None:
            try:
                result = work(item)
            except InHandError:
                return None
            except LLMItemError as error:
                done(f"{name(item)}: failed")
                return Outcomes(failures=(Failure(item=name(item), code=error.code, message=str(error)),))
            except CapReachedError as error:
                done(f"{name(item)}: still due")
                return Outcomes(still_due=(name(item),), capped=error.message)
            done(note(result))
            return Outcomes(done=(result,))

        attempts = _until_all_are_met(attempt, items, parallel)
    return Outcomes(
        done=tuple(result for each in attempts for result in each.done),
        failures=tuple(failure for each in attempts for failure in each.failures),
        still_due=tuple(item for each in attempts for item in each.still_due),
        capped=next((each.capped for each in attempts if each.capped), ""),
    )


def _until_all_are_met(attempt: Callable[[Item], Result | None], items: Sequence[Item], parallel: int) -> list[Result]:
    """What `attempt` returns for each item, in order. An item for which it returns None is put off: the others come first."""
    met, waiting, pause = dict[int, Result](), list(range(len(items))), _PAUSES[0]
    while waiting:
        attempts = _side_by_side(attempt, [items[place] for place in waiting], parallel)
        met |= {place: result for place, result in zip(waiting, attempts, strict=True) if result is not None}
        still = [place for place in waiting if place not in met]
        pause = _PAUSES[0] if len(still) < len(waiting) else min(2 * pause, _PAUSES[1])
        waiting = still
        if waiting:
            _LOG.log(logging.WARNING if pause == _PAUSES[1] else logging.INFO, _WAITING, len(waiting))
            time.sleep(pause)
    return [met[place] for place in range(len(items))]


def _side_by_side(work: Callable[[Item], Result], items: Sequence[Item], parallel: int) -> list[Result]:
    """What `work` returns for each item, in order. The first exception stops what has not begun, and is raised."""
    with ThreadPoolExecutor(parallel, thread_name_prefix="kb-work") as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            finished, _ = wait(futures, return_when=FIRST_EXCEPTION)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        for future in finished:
            if error := future.exception():
                pool.shutdown(wait=True, cancel_futures=True)
                raise error
        return [future.result() for future in futures]
