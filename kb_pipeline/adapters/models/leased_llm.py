"""A language model that several runs share: what one of them has in hand, the others put off. No calls are made here."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kb_pipeline.domain.base import fingerprint
from kb_pipeline.domain.calls import Answer, ModelAccount, ModelReply, ModelRequest
from kb_pipeline.errors import InHandError, StoreError
from kb_pipeline.ports.leases import CallLeases
from kb_pipeline.ports.models import LLM

_BEATS = 4  # renewals within the life of a lease: three of them may fail


class LeasedLLM:
    """ports.models.LLM around another one; every request is asked under a lease. Thread-safe. Call `close()` at the end."""

    def __init__(self, llm: LLM, leases: CallLeases, *, seconds: float) -> None:
        """`seconds`: how long a lease lasts without being renewed: after that, a killed run's requests are taken over."""
        self._llm = llm
        self._leases = leases
        self._seconds = seconds
        self._holder = uuid.uuid4().hex
        self._closed = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="kb-leases", daemon=True)
        self._start = threading.Lock()

    @property
    def model(self) -> str:
        """See ports.models.LLM."""
        return self._llm.model

    @property
    def account(self) -> ModelAccount:
        """See ports.models.LLM."""
        return self._llm.account

    def ask(self, request: ModelRequest, answer: type[Answer]) -> ModelReply[Answer]:
        """See ports.models.LLM. Raises InHandError where the very same request is being asked already."""
        with self._in_hand(fingerprint(self.model, request.model_dump(mode="json"), length=64)):
            return self._llm.ask(request, answer)

    def close(self) -> None:
        """Renew nothing more."""
        self._closed.set()
        if self._heart.ident is not None:
            self._heart.join()

    @contextmanager
    def _in_hand(self, key: str) -> Iterator[None]:
        if not self._leases.take_lease(key, self._holder, self._seconds):
            raise InHandError("this very request is being asked already", "wait until it is answered, then run again")
        with self._start:
            if self._heart.ident is None:
                self._heart.start()
        try:
            yield
        finally:
            self._leases.end_lease(key, self._holder)

    def _beat(self) -> None:
        while not self._closed.wait(self._seconds / _BEATS):
            with suppress(StoreError):  # the next beat may reach the store again; until then the leases last
                self._leases.renew_leases(self._holder, self._seconds)
