"""What a question asks about: words of the same meaning as one, words that ask for nothing left out.

No I/O but the files of languages: `sameness` in `data/<language>.yaml`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from kb_pipeline.steps.language.patterns import LETTER, is_spaced, longest_first
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.stems import stem, stop_words
from kb_pipeline.steps.language.words import fold, words

_LEFT = 4  # letters that an ending leaves of a word
_NEVER = re.compile("(?!)")
_GAP, _BETWEEN = " _ ", r"((?: [^\W\d_]+){1,6}) "  # what stands between the words of a phrase


class Asked(NamedTuple):
    """A question as it is compared: `text` with the first of each group in the place of its phrases, `concepts` of it."""

    text: str
    concepts: frozenset[str]


@lru_cache(maxsize=65536)
def asked(question: str, language: str) -> Asked:
    """What `question` asks about: of each group the first, other words in lower case without their endings."""
    known, found, rest, plain, at = _known(language), set[str](), list[str](), list[str](), 0
    text = fold(question.replace("’", "'")).text
    for phrase, first in known.open_phrases:
        text = phrase.sub(rf"{first}\1", text)
    for match in known.phrases.finditer(text):
        group = known.group_of[match[0]]
        found.update(group.split("+"))
        rest.append(text[at : match.start()])
        plain += (text[at : match.start()], group.replace("+", " "))
        at = match.end()
    rest.append(text[at:])
    for word in words(" | ".join(rest), language):
        bare = _bare(word, language)
        if word not in known.empty and bare not in known.empty and not known.patterns.fullmatch(word):
            found.update(known.numbers.get(word) or known.group_of_bare.get(bare, bare).split("+"))
    return Asked("".join((*plain, text[at:])), frozenset(found - known.empty))


Words = frozenset[str]


def other_words(one: Asked, other: Asked, language: str, *, replaced: bool = False) -> tuple[Words, Words] | None:
    """The words of each of two texts that keep them from saying the same; None if none does.

    Light words (`light` in the language's file) keep them apart only where each side has one of the same list: `collect` may
    be left out, but is not `send`. `replaced`: so do other words, where each side has some.
    """
    here, there, light = one.concepts - other.concepts, other.concepts - one.concepts, _known(language).light
    heavy = [{word for word in side if word not in light} for side in (here, there)]
    lists = [{light[word] for word in side if word in light} for side in (here, there)]
    return (here, there) if lists[0] & lists[1] or (all(heavy) if replaced else any(heavy)) else None


def heavy_words(concepts: Words, language: str) -> Words:
    """The words of a text without its light ones: two texts that say the same have the same."""
    return frozenset(concepts - _known(language).light.keys())


class _Known(NamedTuple):
    """A language's groups and other words, compiled."""

    open_phrases: tuple[tuple[re.Pattern[str], str], ...]  # `send _ back`, each with the first of its group
    phrases: re.Pattern[str]
    group_of: dict[str, str]  # the first of the group of each phrase
    group_of_bare: dict[str, str]  # the same of single words without their endings
    empty: frozenset[str]
    patterns: re.Pattern[str]  # of empty words
    numbers: dict[str, tuple[str]]  # words of numbers, in digits
    light: dict[str, int]  # light words with the number of their list


@lru_cache(maxsize=256)
def _known(language: str) -> _Known:
    known, group_of, bare, gaps = language_of(language).sameness, dict[str, str](), dict[str, str](), list[tuple[str, str]]()
    for group in known.groups:
        phrases = [fold(phrase.strip()).text for phrase in group.split(", ")]
        for phrase in phrases if "+" not in phrases[0] else phrases[1:]:
            if _GAP in phrase:
                gaps.append((phrase, phrases[0]))
                continue
            group_of.setdefault(phrase, phrases[0])
            if " " not in phrase:
                bare.setdefault(_bare(phrase, language), phrases[0])
    either = "|".join(map(_whole, longest_first(group_of)))
    listed = known.empty
    return _Known(
        open_phrases=tuple((re.compile(_whole(phrase).replace(re.escape(_GAP), _BETWEEN)), first) for phrase, first in gaps),
        phrases=re.compile(either) if either else _NEVER,
        group_of=group_of,
        group_of_bare=bare,
        empty=_forms(listed.words, language) if listed else stop_words(language),
        patterns=re.compile("|".join(listed.patterns)) if listed.patterns else _NEVER,
        numbers={word: (str(value),) for word, value in language_of(language).numbers.words.items()},
        light={
            word: number
            for number, line in enumerate(known.light)
            for form in _forms(line.split(), language)
            for word in (form, bare.get(form, form))
        },
    )


def _whole(phrase: str) -> str:
    """The regular expression of a phrase that begins and ends where its script's words do."""
    before, after = (f"[{LETTER}]" if is_spaced(letter) else "" for letter in (phrase[0], phrase[-1]))
    return (f"(?<!{before})" if before else "") + re.escape(phrase) + (f"(?!{after})" if after else "")


def _forms(listed: Iterable[str], language: str) -> frozenset[str]:
    """The words, and the same without their endings."""
    return frozenset(form for word in listed for form in (fold(word).text, _bare(fold(word).text, language)))


@lru_cache(maxsize=65536)
def _bare(word: str, language: str) -> str:
    """A word without its ending, crudely: the same for most forms of a word."""
    inflection = language_of(language).inflection
    if inflection.method != "endings":
        return stem(word)
    endings = longest_first((*inflection.noun_endings, *inflection.verb_endings))
    ending = next((end for end in endings if word.endswith(end) and len(word) - len(end) >= _LEFT), "")
    return word.removesuffix(ending)
