"""What two texts do not have in common of what they commit to, kind by kind. The grammar of comparing; no language's words.

The second text is held against the first, as a translation or a claim is held against its source. Only what is certain on both
sides is a difference: words that may say it excuse, and nothing is said of a language whose words are not known.
"""

from collections.abc import Callable, Iterator

from kb_pipeline.steps.language.negation import hints_at_denial
from kb_pipeline.steps.meaning.alignment import Part, pairs
from kb_pipeline.steps.meaning.denial import CLAUSE, denial
from kb_pipeline.steps.meaning.differences import differing, extra, missing
from kb_pipeline.steps.meaning.lexicon import knows
from kb_pipeline.steps.meaning.quantities import bound, has_turned_bound, number, ordinal
from kb_pipeline.steps.meaning.reading import Reading
from kb_pipeline.steps.meaning.roles import role
from kb_pipeline.steps.meaning.values import VALUES, Commitment, Difference, Kind

_LONG = 160  # characters of a part from which a translator's freedom is too great to say that something is missing or put in


def compare(one: Reading, other: Reading) -> tuple[Difference, ...]:
    """The differences of two readings, in the order of the first text's parts and of the kinds."""
    return tuple([difference for part, counterpart in pairs(one, other) for difference in _differences(part, counterpart)])


def _differences(one: Part, other: Part) -> Iterator[Difference]:
    here, there = one.values, other.values
    for rule, begins, met in _RULES if here or there else ():
        if not begins.isdisjoint(here) or not met.isdisjoint(there):
            yield from rule(one, other)
    if len(one.key) < _LONG:
        yield from name(one, other)


def modality(one: Part, other: Part) -> Iterator[Difference]:
    """Must where it was can, and the reverse; need not where it was must not, and the reverse."""
    if len(one.key) > _LONG:
        return
    for value, opposite in _OPPOSITE_MODALITIES:
        if f"{value} not" not in other.values:
            yield from _turned(one, other, Kind.MODALITY, value, opposite)


_OPPOSITE_MODALITIES = (
    ("must", "can"),
    ("must", "need not"),
    ("can", "must"),
    ("need not", "must"),
    ("need not", "must not"),
    ("must not", "need not"),
)


def condition(one: Part, other: Part) -> Iterator[Difference]:
    """A condition that is gone, unless that has become if, and the reverse."""
    kind = Kind.CONDITION
    unless, if_ = one.says("unless"), one.says("if")
    if unless and not other.may_say(kind, "unless"):
        if there := other.says("if"):
            if len(other.of(Kind.DENIAL)) <= len(one.of(Kind.DENIAL)):
                yield differing(unless, there)
        elif not other.may_say(kind, "if"):
            yield missing(unless)
    elif if_ and not unless and "if" not in other.values:
        if there := other.says("unless"):
            if "no" not in one.values and not hints_at_denial(one.key, one.language):
                yield differing(if_, there)
        elif len(one.key) < _LONG and knows(other.language, kind) and not other.may_say(kind, "if", "unless"):
            yield missing(if_)


def time(one: Part, other: Part) -> Iterator[Difference]:
    """Before where it was after, and the reverse; another event."""
    kind = Kind.TIME
    for value, opposite in (("before", "after"), ("after", "before")):
        here, there = one.says(value), other.says(value)
        if here and not there:
            turned = other.says(opposite)
            if turned and opposite not in one.values and not other.may_say(kind, value):
                yield differing(here, turned)
        elif here and there and _are_of_other_events(here, there) and len(one.of(kind)) == len(other.of(kind)) == 1:
            yield differing(here, there, value=f"{value} {here.about}", other_value=f"{value} {there.about}")


def _are_of_other_events(here: Commitment, there: Commitment) -> bool:
    events, others = (set(one.about.split("+")) - {""} for one in (here, there))
    return bool(events and others) and events.isdisjoint(others)


def only(one: Part, other: Part) -> Iterator[Difference]:
    """A restriction or an exception that is gone, or put in; not where a bound has turned: not over 5, only up to 5."""
    if has_turned_bound(one, other):
        return
    for value in ("only", "except"):
        yield from _kept(one, other, Kind.ONLY, value)


def quantity(one: Part, other: Part) -> Iterator[Difference]:
    """All where it was some, some where it was all, all where it was not all."""
    for value, opposite in (("all", "some"), ("some", "all"), ("all", "not all"), ("most", "all"), ("all", "most")):
        yield from _turned(one, other, Kind.QUANTITY, value, opposite)
    here, there = one.says("not all"), other.says("all")
    if here and there and "all" not in one.values and not other.says("not all", "some") and not _is_denied(other, there):
        yield differing(here, there)


