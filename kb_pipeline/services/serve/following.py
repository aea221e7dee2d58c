"""Looking at the store again and again, beside the requests: how long ago it was read, and what went wrong since."""

import logging
import threading
import time
from collections.abc import Callable

from kb_pipeline.errors import KBError

_LOG = logging.getLogger(__name__)
_SILENT = 5.0  # seconds without an answer after which the store counts as away, whether it refused or hangs
_PATIENCE = 5.0  # seconds that `close` waits for a look that has begun


class Follower:
    """Calls `look` now and then in a thread of its own. A look that fails leaves all as it was; the next one comes.

    Times are of the monotonic clock: a clock that is set moves nothing.
    """

    def __init__(self, name: str, look: Callable[[], None]) -> None:
        self._look = look
        self._read_at = time.monotonic()  # until the first look: since it was made
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._seconds = 0.0
        self.problem = ""  # why the last look failed; empty when it did not

    def look(self) -> None:
        """Look now. A KBError is kept in `problem`."""
        try:
            self._look()
        except KBError as error:
            if not self.problem:  # once an absence, not once a look
                _LOG.warning("%s: %s", self._thread.name, error)
            self.problem = str(error)
            return
        if self.problem:
            _LOG.warning("%s: the database answers again", self._thread.name)
        self.problem, self._read_at = "", time.monotonic()

    def start(self, seconds: float) -> None:
        """Look every so many seconds until `close()`."""
        self._seconds = seconds
        self._thread.start()

    def close(self) -> None:
        """Stop. A look that hangs is left behind."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join(_PATIENCE)

    @property
    def age(self) -> float:
        """Seconds since the last look that succeeded."""
        return time.monotonic() - self._read_at

    @property
    def is_away(self) -> bool:
        """Whether what it looks at does not answer now."""
        return bool(self.problem) or (self._thread.is_alive() and self.age > _SILENT)

    @property
    def is_dead(self) -> bool:
        """Whether its thread ended by itself, by a fault of ours."""
        return self._thread.ident is not None and not self._thread.is_alive() and not self._stopped.is_set()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            self.look()
