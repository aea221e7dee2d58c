"""Negations are counted where a translation must carry them, in each language that a market speaks."""

import pytest

from kb_pipeline.steps.language.negation import denials, hints_at_denial, negations, negative_words, renders_with_negations
from kb_pipeline.steps.language.opposites import verdict


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("You can't and must not.", "en", 2),
        ("No of users", "en", 0),
        ("Nothing else is needed", "en", 1),
        ("ไม่ได้ และห้ามแชร์", "th", 2),
        ("ได้หรือไม่", "th", 0),
        ("มีหรือไม่มีก็ได้", "th", 1),
        ("คุณแน่ใจหรือไม่ว่าต้องการลบ", "th", 0),
        ("Choose **No** here", "en", 1),
        ("It does't help", "en", 1),
        ("If you haven't already, sign in", "en", 0),
        ("It is not only fast but cannot fail", "en", 1),
        ("ไม่ว่างเปล่า", "th", 1),
        ("ไม่ว่าเมื่อใด", "th", 0),
        ("不能取消", "zh-CN", 1),
        ("特别的优惠券，不仅有折扣", "zh-CN", 0),
        ("没有类别", "zh-CN", 1),
        ("キャンセルできません", "ja", 1),
        ("コードを入力しなければなりません。", "ja", 0),
        ("遅れるかもしれませんが、なくてはいけません。", "ja", 0),
        ("まず、ログインし、必ず、確認します。", "ja", 0),
        ("ログインせず、確認しない", "ja", 2),
        ("まもなく届きますが、変更はできません。", "ja", 1),
        ("Das geht nicht ohne Code.", "de", 2),
        ("Sie zahlen nichts, niemandem.", "de", 2),
        ("Nicht nur heute, sondern ohne Weiteres", "de", 0),
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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("unpaid and invalid", ["unpaid", "invalid"]),
        ("Non-refundable, un-generated", ["Non-refundable", "un-generated"]),
        ("under a unified, unique unit until it was unlinked", []),
        ("amounted, images/invalid.png", []),
    ],
)
def test_negative_words_are_those_that_other_languages_negate(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in negative_words(text, "en")] == words


def test_some_languages_have_negative_words_of_their_own() -> None:
    assert renders_with_negations("th-TH")
    assert renders_with_negations("zh-CN")
    assert not renders_with_negations("de-DE")
