"""Who does something in two texts, compared: another role, or the same two in each other's place."""

import re
from collections.abc import Iterator
from functools import lru_cache

from kb_pipeline.steps.language.patterns import NEVER, any_of, longest_first, whole
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.meaning.alignment import Part
from kb_pipeline.steps.meaning.differences import differing, missing
from kb_pipeline.steps.meaning.values import Commitment, Difference, Kind

_YOU = "you"
_ADDRESSED = ("buyer", "seller")  # whom a text may call you


def role(one: Part, other: Part) -> Iterator[Difference]:
    """A role that has become another one, or the roles of two that have changed places."""
    ours, theirs = ([found for found in part.of(Kind.ROLE) if found.value != _YOU] for part in (one, other))
    if not ours:
        return
    here, there = {found.value for found in ours}, {found.value for found in theirs}
    addressed, addresses = (_YOU in part.values for part in (one, other))
    gone = [found for found in ours if found.value not in there and not other.may_say(Kind.ROLE, found.value)]
    new = [found for found in theirs if found.value not in here and not one.may_say(Kind.ROLE, found.value)]
    if gone and new and (addressed is addresses or gone[0].value not in _ADDRESSED):
        yield differing(gone[0], new[0])
    elif gone and addresses and not addressed and gone[0].value not in _ADDRESSED:
        yield missing(gone[0])
    elif here == there and len(here) == 2:
        yield from _swapped(one, other)


def _swapped(one: Part, other: Part) -> Iterator[Difference]:
    ours, theirs = _agents(one), _agents(other)
    for place in ours.keys() & theirs.keys():
        if ours[place].value != theirs[place].value:
            yield differing(ours[place], theirs[place])
            return


def _agents(part: Part) -> dict[str, Commitment]:
    """Who does what is said, by clause: the condition, what comes before or after, and the rest."""
    found: dict[str, list[Commitment]] = {}
    for one in part.of(Kind.ROLE):
        if one.value != _YOU:
            found.setdefault(_clause(part, one), []).append(one)
    return {clause: agent for clause, roles in found.items() if (agent := _agent(part, roles))}


def _clause(part: Part, role: Commitment) -> str:
    """The kind of clause in which a role stands: by the nearest word that governs it, no mark in between."""
    behind = language_of(part.language).cues.behind
    text = part.reading.key
    for kind in (Kind.CONDITION, Kind.TIME):
        for cue in part.of(kind):
            low, high = (role.end, cue.start) if kind in behind else (cue.end, role.start)
            if high >= low and not any(mark in text[low:high] for mark in ",，、;；。"):
                return kind.value
    return ""


def _agent(part: Part, roles: list[Commitment]) -> Commitment | None:
    """The role that does something: the one that its words say, else the first to which nothing is done."""
    agent, object_, origin = _beside(part.language)
    marked = [one for one in roles if _stands_beside(part.reading.key, one, agent)]
    if not marked and any(_stands_beside(part.reading.key, one, origin) for one in roles):
        return None
    free = [one for one in roles if not _stands_beside(part.reading.key, one, object_)]
    return next(iter((*marked, *free)), None)


_Beside = tuple[re.Pattern[str], re.Pattern[str]]  # what ends before a role, what begins behind it
_REACH = 16  # characters before a role


def _stands_beside(text: str, role: Commitment, words: _Beside) -> bool:
    before, after = words
    return before.search(text, max(0, role.start - _REACH), role.start) is not None or after.match(text, role.end) is not None


@lru_cache(maxsize=64)
def _beside(language: str) -> tuple[_Beside, _Beside, _Beside]:
    """The words beside an agent, beside a role to which something is done, and beside one from which something comes."""
    cues = language_of(language).cues
    agent, object_, origin = (
        (re.compile(rf"(?:{'|'.join(map(whole, longest_first(of.before))) or NEVER})\s*$"), re.compile(any_of(of.after)))
        for of in (cues.agent, cues.object, cues.origin)
    )
    return agent, object_, origin
