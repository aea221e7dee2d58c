"""Whether an entry speaks of what a customer asks about: the same code, model, name, role, bound. No I/O.

Customers tell their own case ("I paid 500 baht and ..."): an amount or a count that the entry lacks says nothing. What an entry
is about stands in its question and phrasings (its subject); what it has anywhere excuses it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kb_pipeline.domain.answers import Agreement
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.scripts import scripts_of
from kb_pipeline.steps.meaning import Kind, Reading, commitments
from kb_pipeline.steps.meaning.lexicon import may_say
from kb_pipeline.steps.meaning.names import listed_names, names
from kb_pipeline.steps.meaning.values import VALUES

# E-104, X200; not 10kg, 5pm, 1st. What has more digits is a customer's own: an order, a parcel.
_CODE = re.compile(r"(?<![\w@/.])(?=[A-Za-z-]*\d)([A-Za-z]{1,12}(?:-?[A-Za-z0-9]{1,12}){0,3})(?![\w@/])", re.ASCII)
_MOST_DIGITS = 6
_NUMBER_BEHIND = re.compile(r"[\s-]?([0-9]{1,4})(?![\w%.,]*\w)")  # a name: iPhone 12
_DIGIT = re.compile("[0-9]")
_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]+(?![A-Za-z0-9])")
_COMMON = re.compile(r"(?<![A-Za-z0-9])[a-z]+(?![A-Za-z0-9])")
_WAYS = {"at most": "up", "below": "up", "at least": "down", "above": "down"}
_OTHER_WAY = {"up": "down", "down": "up"}
_ROLES = VALUES[Kind.ROLE] - {"you"}
_NONE = frozenset[str]()


class Stated(NamedTuple):
    """What a text speaks of. Codes, names and words are in lower case, a bound is its number and its direction."""

    codes: frozenset[str] = _NONE
    names: frozenset[str] = _NONE
    words: frozenset[str] = _NONE  # in Latin letters, without those that are surely no names
    roles: frozenset[str] = _NONE
    may_be_roles: frozenset[str] = _NONE
    ordinals: frozenset[str] = _NONE
    times: frozenset[tuple[str, str]] = frozenset()
    bounds: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether it speaks of nothing that an entry could contradict."""
        return not (self.codes or self.names or self.roles or self.ordinals or self.times or self.bounds)


class EntryStated(NamedTuple):
    """What an entry's question and phrasings speak of, and what the whole of it does."""

    subject: Stated
    whole: Stated


class ReleaseStated(NamedTuple):
    """What the entries of a release speak of, by id; the codes and names that any is about; the words that are no names."""

    entries: Mapping[str, EntryStated]
    codes: frozenset[str]
    names: frozenset[str]
    common: frozenset[str]


def of_release(texts: Mapping[str, FaqText], language: str) -> ReleaseStated:
    """To be made once, when a release is opened: a few tenths of a millisecond an entry."""
    common = _common_words(texts.values())
    entries = {id_: _of_entry(text, language, common) for id_, text in texts.items()}
    return ReleaseStated(
        entries=entries,
        codes=_NONE.union(*(entry.subject.codes for entry in entries.values())),
        names=_NONE.union(*(entry.subject.names for entry in entries.values())),
        common=common,
    )


def _common_words(texts: Iterable[FaqText]) -> frozenset[str]:
    """Words that stand in lower case anywhere: whoever wrote the entries takes them for no names."""
    found = (_COMMON.findall(part) for text in texts for part in (text.question, text.answer, *text.phrasings))
    return frozenset(word for words in found for word in words) - listed_names()


def _of_entry(text: FaqText, language: str, common: frozenset[str]) -> EntryStated:
    subject = "\n".join((text.question, *text.phrasings))
    reading = commitments(f"{subject}\n{text.answer}", language)
    whole = _stated(reading, len(reading.text))
    # A phrasing may name what the entry is not about.
    about = _names(reading, len(text.question)) - common
    return EntryStated(
        _stated(reading, len(subject))._replace(names=about, words=_NONE),
        whole._replace(
            names=_NONE, words=whole.words - common, roles=whole.roles | _possible_roles(reading), may_be_roles=_NONE
        ),
    )


