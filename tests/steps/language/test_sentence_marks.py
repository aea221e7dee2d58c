"""Where sentences end by their marks alone, as the quick checks ask."""

import pytest

from kb_pipeline.steps.language.sentence_marks import (
    begins_sentence,
    begins_sentence_or_cell,
    claims,
    cut_pieces,
    cut_sentences,
    end_of_sentence,
    has_two_sentences,
    without_end,
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Pay now. Then wait.", ["Pay now", "Then wait."]),
        ("Pay v1.2 now, e.g. today", ["Pay v1.2 now, e.g. today"]),
        ('He said "go." **Then** left.', ['He said "go', "**Then** left."]),
        ("请付款。然后等待。", ["请付款", "然后等待。"]),
        ("Wrapped\nline", ["Wrapped\nline"]),
        ("Head\n\nText", ["Head", "\nText"]),
        ("จ่ายเงินแล้ว รอสักครู่", ["จ่ายเงินแล้ว รอสักครู่"]),
    ],
)
def test_sentences_by_their_marks(text: str, sentences: list[str]) -> None:
    assert cut_sentences(text) == sentences
    assert has_two_sentences(text) is (len(sentences) > 1)


@pytest.mark.parametrize(
    ("text", "language", "pieces"),
    [
        ("Pay now, then wait.", "en", ["Pay now,", "then wait."]),
        ("จ่ายเงิน แล้วรอ", "th-TH", ["จ่ายเงิน", "แล้วรอ"]),
        ("请付款，等待。", "zh-CN", ["请付款，", "等待。", ""]),
        ("ຈ່າຍ ລໍຖ້າ", "lo", ["ຈ່າຍ", "ລໍຖ້າ"]),
    ],
)
def test_where_a_sentence_can_end(text: str, language: str, pieces: list[str]) -> None:
    assert cut_pieces(text, language) == pieces


def test_claims_are_sentences_with_their_stops() -> None:
    assert [match[0] for match in claims("Pay 3.50 now. Wait!\n等。รอ 7 วัน")] == ["Pay 3.50 now.", " Wait!", "等。", "รอ 7 วัน"]


@pytest.mark.parametrize(
    ("text", "at", "begins", "in_cell"),
    [
        ("Tap it. Orders", 8, True, True),
        ("- Orders", 2, True, True),
        ("| Orders", 2, False, True),
        ("Tap Orders", 4, False, False),
    ],
)
def test_where_a_sentence_begins(text: str, at: int, begins: bool, in_cell: bool) -> None:
    assert begins_sentence(text, at) is begins
    assert begins_sentence_or_cell(text, at) is in_cell


@pytest.mark.parametrize(
    ("text", "end"), [("Pay**| x", "**|"), ("Pay. Now", "."), ("Pay now", None), ("Pay", ""), ("Pay\nก", "\n")]
)
def test_how_a_sentence_goes_on(text: str, end: str | None) -> None:
    assert end_of_sentence(text, 3) == end


@pytest.mark.parametrize("sentence", ["送ります。", "送ります**。**」", "送ります！ "])
def test_the_marks_at_the_end_are_no_words(sentence: str) -> None:
    assert without_end(sentence) == "送ります"
