"""What a sentence commits to is read by the cues of its language, the longest first."""

import pytest

from kb_pipeline.steps.meaning import Kind, commitments


def read(text: str, language: str) -> set[tuple[str, str, str]]:
    """Kind, value and what it is about."""
    return {(one.kind.value, one.value, one.about) for one in commitments(text, language).commitments}


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("You can upload up to 5 photos.", "en", ("bound", "at most", "5")),
        ("อัปโหลดรูปได้ไม่เกิน 5 รูป", "th-TH", ("bound", "at most", "5")),
        ("写真を5枚以上アップロードできます。", "ja-JP", ("bound", "at least", "5")),
        ("最多可上传5张照片。", "zh-CN", ("bound", "at most", "5")),
        ("Höchstens 5 Fotos.", "de-DE", ("bound", "at most", "5")),
        ("Pay after the delivery.", "en", ("time", "after", "delivery")),
        ("ชำระหลังได้รับสินค้า", "th-TH", ("time", "after", "delivery")),
        ("お支払いの後に", "ja-JP", ("time", "after", "payment")),
        ("Not all sellers accept returns.", "en", ("quantity", "not all", "")),
        ("ไม่ใช่ทุกร้าน", "th-TH", ("quantity", "not all", "")),
        ("Sie müssen nichts tun, und Sie müssen es nicht drucken.", "de-DE", ("modality", "need not", "")),
        ("Attach two photos.", "en", ("number", "2", "photo")),
        ("แนบรูปถ่ายสองรูป", "th-TH", ("number", "2", "photo")),
        ("Geben Sie den Code dreimal ein.", "de-DE", ("number", "3", "time")),
        ("The second attempt", "en", ("ordinal", "2", "")),
        ("การจัดส่งครั้งที่สอง", "th-TH", ("ordinal", "2", "")),
        ("第三次尝试", "zh-CN", ("ordinal", "3", "")),
    ],
)
def test_a_cue_says_what_it_says(text: str, language: str, wanted: tuple[str, str, str]) -> None:
    assert wanted in read(text, language)


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("It takes no more than three days.", "en", Kind.DENIAL),  # a bound
        ("ใช้เวลาไม่เกินสามวัน", "th-TH", Kind.DENIAL),
        ("密码不得少于8个字符。", "zh-CN", Kind.DENIAL),
        ("บริการนี้สามารถใช้ได้", "th-TH", Kind.NUMBER),  # its beginning is a three
        ("カードでお支払いいただけます。", "ja-JP", Kind.ONLY),  # its inside is an only
        ("โอนเงินผ่านธนาคาร", "th-TH", Kind.ROLE),  # a way to pay
        ("Pay by bank transfer.", "en", Kind.ROLE),
        ("See `if only`.", "en", Kind.ONLY),  # code
        ("Die Bestellung ist da.", "xx", Kind.ROLE),  # of the language nothing is known
    ],
)
def test_what_only_holds_a_cue_s_letters_is_none(text: str, language: str, kind: Kind) -> None:
    assert commitments(text, language).of(kind) == []


def test_spans_are_those_of_the_text_as_given() -> None:
    text = "**Only** you can’t pay `no` more than 5 ฿."
    found = commitments(text, "en").commitments
    assert {text[one.start : one.end] for one in found if one.kind in (Kind.ONLY, Kind.BOUND)} == {"Only", "more than"}


def test_the_same_text_is_read_once() -> None:
    assert commitments("Read me once, at most.", "en") is commitments("Read me once, at most.", "en")
