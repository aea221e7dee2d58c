"""What a sentence commits its writer to, and how two sentences differ in it. Values only: no words, no rules."""

from enum import StrEnum
from typing import NamedTuple

from kb_pipeline.domain.base import Value

Span = tuple[int, int]  # character offsets in the text that was read


class Kind(StrEnum):
    """What a commitment is about. Its name is the key under `cues` in a language's file, where it has words there."""

    NUMBER = "number"  # a number, in digits or in words
    ORDINAL = "ordinal"  # the second, 第二次
    BOUND = "bound"  # what a number is: at most, at least
    DENIAL = "denial"  # no
    MODALITY = "modality"
    CONDITION = "condition"
    TIME = "time"  # before or after an event
    EVENT = "event"  # only beside a time
    ROLE = "role"  # who
    ONLY = "only"
    QUANTITY = "quantity"  # of how many it is said: all, some
    ALTERNATIVE = "alternative"  # and, or
    PROMISE = "promise"
    NAME = "name"  # in Latin letters: of a product, a plan, a platform; found where two texts are compared


VALUES: dict[Kind, frozenset[str]] = {
    Kind.BOUND: frozenset(("at most", "below", "at least", "above")),
    # `refusal` denies by a verb, `no?` may deny without a negation; `weak` holds a negation that other languages need not say;
    # the others take one back, `affirmed?` always
    Kind.DENIAL: frozenset(("no", "refusal", "weak", "undone", "affirmed")),
    Kind.MODALITY: frozenset(("must", "can", "need not", "must not")),
    Kind.CONDITION: frozenset(("if", "unless")),
    Kind.TIME: frozenset(("before", "after")),
    Kind.EVENT: frozenset(
        ("order", "payment", "shipment", "delivery", "return", "refund", "cancellation", "opening", "signing")
    ),
    Kind.ROLE: frozenset(("buyer", "seller", "courier", "bank", "leader", "you")),
    Kind.ONLY: frozenset(("only", "except")),
    Kind.QUANTITY: frozenset(("all", "most", "not all", "some")),
    Kind.ALTERNATIVE: frozenset(("and", "or")),
    Kind.PROMISE: frozenset(("free", "guaranteed", "at once", "full")),
}


class Commitment(NamedTuple):
    """One thing that a text commits to: `value` is language-free, so that equal commitments are equal in every language.

    `about` is what it speaks of: the number of a bound, the events of a time (`payment+shipment`), the unit of a number.
    """

    kind: Kind
    value: str
    start: int
    end: int
    about: str = ""


class Status(StrEnum):
    """What became of a commitment of the first text in the second. What is unsure, as words may say it, is not told at all."""

    DIFFERING = "differing"  # the second has another value in its place
    MISSING = "missing"
    EXTRA = "extra"


class Difference(Value):
    """A commitment that two texts have not in common. A side that says nothing has an empty value, and no span."""

    kind: Kind
    status: Status
    here: str = ""
    there: str = ""
    here_span: Span | None = None
    there_span: Span | None = None
