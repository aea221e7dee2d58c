"""The memo of model calls under the cap of a run: what is stored is found as ever, and no new call begins at the cap."""

from collections.abc import Callable

from kb_pipeline.domain.calls import StoredCall, UnusableReply
from kb_pipeline.domain.run_cap import RunCap, RunUsage
from kb_pipeline.errors import CapReachedError
from kb_pipeline.ports.models import CallStore


class CappedCalls:
    """ports.models.CallStore. Whoever asks for a call that is not stored is about to pay for it: this is where the cap holds.

    A call that has begun is finished, so a run takes more than its cap by one call of each worker at most.
    `spent`: what the run took so far, in all its steps.
    """

    def __init__(self, calls: CallStore, cap: RunCap, spent: Callable[[], RunUsage]) -> None:
        self._calls = calls
        self._cap = cap
        self._spent = spent

    def find_call(self, fingerprint: str) -> StoredCall | None:
        """The stored call; None: it may be paid for now. Raises CapReachedError where it may not."""
        stored = self._calls.find_call(fingerprint)
        if stored is None and not self._cap.is_open:
            self._refuse_at_the_cap()
        return stored

    def has_calls(self, model: str) -> bool:
        """See ports.models.CallStore."""
        return self._calls.has_calls(model)

    def save_call(self, call: StoredCall) -> None:
        """See ports.models.CallStore."""
        self._calls.save_call(call)

    def save_unusable(self, reply: UnusableReply) -> None:
        """See ports.models.CallStore. The model would be asked once more now: raises CapReachedError where it may not."""
        self._calls.save_unusable(reply)
        if not self._cap.is_open:
            self._refuse_at_the_cap()

    def set_aside(self, fingerprint: str, problem: str) -> None:
        """See ports.models.CallStore."""
        self._calls.set_aside(fingerprint, problem)

    def _refuse_at_the_cap(self) -> None:
        spent = self._spent()
        if spent.calls and not spent.usage.prompt_tokens:
            raise CapReachedError(
                "the endpoint does not say how many tokens a call takes, so a cap cannot be kept",
                "run without KB_RUN_TOKENS and KB_RUN_COST, or use an endpoint that reports `usage`",
            )
        if reached := self._cap.reached_by(spent.usage):
            raise CapReachedError(reached, "run again to go on: a new run has a new cap, and finished calls are kept")
