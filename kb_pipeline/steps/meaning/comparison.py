"""What two texts do not have in common of what they commit to, kind by kind. The grammar of comparing; no language's words.

The second text is held against the first, as a translation or a claim is held against its source. Only what is certain on both
sides is a difference; where words may say it, it is unsure.
"""

from collections.abc import Iterator

from kb_pipeline.steps.language.negation import hints_at_denial
from kb_pipeline.steps.meaning.alignment import Part, pairs
from kb_pipeline.steps.meaning.denial import denial
from kb_pipeline.steps.meaning.differences import differing, extra, missing
from kb_pipeline.steps.meaning.lexicon import knows

from kb_pipeline.steps.meaning.quantities import bound, number, ordinal
from kb_pipeline.steps.meaning.reading import Reading
from kb_pipeline.steps.meaning.roles import role
from kb_pipeline.steps.meaning.values import Commitment, Difference, Kind

_LONG = 160  # characters of a part from which a translator's freedom is too great to say that something is missing or put in


def compare(one: Reading, other: Reading) -> tuple[Difference, ...]:
    """The differences of two readings, in the order of the first text's parts and of the kinds."""
    return tuple(difference for part, counterpart in pairs(one, other) for difference in _differences(part, counterpart))


def _differences(one: Part, other: Part) -> Iterator[Difference]:
    for rule in (number, ordinal, bound, denial, modality, condition, time, role, only, quantity, alternative, promise, name):
        yield from rule(one, other)


def modality(one: Part, other: Part) -> Iterator[Difference]:
    """Must where it was can, and the reverse; need not where it was must not, and the reverse."""
    kind = Kind.MODALITY
    for value, opposite in (("must", "can"), ("can", "must"), ("need not", "must not"), ("must not", "need not")):
        here, there = one.says(kind, value), other.says(kind, opposite)
        excused = len(one.key) > _LONG or one.may_say(kind, opposite) or other.may_say(kind, value) or other.says(kind, f"{value} not")
        if here and there and not excused:
            yield differing(here, there)


def condition(one: Part, other: Part) -> Iterator[Difference]:
    """A condition that is gone, or unless that has become if."""
    kind = Kind.CONDITION
    unless, if_ = one.says(kind, "unless"), one.says(kind, "if")
    if unless and not other.may_say(kind, "unless"):
        if there := other.says(kind, "if"):
            if len(other.of(Kind.DENIAL)) <= len(one.of(Kind.DENIAL)):
                yield differing(unless, there)
        elif not other.may_say(kind, "if"):
            yield missing(unless)
    elif if_ and not unless and knows(other.language, kind):
        if not other.may_say(kind, "if", "unless") and len(one.key) < _LONG:
            yield missing(if_)
        elif (there := other.says(kind, "unless")) and not hints_at_denial(one.key, one.language) and not other.says(kind, "if"):
            yield differing(if_, there)


def time(one: Part, other: Part) -> Iterator[Difference]:
    """Before where it was after, and the reverse; another event."""
    kind = Kind.TIME
    for value, opposite in (("before", "after"), ("after", "before")):
        here, there = one.says(kind, value), other.says(kind, opposite)
        if here and there and not one.says(kind, opposite) and not other.may_say(kind, value):
            yield differing(here, there)
        here, there = one.says(kind, value), other.says(kind, value)
        if here and there and here.about and there.about and len(one.of(kind)) == len(other.of(kind)) == 1:
            if not set(here.about.split("+")) & set(there.about.split("+")):
                yield differing(here, there, value=f"{value} {here.about}", other_value=f"{value} {there.about}")


def only(one: Part, other: Part) -> Iterator[Difference]:
    """A restriction or an exception that is gone, or put in."""
    for value in ("only", "except"):
        yield from kept(one, other, Kind.ONLY, value)


def quantity(one: Part, other: Part) -> Iterator[Difference]:
    """All where it was some, some where it was all, all where it was not all."""
    kind = Kind.QUANTITY
    for value, opposite in (("all", "some"), ("some", "all"), ("not all", "all"), ("all", "not all")):
        here, there = one.says(kind, value), other.says(kind, opposite)
        if not here or not there or one.says(kind, opposite):
            continue
        excuse = other.says(kind, "not all", "some") if value == "not all" else other.may_say(kind, value)
        if not excuse and not one.may_say(kind, opposite):
            yield differing(here, there)


def alternative(one: Part, other: Part) -> Iterator[Difference]:
    """Or where it was and, and the reverse; in a denial, and of all, both say the same. A part of a condition that is gone."""
    kind = Kind.ALTERNATIVE
    for value, opposite in (("or", "and"), ("and", "or")):
        here, there = one.says(kind, value), other.says(kind, opposite)
        if not here or other.may_say(kind, value):
            continue
        if there and not _is_free(one, other):
            if not one.may_say(kind, opposite):
                yield differing(here, there)
        elif len(one.key) < _LONG and (_is_one_of(one, other) if value == "or" else one.says(Kind.CONDITION, "if")):
            yield missing(here)


def _is_one_of(one: Part, other: Part) -> bool:
    """Whether the second text may join what is a choice in the first."""
    return not _is_free(one, other) and other.may_say(Kind.ALTERNATIVE, "and")


def _is_free(one: Part, other: Part) -> bool:
    """Whether and and or say the same: in a denial, and of all."""
    return bool(one.of(Kind.DENIAL) or other.of(Kind.DENIAL) or one.may_say(Kind.QUANTITY, "all"))


def promise(one: Part, other: Part) -> Iterator[Difference]:
    """An undertaking that the first text has not, or that is gone."""
    for value in ("free", "guaranteed", "at once", "full"):
        yield from kept(one, other, Kind.PROMISE, value)


def kept(one: Part, other: Part, kind: Kind, value: str) -> Iterator[Difference]:
    """A value that only one of the texts has."""
    here, there = one.says(kind, value), other.says(kind, value)
    if here and not there and knows(other.language, kind) and not other.may_say(kind, value):
        yield missing(here)
    elif there and not here and len(one.key) < _LONG and knows(one.language, kind) and not one.may_say(kind, value):
        yield extra(there)


def name(one: Part, other: Part) -> Iterator[Difference]:
    """A name that has become another one, a letter another letter. One that is gone may be written in the other script."""
    for letters in (True, False) if len(one.key) < _LONG else ():
        gone, new = (_names_only_in(*sides, letters=letters) for sides in ((one, other), (other, one)))
        if gone and new:
            yield differing(gone[0], new[0])


def _names_only_in(one: Part, other: Part, *, letters: bool) -> list[Commitment]:
    own = [found for found in one.of(Kind.NAME) if (found.end - found.start == 1) is letters]
    theirs = {found.value for found in other.of(Kind.NAME)} if letters and own else set()
    return [found for found in own if found.value not in (theirs if letters else other.key)]
