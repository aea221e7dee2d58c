"""Whether an answer is supported by the sentences that it cites, in the article's language."""

from collections.abc import Iterator
from dataclasses import replace

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity
from kb_pipeline.steps.checks.claims import unheld_commitments
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.facts.compare import COMPARED, comparison_value
from kb_pipeline.steps.language.opposites import verdict
from kb_pipeline.steps.language.questions import asked
from kb_pipeline.steps.language.sentence_marks import claims
from kb_pipeline.steps.language.stems import content_words
from kb_pipeline.steps.language.words import words

# Share of a sentence's content words that its citations must hold. At .5, 4 % of 133 sentences against their own edited
# versions fall below (Thai: 0 of 46), and 73 % of 554 sentences against three others of the same article.
SUPPORT = 0.5
# A citation stays when it alone holds this share of the answer's content words, or of those nothing better holds.
USEFUL = 0.15
_FEWEST_WORDS = 2  # `Yes.` claims nothing that words could show


@rule("grounded", MqmCategory.ACCURACY, Severity.CRITICAL)
def grounded(subject: Subject) -> Iterator[Flaw]:
    """What the source FAQ claims, its cited sentences say: facts, whole sentences, and what they commit to (major; minor where
    only a condition, a restriction or a bound is gone). No other wording mends it but one in the source's language that
    leaves the claim out.
    """
    flaws = _flaws(subject.source, subject.citations, subject.source_language)
    if flaws and subject.same_language:
        left = {flaw.message for flaw in _flaws(subject.target, subject.citations, subject.source_language)}
        flaws = [flaw for flaw in flaws if flaw.message in left] or flaws[: len(left)]
    yield from (replace(flaw, span=None) for flaw in flaws)  # the spans are the source's


def ungrounded(text: FaqText, citations: tuple[Citation, ...], language: str) -> tuple[Finding, ...]:
    """Findings on what no citation supports: facts of the answer that no cited sentence holds, and whole sentences."""
    return tuple(grounded.finding(flaw) for flaw in _flaws(text, citations, language))


def _flaws(text: FaqText, citations: tuple[Citation, ...], language: str) -> list[Flaw]:
    """What of the answer is not held; each place is told once, facts first."""
    found = [*_unheld_facts(text, citations, language), *_unheld(text, citations, language)]
    if not found and citations and _claims_nothing(text, citations, language):
        return [Flaw("the answer claims nothing that a source says; answer the question from its sources")]
    told = [flaw.span for flaw in found if flaw.span]
    cited = [_whole(citation) for citation in citations]
    for flaw in unheld_commitments(text.question, text.answer, cited, language):
        start, end = flaw.span or (0, 0)
        if not any(low < end and start < high for low, high in told):
            found.append(flaw)
    return found


def prune(answer: str, citations: tuple[Citation, ...], language: str) -> tuple[Citation, ...]:
    """The citations that support something in the answer, in their order; at least the best one, if there is any.

    Taken greedily: the citation that adds the most of the answer's content words and facts, until the next adds too little.
    """
    wanted = _claims(answer, language)
    held = {citation: wanted & _claims(_whole(citation), language) for citation in citations}
    kept: list[Citation] = []
    covered: set[object] = set()
    while rest := [citation for citation in held if citation not in kept]:
        best = max(rest, key=lambda citation: len(held[citation] - covered))
        gain = held[best] - covered
        if kept and len(gain) < max(1, USEFUL * len(wanted)) and not any(isinstance(claim, tuple) for claim in gain):
            break
        kept.append(best)
        covered |= gain
    return tuple(citation for citation in citations if citation in kept)


def support(sentence: str, citations: tuple[Citation, ...], language: str) -> float:
    """The share of the sentence's content words that the cited sentences hold, 0 to 1; 1 for a sentence without any."""
    wanted = content_words(sentence, language)
    if not wanted:
        return 1.0
    cited = "\n".join(_whole(citation) for citation in citations)
    held = content_words(cited, language)
    return sum(word in held or (not word.isascii() and word in cited) for word in wanted) / len(wanted)


def _unheld_facts(text: FaqText, citations: tuple[Citation, ...], language: str) -> Iterator[Flaw]:
    held = {comparison_value(fact) for citation in citations for fact in extract(_whole(citation), language)}
    numbers = {value for _, value, _ in held}
    for fact in extract(text.answer, language):
        if fact.kind not in COMPARED or comparison_value(fact) in held or _is_small(fact, numbers):
            continue
        message = f"'{fact.raw.strip()}' is in no cited sentence; use only what the sources say"
        yield Flaw(message, span=(fact.start, fact.end))


def _is_small(fact: Fact, numbers: set[str]) -> bool:
    return fact.kind is FactKind.COUNT and (len(fact.value) < 2 or fact.value in numbers)


def _unheld(text: FaqText, citations: tuple[Citation, ...], language: str) -> Iterator[Flaw]:
    for match in claims(text.answer):
        if len(content_words(match[0], language)) < _FEWEST_WORDS:
            continue
        share = support(match[0], citations, language)
        if share < SUPPORT:
            message = (
                f"no source supports '{match[0].strip()[:120]}' ({share:.0%} of its words); leave it out or cite its source"
            )
            yield Flaw(message, span=match.span())


def _claims_nothing(text: FaqText, citations: tuple[Citation, ...], language: str) -> bool:
    """Whether no sentence of the answer can be held against its citations, no word of it is theirs, and it is no yes or no."""
    if any(len(content_words(match[0], language)) >= _FEWEST_WORDS for match in claims(text.answer)):
        return False  # each was held against them
    if verdict(text.answer, language) is not None:
        return False
    if content_words(text.answer, language):
        return not support(text.answer, citations, language)
    question = asked(text.question, language)
    return not (question and question.is_yes_no and words(text.answer, language))  # You can.


def _claims(text: str, language: str) -> set[object]:
    facts: set[object] = {comparison_value(fact) for fact in extract(text, language) if fact.kind in COMPARED}
    return facts | set(content_words(text, language))


def _whole(citation: Citation) -> str:
    return "\n".join((*citation.heading_path, *citation.lead_in, citation.text))
