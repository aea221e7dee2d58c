"""The text still means what the source means, as far as the embedder can tell.

Measured on 1,600 blocks of professional English-Thai translations (benchmarks/meaning_drift.py): below `DRIFTED` are 0.2% of
the true pairs, 92% of the texts of another article, 51% of the neighbouring texts of the same one, but only 13% of halves and
5% of texts that lack a sentence: what is missing is found by lengths (`completeness`), not by meaning. Below `ANOTHER_TEXT` is
no true pair, and 47% of the texts of another article. Between languages that share words (English and German) other texts are
nearer, so that fewer are found.

Within one language the embedder is not asked: the words are compared. Of 66 edited sentences of English articles none keeps
less than `ANOTHER_WORDS` of its words from the sentence before, and 95% of other sentences do. Other languages have the same
thresholds, unmeasured.
"""

from collections.abc import Iterator
from enum import StrEnum

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.language.stems import content_words

# Of Subject.similarity, see above; three of four true pairs are above NEAR.
NEAR, DRIFTED, ANOTHER_TEXT = 0.55, 0.39, 0.29
# Share of an answer's content words that its source has, within one language.
FEW_WORDS, ANOTHER_WORDS = 0.4, 0.3
_FEWEST = 2  # content words; fewer show nothing


class Nearness(StrEnum):
    """A similarity in a word."""

    NEAR = "near"  # as most translations are
    UNSURE = "unsure"  # as one translation in four is
    FAR = "far"  # as hardly any translation is


def nearness(similarity: float) -> Nearness:
    """The word for a similarity."""
    if similarity < DRIFTED:
        return Nearness.FAR
    return Nearness.NEAR if similarity >= NEAR else Nearness.UNSURE


@rule("meaning-drift", MqmCategory.ACCURACY, Severity.MAJOR)
def meaning_drift(subject: Subject) -> Iterator[Flaw]:
    """Source and target are as near in meaning as translations are; critical for another text. Silent if not measured."""
    similarity, limits = subject.similarity, (DRIFTED, ANOTHER_TEXT)
    if subject.same_language:
        similarity, limits = _words_kept(subject), (FEW_WORDS, ANOTHER_WORDS)
    if similarity is None or similarity >= limits[0]:
        return
    if similarity < limits[1]:
        yield Flaw("the text says something else than the source; write what the source says", severity=Severity.CRITICAL)
    else:
        yield Flaw("the text seems to mean something else than the source; compare them sentence by sentence")


def _words_kept(subject: Subject) -> float | None:
    """The share of the answer's content words that the source or a citation has; the market's clauses are left out."""
    answer = subject.target.answer
    for clause in subject.market.clauses:
        answer = answer.replace(clause.text, "")
    written = content_words(answer, subject.source_language)
    source = "\n".join((subject.source_text, *(citation.text for citation in subject.citations)))
    kept = written & content_words(source, subject.source_language)
    return len(kept) / len(written) if len(written) >= _FEWEST else None
