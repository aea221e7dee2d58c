"""Negations are counted where a translation must carry them, in each language that a market speaks."""

import pytest

from kb_pipeline.steps.polarity import denials, hints_at_denial, negations, verdict


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("You can't and must not.", "en", 2),
        ("No of users", "en", 0),
        ("Nothing else is needed", "en", 1),
        ("ไม่ได้ และห้ามแชร์", "th", 2),
        ("ได้หรือไม่", "th", 0),
        ("ไม่ว่างเปล่า", "th", 1),
        ("ไม่ว่าเมื่อใด", "th", 0),
        ("不能取消", "zh-CN", 1),
        ("キャンセルできません", "ja", 1),
        ("Das geht nicht ohne Code.", "de", 2),
        ("No se puede.", "es", 1),
        ("Anda tidak dapat", "id", 1),
    ],
)
def test_negations_that_a_translation_must_carry(text: str, language: str, count: int) -> None:
    assert len(denials(text, language) or ()) == count


def test_a_language_without_a_list_is_not_judged() -> None:
    assert denials("Ні", "uk") is None
    assert hints_at_denial("Ні", "uk")


def test_relations_count_as_they_did() -> None:
    assert negations("ได้หรือไม่", "th") == 0
    assert verdict("ไม่ได้", "th") is False