def asked(question: str, language: str, release: ReleaseStated) -> Stated:
    """What a question to a market of `language` speaks of, as far as it matters to a release.

    Customers write names in any case: those that the release knows, and those of all languages, are met in all. Others count
    with a capital inside a sentence, where entries have capitals, too, and most words of the question have none.
    A question in Latin letters only is read as English.
    """
    reading = commitments(question, language if scripts_of(question).keys() - {"Latn"} else "en")
    found = _stated(reading, len(question))
    named = found.words & (release.names | listed_names())
    if language_of(language).spaces and 2 * len(_COMMON.findall(question)) >= len(found.words):
        named |= {one for one in _names(reading, len(question)) if one.title() in question} - release.common
    return found._replace(names=named, may_be_roles=_possible_roles(reading) if found.roles else _NONE)


def agreement(question: Stated, entry: EntryStated, release: ReleaseStated) -> Agreement:
    """How an entry of `release` stands to a question (`asked`)."""
    subject, whole = entry
    codes = _held(question.codes, subject.codes, whole.codes)
    named = _held(question.names, subject.names, whole.words)
    if Agreement.CONTRADICTS in (codes, named) or _is_opposed(question, subject, whole):
        return Agreement.CONTRADICTS
    if codes is Agreement.SILENT and question.codes & release.codes:
        return Agreement.LACKS
    return named if codes is Agreement.SILENT else codes


def _held(wanted: frozenset[str], about: frozenset[str], whole: frozenset[str]) -> Agreement:
    """Codes, or names, of a question held against those that an entry is about, and has at all."""
    if not wanted:
        return Agreement.SILENT
    if wanted <= whole or (about and about <= wanted):
        return Agreement.AGREES
    return Agreement.CONTRADICTS if about else Agreement.SILENT


def _is_opposed(question: Stated, subject: Stated, whole: Stated) -> bool:
    """Whether the entry is about another role, another ordinal, before instead of after, at most instead of at least."""
    roles = subject.roles - question.roles - question.may_be_roles
    if question.roles and roles and question.roles.isdisjoint(whole.roles):
        return True
    if question.ordinals and subject.ordinals and question.ordinals.isdisjoint(whole.ordinals):
        return True
    if _are_turned(question.times, subject.times, {"before": "after", "after": "before"}) and not question.times & whole.times:
        return True
    return _are_turned(question.bounds, subject.bounds, _OTHER_WAY) and not question.bounds & whole.bounds


def _are_turned(here: frozenset[tuple[str, str]], there: frozenset[tuple[str, str]], turn: Mapping[str, str]) -> bool:
    return any((about, turn[way]) in there for about, way in here)


def _stated(reading: Reading, end: int) -> Stated:
    """What the text of a reading speaks of up to `end`, but for its names and possible roles."""
    text = reading.text
    said = [one for one in reading.commitments if one.end <= end]
    codes = {_bare(match[1]) for match in _CODE.finditer(text, 0, end) if sum(map(str.isdigit, match[1])) <= _MOST_DIGITS}
    if _DIGIT.search(text, 0, end):
        named = names(reading, (0, end))
        codes |= {one.value + number[1] for one in named if (number := _NUMBER_BEHIND.match(text, one.end, end))}
    return Stated(
        codes=frozenset(codes),
        words=frozenset(map(str.lower, _WORD.findall(text, 0, end))),
        roles=frozenset(one.value for one in said if one.kind is Kind.ROLE) & _ROLES,
        ordinals=frozenset(one.value for one in said if one.kind is Kind.ORDINAL),
        times=frozenset((one.about, one.value) for one in said if one.kind is Kind.TIME and one.about),
        bounds=frozenset((one.about, _WAYS[one.value]) for one in said if one.kind is Kind.BOUND),
    )


def _names(reading: Reading, end: int) -> frozenset[str]:
    return frozenset(one.value for one in names(reading, (0, end)))


def _possible_roles(reading: Reading) -> frozenset[str]:
    return frozenset(role for role in _ROLES if may_say(reading.key, reading.language, Kind.ROLE, role))


def _bare(code: str) -> str:
    return code.replace("-", "").lower()
