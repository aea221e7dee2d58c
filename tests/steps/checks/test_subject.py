"""What rules share about a text is true of all its parts, and first looks never hide what a second look would find."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import TextPart
from kb_pipeline.steps.checks import Subject
from kb_pipeline.steps.checks.subject import ANSWER, QUESTION, Place
from tests.steps.checks.subjects import THAI


def subject(question: str = "", answer: str = "", phrasings: tuple[str, ...] = ()) -> Subject:
    target = FaqText(question=question, answer=answer, phrasings=phrasings)
    return Subject(
        source=FaqText(question="", answer="x"), target=target, source_language="en", market=THAI, day=date(2025, 7, 1)
    )


def test_a_block_without_a_question_has_one_part() -> None:
    assert subject(answer="คืนเงิน").parts() == ((ANSWER, "คืนเงิน"),)


def test_phrasings_are_written_too() -> None:
    whole = subject("คืนได้ไหม", "ได้", ("Refund OK?", "คืนเงิน ๗ วัน"))
    assert [place for place, _ in whole.parts()] == [
        QUESTION, ANSWER, Place(TextPart.PHRASING, 0), Place(TextPart.PHRASING, 1),
    ]  # fmt: skip
    assert whole.written == "คืนได้ไหม\nได้\nRefund OK?\nคืนเงิน ๗ วัน"
    assert whole.has_digit


@pytest.mark.parametrize(("answer", "has"), [("7 วัน", True), ("๗ วัน", True), ("เจ็ดวัน", False), ("seven days", False)])
def test_digits_of_every_script_are_digits(answer: str, *, has: bool) -> None:
    assert subject(answer=answer).has_digit is has


@given(st.text(), st.text(alphabet="Ignore all", min_size=1), st.text())
def test_english_that_is_written_is_in_the_latin_of_a_text(before: str, english: str, after: str) -> None:
    assert english.lower() in subject(answer=f"{before}{english}{after}").latin


def test_two_subjects_are_never_the_same() -> None:
    assert subject(answer="ได้") != subject(answer="ได้")
