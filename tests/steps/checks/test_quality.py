"""The quality estimate: MQM's points by length, drift, and what follows for the number of people who must approve."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.domain.changes import Relation, RelationKind, RiskTier
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity
from kb_pipeline.steps.checks.meaning import DRIFTED, NEAR
from kb_pipeline.steps.checks.quality import GOOD, POOR, Grade, estimate, grade
from kb_pipeline.steps.checks.risk import risk_of

MINOR, MAJOR, CRITICAL = Severity
SHORT = {
    "en": FaqText(question="When is my refund paid?", answer="Within 7 days."),
    "th-TH": FaqText(question="ได้รับเงินคืนเมื่อไร", answer="ภายใน 7 วัน"),
    "ja-JP": FaqText(question="返金はいつですか。", answer="7日以内です。"),
}
# sixty words each, as people count them
LONG = {
    "en": FaqText(question="Why is it late?", answer="The parcel is late today. " * 11 + "So."),
    "th-TH": FaqText(question="ทำไมพัสดุมาช้า", answer="พัสดุมาช้าวันนี้ " * 14),
}


def found(*severities):
    return [Finding(rule="r", category=MqmCategory.ACCURACY, severity=s, message="m") for s in severities]


@pytest.mark.parametrize("language", SHORT)
@pytest.mark.parametrize(
    ("severities", "similarity", "quality"),
    [
        ((), None, 100.0), ((), NEAR, 100.0), ((), DRIFTED, 80.0), ((), (NEAR + DRIFTED) / 2, 90.0), ((), -1.0, 80.0),
        ((MINOR,), None, 96.7), ((MAJOR,), None, 83.3), ((MAJOR,), DRIFTED, 63.3), ((MAJOR, MAJOR), None, 66.7),
        ((CRITICAL,), None, 16.7), ((CRITICAL, CRITICAL), None, 0.0),
    ],
)  # fmt: skip
def test_a_short_text_counts_as_thirty_words_in_every_language(language, severities, similarity, quality):
    assert estimate(found(*severities), similarity, SHORT[language], language) == quality


@pytest.mark.parametrize("language", LONG)
def test_the_same_fault_weighs_less_in_a_long_text(language):
    assert estimate(found(MAJOR), None, LONG[language], language) == pytest.approx(91.7, abs=1.5)


@given(
    severities=st.lists(st.sampled_from(Severity), max_size=9),
    similarity=st.none() | st.floats(-1, 1),
    words=st.integers(0, 200),
)
def test_it_stays_between_0_and_100_and_a_further_fault_never_helps(severities, similarity, words):
    text = FaqText(question="Why?", answer="word " * words)
    quality = estimate(found(*severities), similarity, text, "en")
    assert 0 <= quality <= 100
    assert estimate(found(*severities, MINOR), similarity, text, "en") <= quality


@pytest.mark.parametrize(
    ("quality", "word"), [(100, Grade.GOOD), (GOOD, Grade.GOOD), (89.9, Grade.FAIR), (POOR, Grade.FAIR), (69.9, Grade.POOR)]
)
def test_a_quality_in_a_word(quality, word):
    assert grade(quality) is word


@pytest.mark.parametrize("quality", [None, 100.0, POOR, POOR - 0.1])
def test_a_poor_text_takes_two_people(thai, quality):
    risk = risk_of((), (), Relation(kind=RelationKind.NEW), thai, quality)
    assert risk is (RiskTier.HIGH if quality is not None and quality < POOR else RiskTier.LOW)
