"""The query log, written beside the requests: none waits for the database. `serving` redacts what comes in."""

import logging
import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta

from kb_pipeline.domain.answers import QueryRecord
from kb_pipeline.errors import KBError
from kb_pipeline.ports.query_log import QueryLog

_LOG = logging.getLogger(__name__)
_SLOWEST = 5.0  # seconds between two tries while the store is away
_PATIENCE = 10.0  # seconds that `close` waits for a write that has begun


class BufferedQueryLog:
    """Thread-safe. Records reach the store within about `seconds`; when more than `capacity` wait, the oldest are dropped.

    While the store is away they wait in memory (2 kB each) and are written when it is back.
    Records older than `days` are forgotten once an hour. `close()` writes what is left.
    """

    def __init__(self, store: QueryLog, *, days: int, capacity: int = 10_000, seconds: float = 0.2) -> None:
        self._store = store
        self._days = days
        self._capacity = capacity
        self._seconds = seconds
        self._waiting: deque[QueryRecord] = deque()
        self._writing_now = 0  # records that are on their way to the store
        self._dropped = 0
        self._lock = threading.Lock()  # of the queue: held for moments
        self._writing = threading.Lock()  # of the store: held while it writes
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="query-log", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many records were lost because the store was too slow or away."""
        return self._dropped

    @property
    def waiting(self) -> int:
        """How many records are not in the store yet."""
        return len(self._waiting) + self._writing_now

    def add(self, record: QueryRecord) -> None:
        """Keep a record soon. Never waits for the store."""
        with self._lock:
            self._waiting.append(record)
            self._cut()

    def flush(self) -> None:
        """Write all that was added before. Raises StoreError, and keeps the records for the next try."""
        with self._writing:
            with self._lock:
                batch, self._waiting = list(self._waiting), deque()
                self._writing_now = len(batch)
            if not batch:
                return
            try:
                self._store.save_queries(batch)
            except KBError:
                with self._lock:
                    self._waiting.extendleft(reversed(batch))
                    self._cut()
                raise
            finally:
                self._writing_now = 0

    def forget(self, now: datetime) -> int:
        """Delete what is older than the retention; how many records. Raises StoreError."""
        return self._store.forget_queries(now - timedelta(days=self._days))

    def close(self) -> None:
        """Stop the thread and write what is left; what the store does not take is lost, and the log says how much."""
        self._closed.set()
        self._thread.join(_PATIENCE)
        try:
            if not self._thread.is_alive():
                self.flush()
        except KBError as error:
            _LOG.warning("the query log: %s", error)
        if self.waiting:
            _LOG.error("the query log: %d lines are lost, the database did not take them", self.waiting)

    def _cut(self) -> None:
        while len(self._waiting) > self._capacity:
            self._waiting.popleft()
            self._dropped += 1

    def _run(self) -> None:
        forget_at, wait = time.monotonic(), self._seconds
        while not self._closed.wait(wait):
            try:
                self.flush()
                if time.monotonic() >= forget_at:
                    self.forget(datetime.now(UTC))
                    forget_at = time.monotonic() + 3600
            except KBError as error:
                if wait == self._seconds:  # once an absence
                    _LOG.warning("the query log waits in memory: %s", error)
                wait = min(2 * wait, _SLOWEST)
            else:
                wait = self._seconds
