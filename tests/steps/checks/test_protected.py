"""Code, links, addresses and placeholders come through as often as the source has them."""

from datetime import date

import pytest
from hypothesis import given

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Severity, TextPart
from kb_pipeline.steps.checks import Subject
from kb_pipeline.steps.checks.protected import protected_text
from tests.steps.checks.subjects import THAI, found
from tests.steps.localize.test_masking import texts


@given(texts)
def test_a_text_has_no_findings_against_itself(text):
    assert not found("protected-text", text, text, language="th")


@pytest.mark.parametrize(
    ("source", "target", "message", "severity"),
    [
        ("Type `kb run`.", "พิมพ์ `kb run` หรือ `kb run`", "'`kb run`' stands 2 times, in the source 1", Severity.MAJOR),
        ("a@b.example or a@b.example", "ถาม a@b.example", "'a@b.example' stands 1 times, in the source 2", Severity.MAJOR),
        ("See note [1].", "ดูหมายเหตุ", "'[1]' stands 0 times", Severity.MAJOR),
        ("Hello {name}.", "สวัสดี {name} [[2]]", "'[[2]]' stands for nothing", Severity.CRITICAL),
    ],
)
def test_a_doubled_a_dropped_and_an_invented_mark_are_findings(source, target, message, severity):
    (finding,) = found("protected-text", source, target)
    assert message in finding.message
    assert (finding.severity, finding.part) == (severity, TextPart.ANSWER)


@pytest.mark.parametrize(
    ("source", "target"),
    [("See https://shop.example/a.", "ดูที่นี่"), ("Type `help`.", "พิมพ์"), ("{name}", "{name} {name}"), ("{name}", "{1}")],
)
def test_what_other_rules_find_is_not_found_twice(source, target):
    assert not found("protected-text", source, target)


@pytest.mark.parametrize(
    ("phrasing", "has_finding"), [("ดู [[3]] ได้ไหม", True), ("พิมพ์ `help` ได้ไหม", False), ("{name} คือใคร", False)]
)
def test_a_mark_that_a_model_left_in_a_phrasing_is_critical(phrasing, has_finding):
    source = FaqText(question="Where is `help`?", answer="In the app.", phrasings=("Who is {name}?",))
    target = FaqText(question="`help` อยู่ที่ไหน", answer="ในแอป", phrasings=(phrasing,))
    subject = Subject(source=source, target=target, source_language="en", market=THAI, day=date(2025, 7, 1))
    assert [(f.severity, f.phrasing) for f in protected_text(subject)] == [(Severity.CRITICAL, 0)] * has_finding
