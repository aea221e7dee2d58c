"""Programs as child processes: each in its own session with its log, waited for until it answers, ended with all it started."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import httpx

from kb_pipeline.errors import KBError, PortTakenError, UsageError

_READY_SECONDS = 180.0  # a cold start on a busy machine takes about 60
_LOOK_SECONDS = 0.25
_END_SECONDS = 15.0
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProgramError(KBError):
    """A program did not get ready, or ended by itself."""

    code = "program"


@dataclass(frozen=True)
class Program:
    """What to start, where it listens, and which path answers 200 as soon as it is ready."""

    name: str
    title: str
    command: tuple[str, ...]
    host: str
    port: int
    ready: str
    change: str  # how to give it another port

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        return f"http://{'127.0.0.1' if self.host in {'0.0.0.0', '::'} else self.host}:{self.port}"  # noqa: S104 - compared


def check_ports(programs: Sequence[Program]) -> None:
    """Raises PortTakenError for the first port that somebody listens on, UsageError when two programs want the same."""
    for n, program in enumerate(programs):
        twin = next((p for p in programs[:n] if p.port == program.port), None)
        if twin:
            message = f"port {program.port} is given to both {twin.title} and {program.title}"
            raise UsageError(message, f"change one of them: {program.change}")
        with socket.socket(socket.AF_INET6 if ":" in program.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((program.host, program.port))
            except OSError as error:
                message = f"port {program.port} on {program.host}, meant for {program.title}, cannot be used: {error.strerror}"
                raise PortTakenError(
                    message, f"end the program that listens there, or choose another: {program.change}"
                ) from error


def free_port(host: str) -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class Stop:
    """Whether a person asked to stop: once is a wish, twice is an order."""

    def __init__(self) -> None:
        self.asked = 0

    def __bool__(self) -> bool:
        return self.asked > 0

    @property
    def now(self) -> bool:
        """Whether to kill instead of to wait."""
        return self.asked > 1

    def hear(self, _signal: int, _frame: FrameType | None) -> None:
        """The signal handler."""
        self.asked += 1


@contextmanager
def stopping() -> Iterator[Stop]:
    """Ctrl-C, SIGTERM and a closed terminal as a `Stop`, instead of as exceptions somewhere in the middle."""
    stop = Stop()
    before = [(number, signal.signal(number, stop.hear)) for number in _STOPS]
    try:
        yield stop
    finally:
        for number, handler in before:
            signal.signal(number, handler)


class Programs:
    """Running programs. `end` leaves none of them, and nothing that they started."""

    def __init__(self, logs: Path, environment: Mapping[str, str], stop: Stop) -> None:
        self._logs = logs
        self._environment = dict(environment)
        self._stop = stop
        self._running: list[tuple[Program, subprocess.Popen[bytes]]] = []

    def log(self, program: Program) -> Path:
        """Where the program writes."""
        return self._logs / f"{program.name}.log"

    def start(self, program: Program) -> None:
        """Start it; its log of the time before is kept as `.log.1`."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self.log(program)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                program.command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append((program, process))

    def wait_until_ready(self, tell: Callable[[str], None]) -> bool:
        """True as soon as all answer; False when a person asked to stop. Raises ProgramError."""
        waiting, started = [program for program, _ in self._running], time.monotonic()
        while waiting and not self._stop:
            self._raise_for_dead()
            for program in [p for p in waiting if _answers(p)]:
                waiting.remove(program)
                tell(f"{program.name} {time.monotonic() - started:.1f} s")
            if waiting and time.monotonic() - started > _READY_SECONDS:
                raise self._failed(waiting[0], f"was not ready within {_READY_SECONDS:.0f} s")
            time.sleep(_LOOK_SECONDS)
        return not self._stop

    def watch(self) -> None:
        """Return when a person asks to stop. Raises ProgramError when one ends by itself."""
        while not self._stop:
            self._raise_for_dead()
            time.sleep(_LOOK_SECONDS)

    def end(self) -> None:
        """End them all at once: asked politely first, killed after a while or at a second Ctrl-C."""
        for _, process in self._running:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)  # the leader only: Dagster's ends its own children in order
        until = time.monotonic() + _END_SECONDS
        while not self._stop.now and time.monotonic() < until and any(p.poll() is None for _, p in self._running):
            time.sleep(0.05)
        for _, process in self._running:
            _kill_group(process.pid)  # the leader if it is still there, and whatever it left behind
            process.wait()
        self._running.clear()

    def _raise_for_dead(self) -> None:
        for program, process in self._running:
            if process.poll() is not None:
                raise self._failed(program, f"ended by itself (exit code {process.returncode})")

    def _failed(self, program: Program, what: str) -> ProgramError:
        log = self.log(program)
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
        tail = "".join(f"\n    {line}" for line in last)
        return ProgramError(f"{program.title} {what}{tail}", f"read its log: {log}")


def _answers(program: Program) -> bool:
    try:
        return httpx.get(program.url + program.ready, timeout=2.0).is_success
    except httpx.HTTPError:
        return False


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return  # nothing is left, as it should be
