"""What a question asks about: words of one meaning are one, empty words are none, light ones may be left out."""

import pytest

from kb_pipeline.steps.language.concepts import asked, other_words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "How do I send the lamp back?", "I want to return my lamp"),
        ("en", "Until what age are lamps repaired?", "until what age is a lamp fixed"),
        ("th", "อยากคืนสินค้าต้องทำยังไง", "ขอคืนสินค้าอย่างไร"),
        ("de", "Wie melde ich mich im Konto an?", "Wie kann ich mich ins Konto einloggen?"),
        ("ja", "商品を返品する方法を教えてください", "返送するにはどうすればいいですか"),
        ("zh", "如何修改密码？", "怎样更改口令"),
    ],
)
def test_questions_in_other_words_have_no_other_words(language: str, one: str, other: str) -> None:
    assert other_words(asked(one, language), asked(other, language), language) is None


def test_a_light_word_may_be_left_out_but_is_not_another_one() -> None:
    send, collect, neither = (asked(text, "en") for text in ("Send the lamp?", "Collect the lamp?", "What about the lamp?"))
    assert other_words(send, neither, "en") is None
    assert other_words(send, collect, "en") == ({"send"}, {"collect"})


def test_sara_am_is_one_letter_however_it_is_written() -> None:
    assert asked("ชำระเงิน", "th") == asked("ชํ\u0e32ระเงิน", "th")


def test_a_language_without_lists_compares_words_as_they_are() -> None:
    assert asked("¿Dónde está la lámpara?", "es").concepts >= {"lámpara"}
    assert other_words(asked("la lámpara", "es"), asked("la mesa", "es"), "es")
