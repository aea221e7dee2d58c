"""Until an endpoint has answered once, a wrong address is likelier than a bad moment: it is found out soon, and said."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kb_pipeline.adapters.models.setbacks import Setback
from kb_pipeline.domain.calls import Outcome
from kb_pipeline.domain.characters import visible

START_SECONDS = 30.0  # that a server may take to start listening
MOST_PAGES = 2  # web pages in the place of an answer, before the address counts as wrong
_log = logging.getLogger(__name__)


class FirstAnswer:
    """What is known of an endpoint before, and of whether there was, its first answer. Thread-safe."""

    def __init__(self, seconds: float = START_SECONDS, is_known: Callable[[], bool] = lambda: False) -> None:
        """`seconds`: for how long nobody need listen there; `is_known`: whether this model gave usable replies before."""
        self._seconds, self._is_known, self._lock = seconds, is_known, threading.Lock()
        self._has_answered = self._has_told = False
        self._pages = 0
        self._until: float | None = None  # monotonic: until when somebody must listen

    def came(self) -> None:
        """The endpoint answered as a model does."""
        with self._lock:
            self._has_answered, self._until = True, None

    def until(self, deadline: float) -> float:
        """Until when (monotonic) a call may wait: its deadline, or less while nobody ever listened."""
        with self._lock:
            return deadline if self._until is None else min(deadline, self._until)

    def judge(self, setback: Setback, deadline: float) -> Setback:
        """The setback, that the endpoint cannot be used, or that it can and only this request fails.

        The first one that is tried again is logged, once.
        """
        with self._lock:
            if setback.alone and (self._has_answered or self._is_known()):
                return replace(setback, outcome=Outcome.ITEM_FAILED, remedy=setback.alone)
            judged = setback if self._has_answered else self._strictly(setback)
            if judged.outcome is Outcome.RETRY_NOW and not self._has_told:
                self._has_told = True
                left = (deadline if self._until is None else min(deadline, self._until)) - time.monotonic()
                when = datetime.now(UTC).astimezone() + timedelta(seconds=left)
                _log.warning("the model endpoint: %s; trying again until %s", visible(setback.message), f"{when:%H:%M:%S}")
            return judged

    def _strictly(self, setback: Setback) -> Setback:
        self._pages += setback.is_page
        if setback.lasting is Outcome.ENDPOINT_UNUSABLE and self._until is None:
            self._until = time.monotonic() + self._seconds
        is_late = setback.lasting is Outcome.ENDPOINT_UNUSABLE and self._until is not None and time.monotonic() >= self._until
        is_elsewhere = setback.is_page and self._pages >= MOST_PAGES
        return replace(setback, outcome=Outcome.ENDPOINT_UNUSABLE) if is_late or is_elsewhere else setback
