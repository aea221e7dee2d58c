"""The ten invariants by name, each in a plain sentence, and the one function that checks them all."""

import time
from collections.abc import Callable, Iterator

from kb_pipeline.domain.base import Value
from kb_pipeline.errors import KBError
from kb_pipeline.services.invariants.decided import decisions_are_there_once, events_are_the_states, trail_is_whole
from kb_pipeline.services.invariants.home import RESTORE, Breach, Home
from kb_pipeline.services.invariants.served import is_ready_soon, pointer_is_verified, releases_are_complete, texts_are_approved
from kb_pipeline.services.invariants.written import calls_are_stored, nothing_is_damaged, work_fits_together

INVARIANTS: tuple[tuple[str, str, Callable[[Home], Iterator[Breach]]], ...] = (
    ("I1", "Every decision that was acknowledged is there, once.", decisions_are_there_once),
    ("I2", "Every text that is served is a revision that a person approved, to the byte.", texts_are_approved),
    ("I3", "Every answer comes from one complete release.", releases_are_complete),
    ("I4", "The pointer never names a release that was not found fit.", pointer_is_verified),
    ("I5", "A model's answer that was stored is never paid again.", calls_are_stored),
    ("I6", "The audit trail tells of every change of a state, and of nothing else.", events_are_the_states),
    ("I7", "The audit trail proves itself.", trail_is_whole),
    ("I8", "A run that was killed and started again ends where an uninterrupted one does.", work_fits_together),
    ("I9", "The database is sound, and every index belongs to a release.", nothing_is_damaged),
    ("I10", "It is ready to answer within ten seconds.", is_ready_soon),
)


class Found(Value):
    """What checking one invariant found; `breaches` are pairs of what is wrong and what to do."""

    name: str
    sentence: str
    breaches: tuple[Breach, ...] = ()
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.breaches


def check_invariants(home: Home) -> tuple[Found, ...]:
    """All of them, in order; each is checked, whatever the others found. What cannot be checked does not hold."""
    return tuple(_check(home, name, sentence, check) for name, sentence, check in INVARIANTS)


def _check(home: Home, name: str, sentence: str, check: Callable[[Home], Iterator[Breach]]) -> Found:
    began = time.monotonic()
    breaches = list[Breach]()
    try:
        breaches += check(home)
    except KBError as error:
        breaches.append(Breach(f"it cannot be checked: {error.message}", error.remedy or RESTORE))
    return Found(name=name, sentence=sentence, breaches=tuple(breaches), seconds=round(time.monotonic() - began, 3))
