"""Where the cues of a language stand in a text: of each kind the longest. No I/O but the languages' files."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from kb_pipeline.errors import LanguageDataError
from kb_pipeline.steps.facts.number_words import number_words
from kb_pipeline.steps.language.definition import Cues
from kb_pipeline.steps.language.patterns import LETTER, NEVER, is_spaced
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.meaning.values import VALUES, Kind

_MORE = f"[{LETTER}]"
_PLACE = "_"  # of the number, in a cue of a bound
_NOTHING = "nothing"
_MOST_KNOWN = 20_000  # matched words whose senses are kept


class Sense(NamedTuple):
    """One thing that a phrase says; nothing where `value` is empty. `ahead`: whether a bound stands ahead of its number."""

    kind: Kind
    value: str
    ahead: bool = True


class Hit(NamedTuple):
    """A sense of the words from `start` to `end`."""

    start: int
    end: int
    sense: Sense


def key(text: str) -> str:
    """`text` as cues are looked for: in lower case, straight apostrophes; same length."""
    lower = text.lower()
    return (lower if len(lower) == len(text) else text).replace("’", "'").replace("‘", "'")


def find(text: str, language: str) -> list[Hit]:
    """The senses of all cues of `text`, which is a `key`, by place. Of one kind none overlap."""
    lexicon = _lexicon(language)
    found: list[Hit] = []
    done = 0
    for match in lexicon.pattern.finditer(text):
        if match.start() >= done:
            done = lexicon.read(match, found)
    return found


def may_say(text: str, language: str, kind: Kind, value: str) -> bool:
    """Whether `text`, a `key`, has words that may say a value, beside those that surely do."""
    return next(_possibly(text, language, kind, value), None) is not None


def count_possible(text: str, language: str, kind: Kind, value: str) -> int:
    """How many words of `text`, a `key`, may say a value."""
    return sum(1 for _ in _possibly(text, language, kind, value))


def _possibly(text: str, language: str, kind: Kind, value: str) -> Iterator[re.Match[str]]:
    pattern, nothing = _possible(language, kind, value)
    return (match for match in pattern.finditer(text) if match[0] not in nothing)


def knows(language: str, kind: Kind) -> bool:
    """Whether a language's file has words of a kind: without, nothing can be said to be missing."""
    return bool(getattr(language_of(language).cues, kind.value, None))


class _Known(NamedTuple):
    """What matched words say: each sense with its place inside of them, a phrase hiding the shorter ones of its kinds only."""

    senses: tuple[tuple[int, int, Sense], ...]
    kinds: frozenset[Kind]  # of all senses, of those too that say nothing
    within: tuple[int, ...]  # where in the words another phrase may begin that goes on behind them


class _Lexicon:
    """The cues of one language."""

    def __init__(self, phrases: dict[str, tuple[Sense, ...]]) -> None:
        self._whole = {phrase: senses for phrase, senses in phrases.items() if not phrase.endswith("*")}
        self._begun = {phrase[:-1]: senses for phrase, senses in phrases.items() if phrase.endswith("*")}
        self.pattern = re.compile(_pattern(phrases))
        self._beginnings = frozenset(phrase[:end] for phrase in phrases for end in range(1, len(phrase)))
        self._known: dict[str, _Known] = {}

    def read(self, match: re.Match[str], found: list[Hit]) -> int:
        """Add what matched words say, and what begins in them and goes on behind: ต้องไม่ and ไม่เกิน in ต้องไม่เกิน; its end."""
        start, end = match.span()
        known = self._of_words(match[0])
        for first, last, sense in known.senses:
            found.append(Hit(start + first, start + last, sense))
        for at in known.within:
            further = self.pattern.match(match.string, start + at)
            if further and further.end() > end:
                beside: list[Hit] = []
                done = self.read(further, beside)
                if new := [hit for hit in beside if hit.start >= end or hit.sense.kind not in known.kinds]:
                    found += new
                    return done
        return end

    def _of_words(self, words: str) -> "_Known":
        known = self._known.get(words)
        if known is None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            covered = tuple(self._inside(words))
            known = self._known[words] = _Known(
                senses=tuple(one for one in covered if one[2].value),
                kinds=frozenset(sense.kind for _, _, sense in covered),
                within=tuple(at for at in range(1, len(words)) if words[at:] in self._beginnings),
            )
        return known

    def _inside(self, words: str) -> Iterator[tuple[int, int, Sense]]:
        covered = [(0, len(words), sense) for sense in self._of(words)]
        for start in range(len(words)):
            match = self.pattern.match(words, start, len(words) - (start == 0))
            for sense in self._of(match[0]) if match else ():
                end = start + len(match[0]) if match else start
                if not any(one.kind is sense.kind and low <= start and end <= high for low, high, one in covered):
                    covered.append((start, end, sense))
        yield from covered

    def _of(self, words: str) -> tuple[Sense, ...]:
        own = self._whole.get(words, ())
        begun = next((self._begun[words[:end]] for end in range(len(words), 1, -1) if words[:end] in self._begun), ())
        kinds = {sense.kind for sense in own}
        return (*own, *(sense for sense in begun if sense.kind not in kinds))


