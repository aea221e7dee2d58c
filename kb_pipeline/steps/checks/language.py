"""The text is in the market's language and script, all of it."""

import re
from collections.abc import Iterator
from itertools import groupby

from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.markets import TermStatus
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.facts.numbers import primary
from kb_pipeline.steps.languages import UNDETERMINED, detect, language_name, script_of, scripts_of

_LETTERS_TO_DETECT = 60  # below, names and labels decide; measured with benchmarks/qa_checks.py
_RUN_WORDS = 7  # English words in a row that nobody left by intention
_RUN_FUNCTION_WORDS = 2  # of them words that no product name has so many of
_CODE = re.compile(r"```.*?```|`[^`\n]*`|<[^>\n]{1,200}>", re.DOTALL)
_ENGLISH_RUN = re.compile(rf"(?<![A-Za-z'’-])[A-Za-z][A-Za-z'’-]*+(?:,? [A-Za-z][A-Za-z'’-]*+){{{_RUN_WORDS - 1},}}+")
_FUNCTION_WORDS = frozenset((
    "a", "an", "the", "of", "to", "and", "or", "is", "are", "was", "be", "been", "you", "your", "we", "our", "us", "it",
    "its", "this", "that", "these", "those", "with", "for", "from", "by", "at", "in", "on", "as", "if", "when", "can",
    "will", "may", "must", "not", "do", "does", "have", "has", "how", "what", "which", "who",
))  # fmt: skip
_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")


@rule("wrong-script", MqmCategory.LINGUISTIC, Severity.CRITICAL)
def wrong_script(subject: Subject) -> Iterator[Flaw]:
    """Letters of a script that the market does not use, outside protected names, placeholders and addresses."""
    market = subject.market
    allowed = {*market.conventions.scripts, "Zyyy", "Zinh"}
    for part, text in subject.parts():
        free = _unprotected(text, subject)
        if not scripts_of(free).keys() - allowed:
            continue
        for start, end, script in _script_runs(free):
            if script not in allowed:
                message = f"'{text[start:end]}' is in {script} script; write it in {market.language_name}"
                yield Flaw(message, part, (start, end))


@rule("wrong-language", MqmCategory.ACCURACY, Severity.CRITICAL)
def wrong_language(subject: Subject) -> Iterator[Flaw]:
    """The text as a whole is in the market's language."""
    free = _unprotected(subject.target_text, subject)
    if scripts_of(free).total() < _LETTERS_TO_DETECT:
        return
    found = detect(free)
    if found != UNDETERMINED and primary(found) != subject.market.language:
        yield Flaw(f"the text is in {language_name(found)}; write it in {subject.market.language_name}")


@rule("untranslated-run", MqmCategory.ACCURACY, Severity.CRITICAL)
def untranslated_run(subject: Subject) -> Iterator[Flaw]:
    """Seven English words in a row in a market that does not speak English; names of products are no run."""
    if subject.market.language == "en":
        return
    for part, text in subject.parts():
        for match in _ENGLISH_RUN.finditer(_unprotected(text, subject)):
            if _is_prose(match[0]):
                message = f"'{match[0][:80]}' is still English; translate it into {subject.market.language_name}"
                yield Flaw(message, part, match.span())


@rule("sara-am", MqmCategory.LINGUISTIC, Severity.MINOR)
def sara_am(subject: Subject) -> Iterator[Flaw]:
    """Thai sara am as one character, not as nikhahit and sara aa, which look the same and are not found by a search."""
    for part, text in subject.parts():
        for match in _SARA_AM.finditer(text):
            yield Flaw("sara am is written as two characters; write ำ", part, match.span(), f"{match[1]}\u0e33")


def _is_prose(run: str) -> bool:
    """Whether a run of Latin words is an English sentence's: mostly lower case, with function words."""
    tokens = run.replace(",", "").split()
    small = sum(token.islower() for token in tokens)
    function = {token.lower() for token in tokens} & _FUNCTION_WORDS
    return small >= len(tokens) / 2 and small >= _RUN_WORDS - 2 and len(function) >= _RUN_FUNCTION_WORDS


def _unprotected(text: str, subject: Subject) -> str:
    """`text` with code, addresses, placeholders and names that are never translated blanked out; same length."""
    spans = [match.span() for match in _CODE.finditer(text)]
    kept = (FactKind.URL, FactKind.EMAIL, FactKind.PLACEHOLDER)
    if any(mark in text for mark in "/@{[%<"):
        spans += [(fact.start, fact.end) for fact in extract(text, subject.market.tag) if fact.kind in kept]
    names = [term.target or term.source for term in subject.market.terms if term.status is TermStatus.DO_NOT_TRANSLATE]
    names += [label.target for label in subject.market.ui_strings if f"**{label.target}**" in text]
    for name in filter(None, names):
        spans += [match.span() for match in re.finditer(re.escape(name), text)]
    for start, end in spans:
        text = text[:start] + "." * (end - start) + text[end:]
    return text


def _script_runs(text: str) -> Iterator[tuple[int, int, str]]:
    at = 0
    for script, letters in groupby(text, key=script_of):
        size = sum(1 for _ in letters)
        if script:
            yield at, at + size, script
        at += size
