"""What two compared texts are to each other: thresholds over scores and discrepancies. Moving one compares nothing again."""

from typing import NamedTuple

from kb_pipeline.domain.changes import RelationKind
from kb_pipeline.domain.relations import Comparison
from kb_pipeline.steps.language.reader import language_of

FLOOR = 0.92  # a cosine of questions; below it, only texts that ask for the same things are compared in full


class Thresholds(NamedTuple):
    """Cosines of multilingual-e5-small. Measured by benchmarks/relations.py on labelled pairs of each language."""

    same: float = 0.87  # of questions that nothing tells apart; the lowest of right pairs is .874
    like: float = 0.93  # of questions in which something differs: they belong together
    answer: float = 0.88  # of two answers that say the same


def thresholds_of(language: str) -> Thresholds:
    """Those in the file of the language of a BCP-47 tag (`sameness.thresholds`), else those for all."""
    return Thresholds(**{str(name): value for name, value in language_of(language).sameness.thresholds.items()})


def decide(found: Comparison, thresholds: Thresholds) -> RelationKind:
    """The relation of a text to another one.

    No duplicate in whose question any word, name, number or commitment differs. Contradictory are answers to one question that
    cannot both be true.
    """
    if not is_one_question(found, thresholds):
        return RelationKind.COMPLEMENTARY if found.question >= thresholds.like else RelationKind.NEW
    if any(each.opposes for each in found.discrepancies):
        return RelationKind.CONTRADICTORY
    same_answer = found.answer >= thresholds.answer and not found.discrepancies
    return RelationKind.DUPLICATE if same_answer else RelationKind.COMPLEMENTARY


def is_one_question(found: Comparison, thresholds: Thresholds) -> bool:
    """Whether both texts answer the same question."""
    return found.identical or (found.one_question and found.question >= thresholds.same)
