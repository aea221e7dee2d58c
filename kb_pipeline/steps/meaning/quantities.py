"""Numbers, ordinals and bounds of two texts, compared."""

from collections.abc import Iterator

from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.meaning.alignment import Part
from kb_pipeline.steps.meaning.differences import differing
from kb_pipeline.steps.meaning.numbers import is_count, possible_numbers, possible_words, written
from kb_pipeline.steps.meaning.values import Commitment, Difference, Kind

_UP, _DOWN = frozenset(("at most", "below")), frozenset(("at least", "above"))


def number(one: Part, other: Part) -> Iterator[Difference]:
    """A count that has become another one: gone on the one side, new on the other. Other facts have rules of their own."""
    yield from _exchanged(one, other, Kind.NUMBER)
    yield from _of_another_thing(one, other)


def ordinal(one: Part, other: Part) -> Iterator[Difference]:
    """The second that has become the third."""
    yield from _exchanged(one, other, Kind.ORDINAL)


def _exchanged(one: Part, other: Part, kind: Kind) -> Iterator[Difference]:
    gone, new = _only_in(one, other, kind), _only_in(other, one, kind)
    if new and not gone and kind is Kind.NUMBER:
        gone = _possibly_only_in(one, other)
    for here, there in zip(gone, new, strict=False):
        yield differing(here, there)


def _only_in(one: Part, other: Part, kind: Kind) -> list[Commitment]:
    """The counts, or ordinals, of a part whose value is nowhere in the other."""
    own = [commitment for commitment in one.of(kind) if is_count(commitment)]
    theirs = {number.value for of in (Kind.NUMBER, Kind.ORDINAL) for number in other.of(of)} if own else set()
    rest = [number for number in own if number.value not in theirs]
    known = possible_numbers(other.key, other.language) if rest else set()
    return [number for number in rest if number.value not in known]


def _possibly_only_in(one: Part, other: Part) -> list[Commitment]:
    """Words that may stand for a number, which the other part has nowhere: both, where it says three."""
    known = possible_numbers(other.key, other.language) | {number.value for number in other.of(Kind.NUMBER)}
    return [found for found in possible_words(one.key, one.language, one.span[0]) if found.value not in known]


def _of_another_thing(one: Part, other: Part) -> Iterator[Difference]:
    """Numbers with a classifier that cannot count what the first text counts: 3 photos, as if they were animals."""
    classifies = language_of(other.language).numbers.classifies
    counted = (
        {number.value: number for number in one.of(Kind.NUMBER) if number.about and is_count(number)} if classifies else {}
    )
    for there in other.of(Kind.NUMBER) if counted else ():
        here, behind = counted.get(there.value), other.reading.key[there.end : there.end + 12].lstrip()
        classifier = next((word for word in classifies if behind.startswith(word)), None)
        if here and classifier and here.about not in classifies[classifier]:
            yield differing(here, there, f"{here.value} {here.about}", f"{there.value} {classifier}")


def bound(one: Part, other: Part) -> Iterator[Difference]:
    """At most where it was at least. Over a denial on one side only it says the same (not over 5, only up to 5), and so it does
    before an event: at least 24 hours before it, up to 24 hours before it.
    """
    if "before" in one.values and "before" in other.values:
        return
    if _denies(one) is _denies(other):
        for here, there in _turned(one, other):
            yield differing(here, there, _shown(one, here), _shown(other, there))


def _denies(part: Part) -> bool:
    return any(found.value != "weak" for found in part.of(Kind.DENIAL))


def _shown(part: Part, bound: Commitment) -> str:
    """A bound with its number as it is written."""
    number = next(number for number in part.of(Kind.NUMBER) if number.value == bound.about)
    return f"{bound.value} {part.reading.text[number.start : number.end].strip()}"


def has_turned_bound(one: Part, other: Part) -> bool:
    """Whether a number has a bound in one part, and the opposite in the other."""
    return next(_turned(one, other), None) is not None


def _turned(one: Part, other: Part) -> Iterator[tuple[Commitment, Commitment]]:
    ours, theirs = (_by_number(part) for part in (one, other))
    if ours.keys().isdisjoint(theirs):  # two dates, 2 days
        ours, theirs = (_by_written_number(part, bounds) for part, bounds in ((one, ours), (other, theirs)))
    for about, here in ours.items():
        there = theirs.get(about)
        if there and any({a.value for a in here} <= up and {b.value for b in there} <= down for up, down in _OPPOSITES):
            yield here[0], there[0]


def _by_written_number(part: Part, bounds: dict[str, list[Commitment]]) -> dict[str, list[Commitment]]:
    values = {number.value: written(number) for number in part.of(Kind.NUMBER)} if bounds else {}
    return {values[about]: found for about, found in bounds.items() if about in values}


_OPPOSITES = ((_UP, _DOWN), (_DOWN, _UP))


def _by_number(part: Part) -> dict[str, list[Commitment]]:
    found: dict[str, list[Commitment]] = {}
    for one in part.of(Kind.BOUND):
        found.setdefault(one.about, []).append(one)
    return found
