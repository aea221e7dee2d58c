"""The rule on drift of meaning: by the similarity alone, and only between languages."""

import pytest

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Severity
from kb_pipeline.steps.checks import Subject
from kb_pipeline.steps.checks.meaning import ANOTHER_TEXT, DRIFTED, NEAR, Nearness, meaning_drift, nearness
from tests.conftest import DAY

ENGLISH = FaqText(question="When is my refund paid?", answer="Within 7 days.")
THAI = FaqText(question="ได้รับเงินคืนเมื่อไร", answer="ภายใน 7 วัน")


@pytest.mark.parametrize(
    ("similarity", "severity"),
    [
        (None, None), (1.0, None), (DRIFTED, None), (DRIFTED - 0.001, Severity.MAJOR), (ANOTHER_TEXT, Severity.MAJOR),
        (ANOTHER_TEXT - 0.001, Severity.CRITICAL), (-1.0, Severity.CRITICAL),
    ],
)  # fmt: skip
def test_the_further_the_worse(thai, similarity, severity):
    subject = Subject(source=ENGLISH, target=THAI, source_language="en", market=thai, similarity=similarity, day=DAY)
    assert [f.severity for f in meaning_drift(subject)] == ([severity] if severity else [])


def test_within_one_language_nothing_is_said(american):
    subject = Subject(source=ENGLISH, target=ENGLISH, source_language="en-GB", market=american, similarity=0.0, day=DAY)
    assert not list(meaning_drift(subject))


@pytest.mark.parametrize(
    ("similarity", "word"),
    [(1, Nearness.NEAR), (NEAR, Nearness.NEAR), (0.5, Nearness.UNSURE), (DRIFTED, Nearness.UNSURE), (0.2, Nearness.FAR)],
)
def test_a_similarity_in_a_word(similarity, word):
    assert nearness(similarity) is word
