"""Words that no lexicon has."""

import pytest

from kb_pipeline.steps.language.lexicon import is_word, unknown_words


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("คุณยกเลิได้ภายใน 3 วัน", ["เลิ"]),
        ("การเผี่ยวมันสินค้า", ["เผี่ยว"]),
        ("คุณยกเลิกคำสั่งซื้อได้ภายใน 3 วัน", []),
        ("เปิดแอปบนมือถือแล้วอัปเดตเอนทิตี", []),
        ("Open the app", []),
        ("กําหนด", []),  # sara am as two characters has a rule of its own
        ("", []),
    ],
)
def test_thai_words_that_are_none_are_found(text, unknown):
    assert [text[start:end] for start, end in unknown_words(text, "th-TH")] == unknown


def test_a_language_without_a_lexicon_has_no_unknown_words():
    assert list(unknown_words("Der Wagn ist rotz", "de-DE")) == []


def test_a_name_a_title_and_a_rare_word_are_words():
    assert all(map(is_word, ("สมชาย", "ฟาโรห์", "พัสดุ")))
