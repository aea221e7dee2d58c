"""One kill: do an act, die at a point, look at what is left, go on, and compare with the uninterrupted story."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.crashes.story import Step, breaches, perform, state
from tests.e2e.endpoint import ScriptedEndpoint

PARALLEL = 2  # model calls in flight
WITH_EMBEDDER = "save_vectors."  # points that are passed only while vectors are missing: the killed acts have them all


class Killed(NamedTuple):
    """What came of one kill. `lost`: model calls that were paid twice, since they were in flight."""

    step: str
    point: str
    problems: tuple[str, ...]
    lost: int


def points(step: Step) -> list[str]:
    """The failpoints of an act, in the order in which it first passes them."""
    return [point for point in step.passed if not point.startswith(WITH_EMBEDDER)]


def kill_once(step: Step, point: str, site: Path, endpoint: ScriptedEndpoint, kill_after: float | None = None) -> Killed:
    """From the state before the act: die at `point` (or after some seconds), then go on to the end."""
    shutil.copytree(step.before, site)
    endpoint.forget()
    try:
        died = perform(step.act, site, endpoint.url, point, kill_after)
        problems = [] if died == -signal.SIGKILL or kill_after else [f"it did not die, but ended with {died}"]
        problems += [f"after the kill: {breach}" for breach in breaches(site, endpoint.url)]
        problems += _go_on(step, site, endpoint)
    finally:
        shutil.rmtree(site)
    return _outcome(step, point or f"after {kill_after:.2f} s", problems, endpoint)


def kill_at_all(step: Step, wanted: list[str], site: Path, endpoint: ScriptedEndpoint) -> Iterator[Killed]:
    """Die at one point after the other without going back to the state before; then go on to the end."""
    shutil.copytree(step.before, site)
    endpoint.forget()
    done = list[str]()  # points that the kills before left nothing to do at
    for point in wanted:
        died = perform(step.act, site, endpoint.url, point)
        if died == 0:
            done.append(point)
            continue
        problems = [] if died == -signal.SIGKILL else [f"it did not die, but ended with {died}"]
        problems += breaches(site, endpoint.url)
        yield _outcome(step, point, problems, endpoint, kills=len(wanted))
    yield _outcome(step, "the end", _go_on(step, site, endpoint), endpoint, kills=len(wanted))
    for point in done:
        yield kill_once(step, point, site.with_name(f"{site.name}-{point}"), endpoint)


def _go_on(step: Step, site: Path, endpoint: ScriptedEndpoint) -> list[str]:
    """Do the act again; what is wrong then."""
    code = perform(step.act, site, endpoint.url)
    problems = [f"the next try ended with {code}"] if code else []
    problems += [f"at the end: {breach}" for breach in breaches(site, endpoint.url)]
    reached = state(site, endpoint.url)
    return problems + [f"other {name} than without the kill" for name in reached if reached[name] != step.after[name]]


def _outcome(step: Step, point: str, problems: list[str], endpoint: ScriptedEndpoint, kills: int = 1) -> Killed:
    lost = sum(endpoint.asked.values()) - len(endpoint.asked)
    if lost > kills * PARALLEL:
        problems = [*problems, f"{lost} model calls were paid twice"]
    return Killed(step.name, point, tuple(problems), lost)
