"""Points at which crash tests kill the process. Nothing happens there otherwise.

A point has a name, as `publish.before_flip`. Every write of the store has two, by the method that makes it:
`decide.before_commit` and `decide.after_commit`. A number behind the name (`save_call.after_commit:3`) means the third time
that the process comes there. `trace:FILE` kills nothing, and writes down the points that are passed.
"""

import os
import signal
import threading
from collections import Counter
from functools import cache
from pathlib import Path

from kb_pipeline.ports.releases import Failpoint

TRACE = "trace:"


def failpoint_at(wanted: str) -> Failpoint:
    """Kills this process, as a power cut would, when it comes to the point `wanted`; empty: never."""
    if not wanted:
        return _pass_by
    if wanted.startswith(TRACE):
        return _tracing(Path(wanted.removeprefix(TRACE)))
    name, _, time = wanted.partition(":")
    return _killing(name, int(time or 1))


def _pass_by(_name: str) -> None:
    """No test runs."""


@cache  # one count in a process, however many stores and publishers it opens
def _killing(wanted: str, time: int) -> Failpoint:
    passed, lock = Counter[str](), threading.Lock()

    def fall(name: str) -> None:
        with lock:
            passed[name] += 1
            if name == wanted and passed[name] == time:
                os.kill(os.getpid(), signal.SIGKILL)

    return fall


def _tracing(file: Path) -> Failpoint:
    lock = threading.Lock()

    def note(name: str) -> None:
        with lock, file.open("a", encoding="utf-8") as notes:
            notes.write(f"{name}\n")

    return note
