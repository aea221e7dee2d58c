"""Languages are told by script first, by letters' habits second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.steps.language.detection import detect, is_plainly
from kb_pipeline.steps.language.scripts import beyond, scripts_of
from kb_pipeline.steps.language.tags import language_name


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("How long does a refund to my card take?", "en"),
        ("เปิดแอป Marigold Wallet แล้วกด Orders เพื่อคืนเงิน", "th"),
        ("打开 App，点击“订单”申请退款", "zh-CN"),
        ("アプリを開いて注文をタップします", "ja"),
        ("주문을 취소하는 방법", "ko"),
        ("Wie kann ich meine Bestellung stornieren?", "de"),
        ("Bagaimana cara mengembalikan barang yang sudah dibeli?", "id"),
        ("Как вернуть товар, который я купил?", "ru"),
        ("12 + 34", "und"),
        ("", "und"),
    ],
)
def test_the_language_of_a_text(text: str, tag: str) -> None:
    assert detect(text) == tag


def test_scripts_are_counted_over_letters_and_vowel_marks() -> None:
    assert scripts_of("Pay ที่ 退款 7 วัน!") == {"Latn": 3, "Thai": 6, "Hani": 2}


@pytest.mark.parametrize(
    ("tag", "name"), [("th", "Thai"), ("th-TH", "Thai (Thailand)"), ("en", "English"), ("und", "und"), ("xx", "xx")]
)
def test_a_tag_has_an_english_name(tag: str, name: str) -> None:
    assert language_name(tag) == name


@pytest.mark.parametrize(
    ("language", "text", "plainly"),
    [
        ("th", "คืนเงินภายใน 7 วันผ่าน Wallet", True),
        ("th", "The refund takes 7 days.", False),
        ("ja", "返金には7日かかります", True),
        ("zh", "退款需要七天", True),
        ("zh", "返金には7日かかります", False),
        ("de", "Die Rückzahlung dauert sieben Tage und ist für Sie kostenlos.", True),
        ("de", "The refund takes seven days and costs you nothing.", False),
        ("en", "The refund takes seven days and costs you nothing.", True),
        ("fr", "Le remboursement prend sept jours.", False),
    ],
)
def test_only_what_leaves_no_doubt_is_plainly_in_a_language(language: str, text: str, *, plainly: bool) -> None:
    assert is_plainly(language, text) is plainly


@pytest.mark.parametrize("scripts", [("Latn",), ("Thai", "Latn"), ("Hira", "Kana", "Hani", "Latn")])
@given(st.text())
def test_a_text_that_is_dismissed_has_no_letter_of_another_script(scripts: tuple[str, ...], text: str) -> None:
    if not beyond(scripts).search(text):
        assert scripts_of(text).keys() <= {*scripts, "Zyyy"}
