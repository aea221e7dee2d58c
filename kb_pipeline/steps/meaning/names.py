"""Names in Latin letters: Android, PayPal, plan B. Names with digits have a rule of their own.

In a script without Latin letters every Latin word is taken for a name; elsewhere one with capitals inside or of capitals, one
of the listed names, a single capital letter, and, where not all nouns have capitals, a word with one inside a sentence.
"""

import re
from functools import cache

from kb_pipeline.steps.language.reader import everywhere, language_of
from kb_pipeline.steps.language.sentence_marks import begins_sentence
from kb_pipeline.steps.meaning.reading import Reading
from kb_pipeline.steps.meaning.values import Commitment, Kind, Span

_WORD = re.compile(r"(?<![A-Za-z0-9À-ÿ_{%$@/.&#\\-])[A-Za-z]+(?![A-Za-z0-9À-ÿ_}%/@\\-]|\.[a-z])")
_OF_A_COUNTRY = 2  # letters of a code that stands for a country or a language, which a translation changes
_CAPITALS = re.compile("[a-z][A-Z]|^[A-Z]{3,}$")  # inside: PayPal; an abbreviation


def names(reading: Reading, span: Span) -> list[Commitment]:
    """The names in a span of a text; the value is in lower case."""
    text, language = reading.text, reading.language
    spaces = language_of(language).spaces
    return [
        Commitment(Kind.NAME, match[0].lower(), match.start(), match.end())
        for match in _WORD.finditer(text, *span)
        if (not spaces or _is_name(match, language)) and not any(a <= match.start() < b for a, b in reading.protected)
    ]


def _is_name(match: re.Match[str], language: str) -> bool:
    word, own = match[0], language_of(language)
    if word.islower() and word not in listed_names():
        return False
    if word.lower() in listed_names() or _CAPITALS.search(word):
        return True
    if len(word) == _OF_A_COUNTRY and word.isupper():
        return False
    if own.inflection.capitalized_nouns and len(word) > 1:
        return False
    return word.lower() not in own.stop_words.words and not begins_sentence(match.string, match.start())


@cache
def listed_names() -> frozenset[str]:
    """The names that languages' files list, which are names in every language."""
    return frozenset(everywhere(lambda language: language.cues.names))