@lru_cache(maxsize=64)
def _lexicon(language: str) -> _Lexicon:
    phrases: dict[str, dict[Sense, None]] = {}
    for kind, value, phrase in _phrases(language_of(language).cues):
        if not value.endswith("?"):
            sense = Sense(kind, "" if value == _NOTHING else value, phrase[0] != _PLACE)
            phrases.setdefault(_bare(phrase), {})[sense] = None
    for word, value in _number_cues(language):
        phrases.setdefault(key(word), {})[Sense(Kind.NUMBER, value)] = None
    return _Lexicon({phrase: tuple(senses) for phrase, senses in phrases.items()})


@lru_cache(maxsize=1024)
def _possible(language: str, kind: Kind, value: str) -> tuple[re.Pattern[str], frozenset[str]]:
    """What may say a value, or hides it; and what hides it."""
    phrases = [(said, _bare(phrase)) for of, said, phrase in _phrases(language_of(language).cues) if of is kind]
    wanted, nothing = ({phrase for said, phrase in phrases if said == one} for one in (f"{value}?", _NOTHING))
    return re.compile(_pattern((*wanted, *(nothing if wanted else ())))), frozenset(nothing - wanted)


def _phrases(cues: Cues) -> Iterator[tuple[Kind, str, str]]:
    """Every phrase with its kind and what it says, as the file writes it."""
    for kind, values in VALUES.items():
        for value, phrases in getattr(cues, kind.value).items():
            if value.removesuffix("?") not in values and value != _NOTHING:
                raise LanguageDataError(f"cues.{kind.value}: unknown value '{value}'", f"known: {', '.join(sorted(values))}")
            yield from ((kind, value, phrase) for phrase in phrases)


def _number_cues(language: str) -> Iterator[tuple[str, str]]:
    """The words that numbers in words have, so that these are looked for; and those that only look so, which say nothing."""
    listed, own = language_of(language).numbers, number_words(language)
    least = 2 if listed.writing != "joined" else 1  # one is also an article
    for word in (word for word, value in own.words.items() if value >= least):
        yield (f"{word}*" if listed.times else word), "word"
    yield from ((word, "word") for word in (*listed.places, *listed.ordinals, *listed.alone))
    yield from ((word, "") for word in listed.no_numbers)


def _bare(phrase: str) -> str:
    return key(phrase.replace(_PLACE, "").strip())


def _pattern(phrases: Iterable[str]) -> str:
    """Regex source of any of the phrases, the longest first, words of scripts with spaces whole. A tree, as it is quicker."""
    listed = list(phrases)
    spaced, other = (_tree(p for p in listed if is_spaced(p) is wanted) for wanted in (True, False))
    parts = [rf"(?<!{_MORE}){_source(spaced)}"] if spaced else []
    return "|".join((*parts, *([_source(other)] if other else []))) or NEVER


def _tree(phrases: Iterable[str]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for phrase in phrases:
        node = root
        for character in phrase.removesuffix("*"):
            node = node.setdefault(character, {})
        node["*" if phrase.endswith("*") else ""] = {}
    return root


def _source(node: dict[str, Any], before: str = "") -> str:
    branches = [re.escape(c) + _source(child, c) for c, child in sorted(node.items()) if c not in ("", "*")]
    if "*" in node:
        branches.append(f"{_MORE}*")
    elif "" in node:
        branches.append(f"(?!{_MORE})" if is_spaced(before) else "")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
