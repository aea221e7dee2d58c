"""A phrasing is another way to ask the entry's question: it asks, it asks the same, and it knows no other facts.

Its reference is the entry's own question and answer, then the source. What is only unsure is minor or not told: a phrasing that
is lost costs a little recall, a wrong alarm costs a person's time. Measured in docs/benchmarks.md.
"""

import re
from collections.abc import Iterator
from functools import cache

from rapidfuzz import fuzz

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Rule, Subject, rule
from kb_pipeline.steps.facts import Passage, compare, extract
from kb_pipeline.steps.facts.compare import COMPARED, comparison_value
from kb_pipeline.steps.language.negation import denials, hints_at_denial, without_denials
from kb_pipeline.steps.language.opposites import opposed
from kb_pipeline.steps.language.prose import prose
from kb_pipeline.steps.language.questions import WHY, Asked, asked, has_question_mark, tells, without_asking
from kb_pipeline.steps.language.reader import everywhere, language_of
from kb_pipeline.steps.language.scripts import letters_of
from kb_pipeline.steps.language.sentence_ends import sentence_spans
from kb_pipeline.steps.language.stems import content_words, stems

# Of rapidfuzz, 0 to 100, on letters and digits only.
_COPY, _EXACT = 80.0, 96.0  # a sentence of the answer; one that a question mark makes no question
_NEVER = 101.0
_FEWEST_LETTERS = 10  # below, two texts are alike by chance
_ALIKE = 0.6  # Jaccard of content words from which two questions differ in little but a yes or no
_OF_A_CASE = (FactKind.DURATION, FactKind.DATE, FactKind.TIME, FactKind.COUNT)
_HIRAGANA = re.compile("[\u3041-\u309f]+")  # Japanese grammar, which no list of stop words has
_RUN_WORDS = 7  # so many foreign words are found by `untranslated-run`


@rule("phrasing-facts", MqmCategory.ACCURACY, Severity.MAJOR)
def phrasing_facts(subject: Subject) -> Iterator[Flaw]:
    """A phrasing has no fact that question, answer and source have not, such as the value before the last change."""
    for place, text in subject.phrasings() if subject.has_digit or subject.target_facts else ():
        for fact in _strange(extract(text, subject.market.tag), subject):
            rivals = _rivals(fact, subject.target_facts)
            severity = _severity(fact, len(rivals))
            if severity is None or (not rivals and _is_sources(fact, subject)):
                continue
            beside = f", which have {' and '.join(rivals[:3])}" if rivals else ""
            message = f"'{fact.raw.strip()}' is in neither question nor answer{beside}; ask with what they say, or drop it"
            yield Flaw(message, place, (fact.start, fact.end), severity=severity)


def _severity(fact: Fact, rivals: int) -> Severity | None:
    """How bad a strange fact is beside so many others of its kind in question and answer; None: it may well be right.

    A period of which they say nothing is often the customer's own case (`ordered two weeks ago`), a bare number often a name's.
    """
    if fact.kind is FactKind.COUNT and not fact.unit:
        return Severity.MINOR if rivals == 1 else None
    return Severity.MAJOR if rivals or fact.kind not in _OF_A_CASE else Severity.MINOR


def _strange(facts: tuple[Fact, ...], subject: Subject) -> list[Fact]:
    """The facts that are accounted for neither by the target's question and answer nor by the source's."""
    facts = tuple(fact for fact in facts if fact.kind in COMPARED)
    if not facts:
        return []
    sides = (Passage(text=subject.target_text, language=subject.market.tag), subject.passage)
    unknown = [compare(side, facts, subject.market, subject.day).extra for side in sides]
    own = {comparison_value(fact) for fact in subject.target_facts}
    return [fact for fact in unknown[0] if fact in unknown[1] and comparison_value(fact) not in own]


def _rivals(fact: Fact, others: tuple[Fact, ...]) -> list[str]:
    """What question and answer have of the kind, and of a count's unit."""
    alike = (
        other for other in others if other.kind is fact.kind and (fact.kind is not FactKind.COUNT or other.unit == fact.unit)
    )
    return list(dict.fromkeys(f"'{other.raw.strip()}'" for other in alike))


def _is_sources(fact: Fact, subject: Subject) -> bool:
    """Whether a phrasing of a source in another language has the fact, after the market's own facts."""
    if subject.same_language:
        return False
    text, question = "\n".join(subject.source.phrasings), subject.source.question
    asking = Passage(text=text, language=subject.source_language, question=question, citations=subject.citations)
    return not compare(asking, (fact,), subject.market, subject.day).extra


@rule("phrasing-opposite", MqmCategory.ACCURACY, Severity.MAJOR)
def phrasing_opposite(subject: Subject) -> Iterator[Flaw]:
    """A phrasing does not ask the opposite of the question. `Can I` and `can't I` ask the same, `why can't I` does not."""
    tag, question = subject.market.tag, subject.target.question
    own = asked(question, tag) if subject.target.phrasings else None
    if own is None or not own.is_question:
        return
    for place, text in subject.phrasings():
        theirs = asked(text, tag)
        if theirs is None or not _is_comparable(own, theirs) or not _differ_in_little(question, text, tag):
            continue
        unsure = None if own.senses or theirs.senses else Severity.MINOR  # yes or no: `not` may ask for the same there, too
        if own.denies and not theirs.denies and not _hints(text, tag):
            yield Flaw("it asks for what the question denies; ask what the question asks", place, severity=unsure)
        elif theirs.denies and not own.denies and not _is_denial_met(subject):
            message = "it denies what the question does not, and the answer is none to it; ask what the question asks"
            yield Flaw(message, place, severity=unsure)
        elif pair := _side_changed(subject, text, theirs):
            message = f"it seems to ask the opposite of the question ({pair}); ask what the question asks"
            yield Flaw(message, place, severity=Severity.MINOR)


