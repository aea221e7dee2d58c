"""A text in the single sentences that a small model is asked for, and together again."""

import pytest

from kb_pipeline.steps.localize.single_sentences import gap_between, single_sentences, without_stop


def sentences(text, language="en"):
    return [single.text for single in single_sentences(text, language, at_semicolons=True).sentences]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Open the app. Choose the order.", "en", ["Open the app.", "Choose the order."]),
        ("The first one is free; each further one costs $2.", "en", ["The first one is free", "each further one costs $2."]),
        ("第一次免费；之后每次收费。", "zh-CN", ["第一次免费", "之后每次收费。"]),
        ("No. One card pays for one order.", "en", ["No. One card pays for one order."]),
        ("Yes. Open it. Then tap.", "en", ["Yes. Open it.", "Then tap."]),
        ("Nein. Eine Karte genügt.", "de", ["Nein. Eine Karte genügt."]),
        ("Not yet paid orders are kept. Others are not.", "en", ["Not yet paid orders are kept.", "Others are not."]),
        ("Bring:\n\n- the parcel\n- your receipt", "en", ["Bring:", "the parcel", "your receipt"]),
        ("1. Open the app.\n2. Tap it.", "en", ["Open the app.", "Tap it."]),
        ("", "en", []),
    ],
)
def test_a_text_is_cut_at_sentence_ends_semicolons_and_lines(text, language, expected):
    assert sentences(text, language) == expected


def test_marks_of_lists_and_lines_stay_as_they_are():
    text = "Bring these:\n\n- the parcel\n- your receipt. It is in the app.\n"
    rendered = single_sentences(text, "en", at_semicolons=True).rendered(str.upper, " ")
    assert rendered == "BRING THESE:\n\n- THE PARCEL\n- YOUR RECEIPT. IT IS IN THE APP.\n"


def test_sentences_are_joined_as_the_market_writes_them():
    text = "Open it. Tap it; wait."
    words = {"Open it.": "เปิด", "Tap it": "แตะ", "wait.": "รอ"}
    thai = single_sentences(text, "en", at_semicolons=True).rendered(words.__getitem__, gap_between("th-TH", full_stop=False))
    assert thai == "เปิด แตะ รอ"
    stopped = single_sentences(text, "en", at_semicolons=False)
    words = {"Open it.": "開く。", "Tap it; wait.": "押して待つ。"}
    assert stopped.rendered(words.__getitem__, gap_between("ja-JP", full_stop=True)) == "開く。押して待つ。"
    assert stopped.rendered(str, gap_between("de-DE", full_stop=True)) == text


@pytest.mark.parametrize(
    ("sentence", "bare"),
    [("แตะ **คืนสินค้า**.", "แตะ **คืนสินค้า**"), ("เปิดถึง 18.00 น.", "เปิดถึง 18.00 น."), ("รอ...", "รอ..."), ("รอ", "รอ"), ("", "")],
)
def test_a_full_stop_that_the_market_does_not_write_goes(sentence, bare):
    assert without_stop(sentence, "th-TH") == bare
