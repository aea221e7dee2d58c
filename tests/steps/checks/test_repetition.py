"""Text that goes round in circles is found wherever it begins, in scripts with spaces and without."""

import pytest

from tests.steps.checks.subjects import AMERICAN, GERMAN, JAPANESE, THAI, found

LOOPS = [
    ("Go to the order page and choose the item that you return. ", "กด", AMERICAN),
    ("Öffnen Sie die Seite der Bestellung und wählen Sie den Artikel aus. ", "x", GERMAN),
    ("ไปที่หน้าคำสั่งซื้อแล้วเลือกสินค้าที่ต้องการคืน ", "x", THAI),
]


@pytest.mark.parametrize("before", ["", "ก", "กข", "ab ", "abcd", "แล้วกดปุ่ม "])
@pytest.mark.parametrize("after", ["", " ok", " จากนั้นรอ"])
@pytest.mark.parametrize("stutter", ["คืนเงิน คืนเงิน คืนเงิน", "**บันทึก** **บันทึก** **บันทึก**", "เลือก, เลือก, เลือก"])
def test_a_thai_word_three_times_in_a_row_is_found_wherever_it_stands(before, stutter, after) -> None:
    assert [f.rule for f in found("repetition", "x", f"{before} {stutter}{after}")] == ["repetition"]


@pytest.mark.parametrize("before", ["", "a ", "so ", "now ", "then ", "after "])
@pytest.mark.parametrize(
    ("stutter", "market"),
    [
        ("the the the", AMERICAN),
        ("Entries entries, entries", AMERICAN),
        ("Bestellung Bestellung Bestellung", GERMAN),
        ("キャンセル、キャンセル、キャンセル", JAPANESE),
    ],
)
def test_a_word_three_times_in_a_row_is_found_in_any_language(before, stutter, market) -> None:
    assert [f.rule for f in found("repetition", "ส่งคืน", f"{before}{stutter}.", market)] == ["repetition"]


@pytest.mark.parametrize(("phrase", "source", "market"), LOOPS)
@pytest.mark.parametrize("between", ["", "Then this: ", "1234 "])
@pytest.mark.parametrize("times", [2, 3, 40])
def test_a_long_phrase_is_a_loop_from_the_third_time_on(phrase, source, market, between, times) -> None:
    findings = found("repetition", source, (phrase + between) * times, market)
    assert [f"repeated {times} times" in f.message for f in findings] == ([True] if times > 2 else [])


@pytest.mark.parametrize(("phrase", "source", "market"), LOOPS)
def test_what_the_source_repeats_the_target_may_repeat(phrase, source, market) -> None:
    assert found("repetition", f"{phrase}{source} " * 3, phrase * 3, market) == []


@pytest.mark.parametrize(
    ("target", "market"),
    [
        ("| คืนเงินเต็มจำนวน | คืนเงินเต็มจำนวน | คืนเงินเต็มจำนวน |", THAI),
        ("คืนเงินได้ที่หน้าคืนเงิน แล้วรอคืนเงิน", THAI),
        ("a/b/c/d/e/f/g/h/i a/b/c/d/e/f/g/h/i a/b/c/d/e/f/g/h/i", AMERICAN),
        ("the end of the order of the day", AMERICAN),
    ],
)
def test_cells_paths_and_words_that_come_again_are_no_loop(target, market) -> None:
    assert found("repetition", "x", target, market) == []