def _is_comparable(own: Asked, theirs: Asked) -> bool:
    """Whether both ask for the same thing, or the phrasing asks why; a problem that somebody tells of is no denial."""
    if not theirs.is_question or theirs.is_case != own.is_case or theirs.sentences > 1:
        return False
    return bool(own.senses & theirs.senses) or not (own.senses or theirs.senses) or (WHY in theirs.senses and theirs.denies)


def _is_denial_met(subject: Subject) -> bool:
    """Whether question or answer speak of what is not so: then a denial asks for it."""
    tag = subject.market.tag
    return _hints(subject.target.question, tag) or bool(denials(prose(subject.target.answer), tag))


def _side_changed(subject: Subject, phrasing: str, theirs: Asked) -> str | None:
    """The pair of opposites of which question and phrasing have a side each, if the answer does not speak of the phrasing's."""
    tag = subject.market.tag
    pair = None if theirs.is_case else opposed(subject.target.question, phrasing, tag)
    if pair is None:
        return None
    asked_for = set(pair.split("/")) & set(stems(phrasing, tag))
    return None if len(asked_for) == 1 and asked_for <= set(stems(subject.target.answer, tag)) else pair


def _hints(text: str, language: str) -> bool:
    """Whether `text` may deny without a negation (`avoid`), as far as the language's words are known."""
    return bool(language_of(language).negation.hints) and hints_at_denial(text, language)


def _differ_in_little(one: str, other: str, language: str) -> bool:
    """Whether two questions have nearly the same words, those left out that ask, deny or are opposites."""
    left, right = (_content(text, language) for text in (one, other))
    if pair := opposed(one, other, language):
        left, right = (words - set(pair.split("/")) for words in (left, right))
    return bool(left & right) and len(left & right) >= _ALIKE * len(left | right)


def _content(text: str, language: str) -> set[str]:
    words = content_words(without_asking(without_denials(text, language), language), language)
    return {word for word in words if not _HIRAGANA.fullmatch(word)}


@rule("phrasing-answer", MqmCategory.STYLE, Severity.MAJOR)
def phrasing_answer(subject: Subject) -> Iterator[Flaw]:
    """A phrasing asks, as a question or in a customer's words; it is no sentence of the answer. Minor where it only tells."""
    if not subject.target.phrasings:
        return
    sentences = _sentences(subject.target.answer)
    for place, text in subject.phrasings():
        near = max((fuzz.ratio(_letters(text), sentence) for sentence in sentences), default=0.0)
        if near > fuzz.ratio(_letters(text), _letters(subject.target.question)) and near >= _least(text, subject.market.tag):
            yield Flaw("it is a sentence of the answer; ask for it, or drop it", place)
        elif not has_question_mark(text) and tells(text, subject.market.tag):
            yield Flaw("it tells and does not ask; write it as a customer asks", place, severity=Severity.MINOR)


def _sentences(answer: str) -> list[str]:
    """The answer's sentences and the whole of it, as they are compared."""
    texts = [answer, *(answer[start:end] for start, end in sentence_spans(answer))]
    return [letters for text in texts if len(letters := _letters(text)) >= _FEWEST_LETTERS]


def _least(text: str, language: str) -> float:
    """How alike a phrasing and a sentence of the answer are that are one: more if anything in it asks, never in a question."""
    asks, marked = asked(text, language), has_question_mark(text)
    if asks and (asks.is_yes_no or (marked and asks.is_question)):
        return _NEVER
    return _EXACT if marked or (asks and asks.is_question) else _COPY


@rule("phrasing-repeated", MqmCategory.STYLE, Severity.MINOR)
def phrasing_repeated(subject: Subject) -> Iterator[Flaw]:
    """No phrasing says letter by letter what the question or an earlier one says."""
    known = {_letters(subject.target.question)}
    for place, text in subject.phrasings():
        key = _letters(text)
        if key in known:
            yield Flaw("it repeats the question or another phrasing; drop it", place)
        known.add(key)


@rule("phrasing-language", MqmCategory.ACCURACY, Severity.MAJOR)
def phrasing_language(subject: Subject) -> Iterator[Flaw]:
    """No phrasing is left in another language: it has a letter of the market's script, and is none of the source's own."""
    own = letters_of(tuple(script for script in subject.market.conventions.scripts if script != "Latn"))
    theirs = (
        set() if subject.same_language else {_letters(text) for text in (subject.source.question, *subject.source.phrasings)}
    )
    for place, text in subject.phrasings():
        is_foreign = own is not None and own.search(text) is None
        if (is_foreign or _letters(text) in theirs) and _is_foreign_sentence(text):
            yield Flaw(f"it is not in {subject.market.language_name}; write it in it, or drop it", place)


def _is_foreign_sentence(text: str) -> bool:
    """Whether words of Latin letters are more than names; `untranslated-run` finds long ones."""
    words = [word.strip(".,!?¿¡;:'\"").lower() for word in text.split()]
    return 1 < len(words) < _RUN_WORDS and not _function_words().isdisjoint(words)


@cache
def _function_words() -> frozenset[str]:
    return frozenset(everywhere(lambda language: language.function_words))


def _letters(text: str) -> str:
    """`text` as phrasings are compared: without case, marks, bold print and white space."""
    return "".join(filter(str.isalnum, comparison_key(text).casefold()))


PHRASING_RULES: tuple[Rule, ...] = (phrasing_facts, phrasing_opposite, phrasing_answer, phrasing_repeated, phrasing_language)
