"""`make torture`: every failpoint each time it is passed, then kills at random moments; progress, and a table at the end.

What fails is told with the command that does it again. A random moment is of the clock, so that it may not be met twice.
"""

import argparse
import logging
import random
import shlex
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from pytest_httpserver import HTTPServer

from tests.crashes.kills import Killed, kill_once, points
from tests.crashes.story import Step, tell
from tests.e2e.endpoint import ScriptedEndpoint

LONGEST = 2.0  # seconds within which a random kill comes


class Planned(NamedTuple):
    """A kill to come: at a point, or `after` some seconds."""

    step: Step
    point: str
    after: float | None = None

    @property
    def name(self) -> str:
        """As `--only` takes it."""
        return f"{self.step.name} {self.point or f'after {self.after:.2f} s'}"


def main() -> int:
    """The exit code: 1 if anything was found."""
    wanted = _arguments()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kb-torture.")))
        servers = [stack.enter_context(HTTPServer()) for _ in range(wanted.workers)]
        endpoints = [ScriptedEndpoint(server, seconds=0.02) for server in servers]
        began = time.monotonic()
        story = tell(folder / "story", endpoints[0].url)
        plan = [*_each_time(story, wanted.times), *_at_random(story, wanted.random, wanted.seed)]
        plan = [planned for planned in plan if wanted.only in planned.name]
        random.Random(wanted.seed).shuffle(plan)  # so that a part of it says something of all
        _say(f"{len(story)} acts told in {time.monotonic() - began:.0f} s; {len(plan)} kills")
        outcomes = list[Killed]()
        for killed in _killed(plan, folder, endpoints, began + wanted.minutes * 60):
            outcomes.append(killed)
            _say(f"{len(outcomes)}/{len(plan)} {killed.step} {killed.point}: {'; '.join(killed.problems) or 'ok'}")
        _print_table(outcomes, time.monotonic() - began)
        _print_failures(outcomes, wanted)
    return 1 if any(killed.problems for killed in outcomes) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crashes", description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="how many of the times that a point is passed, evenly spread")
    parser.add_argument("--random", type=int, default=100, help="kills at random moments")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--only", default="", help="only kills with this in their names, as `07-decide decide.before_commit:1`")
    parser.add_argument("--workers", type=int, default=2, help="kills at once, each of a home of its own")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no kill later than that")
    return parser.parse_args()


def _each_time(story: tuple[Step, ...], times: int) -> Iterator[Planned]:
    for step in story:
        for point in points(step):
            passed = step.passed[point]
            chosen = sorted({1 + round(n * (passed - 1) / max(times - 1, 1)) for n in range(times)})
            yield from (Planned(step, f"{point}:{n}") for n in chosen)


def _at_random(story: tuple[Step, ...], number: int, seed: int) -> Iterator[Planned]:
    moments = random.Random(seed)
    for _ in range(number):
        yield Planned(moments.choice(story), "", moments.uniform(0.02, LONGEST))


def _killed(plan: list[Planned], folder: Path, endpoints: list[ScriptedEndpoint], until: float) -> Iterator[Killed]:
    """What came of each kill, as they end. A worker has an endpoint of its own, which counts what is paid."""
    free = SimpleQueue[tuple[int, ScriptedEndpoint]]()
    for place in enumerate(endpoints):
        free.put(place)

    def kill(planned: Planned) -> Killed | None:
        if time.monotonic() > until:
            return None
        number, endpoint = free.get()
        try:
            return kill_once(planned.step, planned.point, folder / f"site{number}", endpoint, planned.after)
        finally:
            free.put((number, endpoint))

    with ThreadPoolExecutor(len(endpoints)) as pool:
        for future in as_completed([pool.submit(kill, planned) for planned in plan]):
            if killed := future.result():
                yield killed


def _print_table(outcomes: list[Killed], seconds: float) -> None:
    """Kills, violations and lost calls by act."""
    rows = defaultdict[str, list[Killed]](list)
    for killed in outcomes:
        rows["at random moments" if killed.point.startswith("after ") else killed.step.split("-", 1)[1]].append(killed)
    rows["all"] = outcomes
    _say(f"{'act':<20} {'kills':>6} {'violations':>11} {'calls paid twice':>17}")
    for act, found in rows.items():
        broken, lost = sum(1 for killed in found if killed.problems), sum(killed.lost for killed in found)
        _say(f"{act:<20} {len(found):>6} {broken:>11} {lost:>17}")
    _say(f"{seconds / 60:.0f} minutes, {seconds / max(len(outcomes), 1):.1f} s a kill")


def _print_failures(outcomes: list[Killed], wanted: argparse.Namespace) -> None:
    """The command that does each failed kill again."""
    for killed in outcomes:
        if killed.problems:
            same = f"--times {wanted.times} --random {wanted.random} --seed {wanted.seed}"
            _say(f"again: python -m tests.crashes {same} --only {shlex.quote(f'{killed.step} {killed.point}')}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
