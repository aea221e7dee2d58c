"""The query log, written beside the requests: none waits for the database. `serving` redacts what comes in."""

import logging
import threading
from collections import deque
from datetime import UTC, datetime, timedelta

from kb_pipeline.domain.answers import QueryRecord
from kb_pipeline.errors import KBError
from kb_pipeline.ports.query_log import QueryLog

_LOG = logging.getLogger(__name__)


class BufferedQueryLog:
    """Thread-safe. Records reach the store within about `seconds`; when more than `capacity` wait, the oldest are dropped.

    Records older than `days` are forgotten once an hour. `close()` writes what is left.
    """

    def __init__(self, store: QueryLog, *, days: int, capacity: int = 10_000, seconds: float = 0.2) -> None:
        self._store = store
        self._days = days
        self._capacity = capacity
        self._seconds = seconds
        self._waiting: deque[QueryRecord] = deque()
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
            if not batch:
                return
            try:
                self._store.save_queries(batch)
            except KBError:
                with self._lock:
                    self._waiting.extendleft(reversed(batch))
                    self._cut()
                raise

    def forget(self, now: datetime) -> int:
        """Delete what is older than the retention; how many records. Raises StoreError."""
        return self._store.forget_queries(now - timedelta(days=self._days))

    def close(self) -> None:
        """Stop the thread and write what is left. Raises StoreError."""
        self._closed.set()
        self._thread.join()
        self.flush()

    def _cut(self) -> None:
        while len(self._waiting) > self._capacity:
            self._waiting.popleft()
            self._dropped += 1

    def _run(self) -> None:
        forget_at = datetime.now(UTC)
        while not self._closed.wait(self._seconds):
            try:
                self.flush()
                if datetime.now(UTC) >= forget_at:
                    self.forget(datetime.now(UTC))
                    forget_at = datetime.now(UTC) + timedelta(hours=1)
            except KBError as error:
                _LOG.warning("the query log waits: %s", error)
