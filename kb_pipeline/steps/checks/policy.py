"""What the market must say, and what it does not have. The clauses and the lists are the pack's."""

import re
from collections.abc import Iterator
from functools import lru_cache

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.markets import Clause
from kb_pipeline.steps.checks.subject import ANSWER, Flaw, Subject, rule
from kb_pipeline.steps.language.negation import negations
from kb_pipeline.steps.language.sentence_ends import sentence_spans


@rule("clause-missing", MqmCategory.AUDIENCE, Severity.CRITICAL)
def clause_missing(subject: Subject) -> Iterator[Flaw]:
    """What law or policy makes every answer on a topic say is there, in one of the wordings that the pack admits."""
    for clause in missing_clauses(subject):
        yield Flaw(f"the answer must say ({clause.source}): {clause.text}")


def missing_clauses(subject: Subject) -> Iterator[Clause]:
    """The clauses that the answer must say and does not."""
    for clause in subject.market.clauses:
        if clause.topic not in subject.topics:
            continue
        texts = subject.source_text, subject.target_text
        if clause.when and not any(_words(clause.when).search(text) for text in texts):
            continue
        if not any(_says(subject.target.answer, wording, clause, subject.market.tag) for wording in clause.any_of):
            yield clause


def _says(answer: str, wording: str, clause: Clause, language: str) -> bool:
    """Whether the answer has the wording in a sentence that denies if the clause does: it applies is not, it does not apply."""
    folded, sought = comparison_key(answer).casefold(), comparison_key(wording).casefold()
    denies = bool(negations(clause.text, language))
    found = (match for match in re.finditer(re.escape(sought), folded))
    return any(bool(negations(_sentence(match), language)) == denies or bool(negations(wording, language)) for match in found)


@rule("unavailable", MqmCategory.AUDIENCE, Severity.CRITICAL)
def unavailable(subject: Subject) -> Iterator[Flaw]:
    """Nothing is offered that the market does not have; to say that it is not there, in the same sentence, is right."""
    market = subject.market
    for item in market.unavailable:
        if not any(map(subject.lowered.__contains__, _lowered(item.words))):
            continue
        for place, match in subject.finditer(_words(item.words)):
            if place != ANSWER and negations(subject.target.answer, market.tag):
                continue  # a question may ask for it, where the answer says no
            if not negations(_sentence(match), market.tag):
                yield Flaw(f"{item.name} is not available in {market.name} ({item.source})", place, match.span())


def _sentence(match: re.Match[str]) -> str:
    """The sentence in which the match begins."""
    text = match.string
    return next((text[start:end] for start, end in sentence_spans(text) if start <= match.start() < end), text)


@lru_cache(maxsize=256)
def _lowered(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(str.lower, words))


@lru_cache(maxsize=256)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words in any case; Latin ones begin and end where a word does."""
    return re.compile("|".join(map(_word, sorted(words, key=len, reverse=True))) or r"(?!)", re.IGNORECASE)


def _word(word: str) -> str:
    before = r"(?<![A-Za-z0-9_])" if word[0].isascii() else ""
    after = r"(?:s|es)?(?![A-Za-z0-9_])" if word[-1].isascii() else ""
    return f"{before}{re.escape(word)}{after}"
