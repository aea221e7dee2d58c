"""`make torture`: every failpoint each time it is passed, then kills at random moments; progress, and a table at the end."""

import argparse
import logging
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pytest_httpserver import HTTPServer

from tests.crashes.kills import Killed, kill_once, points
from tests.crashes.story import Step, tell
from tests.e2e.endpoint import ScriptedEndpoint

LONGEST = 2.0  # seconds within which a random kill comes


def main() -> int:
    """The exit code: 1 if anything was found."""
    wanted = _arguments()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with HTTPServer() as server, tempfile.TemporaryDirectory(prefix="kb-torture.") as folder:
        endpoint = ScriptedEndpoint(server, seconds=0.02)
        began = time.monotonic()
        story = tell(Path(folder) / "story", endpoint.url)
        plan = [*_each_time(story, wanted.times, wanted.only), *_at_random(story, wanted.random, wanted.seed)]
        random.Random(wanted.seed).shuffle(plan)  # so that a part of it says something of all
        _say(f"{len(story)} acts told in {time.monotonic() - began:.0f} s; {len(plan)} kills")
        outcomes = list[Killed]()
        try:
            for n, (step, point, after) in enumerate(plan, 1):
                killed = kill_once(step, point, Path(folder) / "site", endpoint, after)
                outcomes.append(killed)
                _say(f"{n}/{len(plan)} {killed.step} {killed.point}: {'; '.join(killed.problems) or 'ok'}")
        except KeyboardInterrupt:
            _say("stopped; so far:")
        _print_table(outcomes, time.monotonic() - began)
    return 1 if any(killed.problems for killed in outcomes) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crashes", description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="how many of the times that a point is passed, evenly spread")
    parser.add_argument("--random", type=int, default=100, help="kills at random moments")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--only", default="", help="only points or acts with this in their names")
    return parser.parse_args()


def _each_time(story: tuple[Step, ...], times: int, only: str) -> Iterator[tuple[Step, str, None]]:
    for step in story:
        for point in points(step):
            passed = step.passed[point]
            chosen = sorted({1 + round(n * (passed - 1) / max(times - 1, 1)) for n in range(times)})
            yield from ((step, f"{point}:{n}", None) for n in chosen if only in f"{step.name} {point}")


def _at_random(story: tuple[Step, ...], number: int, seed: int) -> Iterator[tuple[Step, str, float]]:
    moments = random.Random(seed)
    for _ in range(number):
        yield moments.choice(story), "", moments.uniform(0.02, LONGEST)


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


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