def _is_denied(part: Part, said: Commitment) -> bool:
    """Whether a negation stands before something in its clause: we do not ship to all islands."""
    text = part.reading.key
    return any(one.end <= said.start and not CLAUSE.search(text, one.end, said.start) for one in part.of(Kind.DENIAL))


def alternative(one: Part, other: Part) -> Iterator[Difference]:
    """Or where it was and, and the reverse; in a denial, and of all, both say the same. A part of a condition that is gone."""
    kind = Kind.ALTERNATIVE
    for value, opposite in (("or", "and"), ("and", "or")):
        here, there = one.says(value), other.says(opposite)
        if not here or value in other.values or other.may_say(kind, value):
            continue
        if there and not _is_free(one, other):
            if not one.may_say(kind, opposite):
                yield differing(here, there)
        elif len(one.key) < _LONG and (_is_one_of(one, other) if value == "or" else "if" in one.values):
            yield missing(here)


def _is_one_of(one: Part, other: Part) -> bool:
    """Whether the second text may join what is a choice in the first."""
    return not _is_free(one, other) and other.may_say(Kind.ALTERNATIVE, "and")


def _is_free(one: Part, other: Part) -> bool:
    """Whether and and or say the same: in a denial, and of all."""
    return not {"no", "all"}.isdisjoint(one.values) or not {"no", "all"}.isdisjoint(other.values) or "any" in one.key


def promise(one: Part, other: Part) -> Iterator[Difference]:
    """An undertaking that the first text has not, or that is gone."""
    for value in VALUES[Kind.PROMISE]:
        yield from _kept(one, other, Kind.PROMISE, value)


def name(one: Part, other: Part) -> Iterator[Difference]:
    """A name that has become another one, a letter another letter. One that is gone may be written in the other script."""
    new = _names_only_in(other, one)
    gone = _names_only_in(one, other) if new else []
    for is_letter in (True, False) if gone else ():
        here, there = (next((found for found in side if (len(found.value) == 1) is is_letter), None) for side in (gone, new))
        if here and there:
            yield differing(here, there)


def _names_only_in(one: Part, other: Part) -> list[Commitment]:
    """The names of a part that the other one has nowhere; a single letter is a name only where it stands as one."""
    own = [found for found in one.names() if len(found.value) == 1 or found.value not in other.key]
    letters = {found.value for found in other.names()} if any(len(found.value) == 1 for found in own) else set()
    return [found for found in own if found.value not in letters]


def _turned(one: Part, other: Part, kind: Kind, value: str, opposite: str) -> Iterator[Difference]:
    """A value that has become its opposite, where neither text may say both."""
    here, there = one.says(value), other.says(opposite)
    if not here or not there or value in other.values or opposite in one.values:
        return
    if not one.may_say(kind, opposite) and not other.may_say(kind, value):
        yield differing(here, there)


def _kept(one: Part, other: Part, kind: Kind, value: str) -> Iterator[Difference]:
    """A value that only one of the texts has."""
    here, there = one.says(value), other.says(value)
    if here and not there and knows(other.language, kind) and not other.may_say(kind, value):
        yield missing(here)
    elif there and not here and len(one.key) < _LONG and knows(one.language, kind) and not one.may_say(kind, value):
        yield extra(there)


_Rule = tuple[Callable[[Part, Part], Iterator[Difference]], frozenset[str], frozenset[str]]
_NONE = frozenset[str]()
# Each rule with the values of which the first text must have one, or the second, to be asked at all.
_RULES: tuple[_Rule, ...] = (
    (number, frozenset((Kind.NUMBER,)), frozenset((Kind.NUMBER,))),
    (ordinal, frozenset((Kind.ORDINAL,)), _NONE),
    (bound, VALUES[Kind.BOUND], _NONE),
    (denial, frozenset(("no", "negative", "refusal")), frozenset(("no",))),
    (modality, VALUES[Kind.MODALITY], _NONE),
    (condition, VALUES[Kind.CONDITION], _NONE),
    (time, VALUES[Kind.TIME], _NONE),
    (role, VALUES[Kind.ROLE], _NONE),
    (only, VALUES[Kind.ONLY], VALUES[Kind.ONLY]),
    (quantity, VALUES[Kind.QUANTITY], _NONE),
    (alternative, VALUES[Kind.ALTERNATIVE], _NONE),
    (promise, VALUES[Kind.PROMISE], VALUES[Kind.PROMISE]),
)
