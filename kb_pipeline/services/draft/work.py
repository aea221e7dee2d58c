"""Bounded side-by-side work on independent items. The workers store their own results; what they made is returned, too.

An item that fails by itself is remembered over runs: it is tried in `MOST_RUNS` of them, then it rests until a person asks.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.failures import FailedItem
from kb_pipeline.errors import CapReachedError, InHandError, LLMItemError
from kb_pipeline.ports.failures import FailureStore
from kb_pipeline.ports.progress import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")
_WAITING = "another run has %d items in hand, or had when it was killed: waiting for it"
_LOG = logging.getLogger(__name__)
_PAUSES = (0.2, 2.0)  # seconds between two looks at what another run has in hand, at first and at last


class Failure(Value):
    """An item that failed by itself; the others went on."""

    item: str
    code: str
    message: str


@dataclass(frozen=True)
class Outcomes(Generic[Result]):
    """What became of the items, each in one of the four, in the order of the items. `resting` were not tried.

    `still_due` names those that need a call which the run's cap does not allow; `capped` says which cap that is.
    """

    done: tuple[Result, ...] = ()
    failures: tuple[Failure, ...] = ()
    resting: tuple[Failure, ...] = ()
    still_due: tuple[str, ...] = ()
    capped: str = ""


@dataclass(frozen=True)
class Work(Generic[Item, Result]):
    """One stage's work. `name` says which item failed, `note` is shown with the progress.

    `identity`: the fingerprint of all that decides what a model is asked, so that an item whose input changed is a new one.
    """

    stage: str
    do: Callable[[Item], Result]
    name: Callable[[Item], str]
    note: Callable[[Result], str]
    identity: Callable[[Item], str]


def run_all(
    work: Work[Item, Result], items: Sequence[Item], failed: FailureStore, *, parallel: int, progress: Progress
) -> Outcomes[Result]:
    """Do the work on every item of the stage that is due, `parallel` at a time.

    An LLMItemError fails its item only, and is written down; at the cap of the run the items that need no new call go on; an
    item that another run has in hand is put off until the others are done, and then its answer is there. The first other
    exception (an unusable endpoint, say) stops what has not begun, lets what is in flight finish, and is raised.
    """
    known = {item.id: item for item in failed.failed_items(work.stage)}
    ids = [work.identity(item) for item in items]
    failed.forget_failed_items(known.keys() - set(ids))
    resting = {id_ for id_ in ids if id_ in known and known[id_].rests}
    due = [(item, id_) for item, id_ in zip(items, ids, strict=True) if id_ not in resting]
    attempts = list[Outcomes[Result]]()
    if due:
        with progress.track(work.stage, len(due)) as done:

            def attempt(one: tuple[Item, str]) -> Outcomes[Result] | None:
                item, id_ = one
                try:
                    outcome = _attempt(work, item, id_, known.get(id_), failed)
                except InHandError:
                    return None
                left = "still due" if outcome.still_due else "failed"
                done(work.note(outcome.done[0]) if outcome.done else f"{work.name(item)}: {left}")
                return outcome

            attempts = _until_all_are_met(attempt, due, parallel)
    return Outcomes(
        done=tuple(result for each in attempts for result in each.done),
        failures=tuple(failure for each in attempts for failure in each.failures),
        resting=tuple(_resting(known[id_]) for id_ in dict.fromkeys(ids) if id_ in resting),
        still_due=tuple(item for each in attempts for item in each.still_due),
        capped=next((each.capped for each in attempts if each.capped), ""),
    )


def _attempt(
    work: Work[Item, Result], item: Item, id_: str, before: FailedItem | None, failed: FailureStore
) -> Outcomes[Result]:
    """One item, done or failed; how it ended is durable then."""
    try:
        result = work.do(item)
    except LLMItemError as error:
        name, runs = work.name(item), before.runs + 1 if before else 1
        failed.save_failed_item(
            FailedItem(
                id=id_, stage=work.stage, item=name, runs=runs, at=datetime.now(UTC),
                code=error.code, message=error.message, remedy=error.remedy,
            )
        )  # fmt: skip
        return Outcomes(failures=(Failure(item=name, code=error.code, message=str(error)),))
    except CapReachedError as error:
        return Outcomes(still_due=(work.name(item),), capped=error.message)
    if before is not None:
        failed.forget_failed_items([id_])
    return Outcomes(done=(result,))


def _resting(item: FailedItem) -> Failure:
    return Failure(item=item.item, code=item.code, message=f"failed in {item.runs} runs, so it rests: {item.message}")


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
