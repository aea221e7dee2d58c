"""Publications that the page has started: one at a time in each market, in the background. Known to this process only."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from kb_pipeline.errors import KBError

_log = logging.getLogger(__name__)
Step = Callable[[str], None]


@dataclass(frozen=True)
class Job:
    """How far it is; when it is over, `trouble` says why it failed, if it did."""

    step: str = ""
    running: bool = True
    trouble: str = ""


class Jobs:
    """The last job of each market. Thread-safe."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def of(self, market: str) -> Job | None:
        """The market's last job."""
        return self._jobs.get(market)

    def start(self, market: str, work: Callable[[Step], object]) -> bool:
        """Begin `work`, which is given a function to report its steps; False if a job is under way."""
        with self._lock:
            last = self._jobs.get(market)
            if last is not None and last.running:
                return False
            self._jobs[market] = Job()
        threading.Thread(target=self._run, args=(market, work), name=f"publish {market}", daemon=True).start()
        return True

    def _run(self, market: str, work: Callable[[Step], object]) -> None:
        end = Job(running=False, trouble="it stopped without a word; look at the log")
        try:
            work(lambda step: self._jobs.__setitem__(market, Job(step)))
            end = Job(running=False)
        except KBError as error:
            _log.warning("publishing in %s: %s", market, error)
            end = Job(running=False, trouble=str(error))
        finally:
            self._jobs[market] = end
