"""Markdown, punctuation, Thai marks, dates, numbers, tone: each fires, keeps still beside it, and is mended by its fix."""

import pytest

from kb_pipeline.domain.findings import Severity
from tests.steps.checks.subjects import AMERICAN, GERMAN, JAPANESE, THAI, fixed, found


@pytest.mark.parametrize(
    ("rule", "source", "target", "market"),
    [
        ("markdown", "Tap **Me**.", "แตะ **ฉัน", THAI),
        ("markdown", "Tap **Me**.", "แตะ ฉัน", THAI),
        ("markdown", "# Returns\nText", "การคืน\nข้อความ", THAI),
        ("markdown", "See [help](https://a.co).", "ดูความช่วยเหลือ https://a.co", THAI),
        ("markdown", "```\nrun\n```", "run", THAI),
        ("markdown", "Tap **Me** now.", "Tippen Sie auf ** Ich**.", GERMAN),
        ("punctuation", "Wait.", "รอ。", THAI),
        ("punctuation", "Wait (a day).", "รอ (หนึ่งวัน", THAI),
        ("punctuation", "Wait, please.", "Bitte,, warten.", GERMAN),
        ("date-form", "at 3 PM", "เวลา 3 PM", THAI),
        ("date-form", "at 3:30 PM", "um 3:30 PM", GERMAN),
        ("tone", "Thanks.", "ขอบคุณครับ", THAI),
        ("tone", "Your order", "deine Bestellung", GERMAN),
        ("tone", "Open it.", "開ける。", JAPANESE),
    ],
)
def test_a_rule_fires_on_what_it_is_for(rule, source, target, market) -> None:
    assert [finding.rule for finding in found(rule, source, target, market)][:1] == [rule]


@pytest.mark.parametrize(
    ("rule", "source", "target", "market"),
    [
        ("markdown", "Tap **Me**, then **Orders**.", "แตะ **ฉัน** แล้วแตะ **คำสั่งซื้อ**", THAI),
        ("markdown", "Use `**` for bold.", "ใช้ `**` เพื่อทำตัวหนา", THAI),
        ("punctuation", "At 9:00", "เวลา 9.00 น. ทุกวัน", THAI),
        ("punctuation", "In the year 2568 BE.", "ปี พ.ศ. 2568", THAI),
        ("punctuation", "Wait...", "รอ...", THAI),
        ("punctuation", "待って", "お待ちください。", JAPANESE),
        ("lost-marks", "Rice field", "นาข้าวและทางเดิน", THAI),
        ("lost-marks", "Seaweed", "สาหร่ายและบันได", THAI),
        ("date-form", "May 1, 2025", "1 พฤษภาคม 2568", THAI),
        ("date-form", "May 1, 2025", "1 พฤษภาคม ค.ศ. 2025", THAI),
        ("date-form", "at 3 PM", "at 3 PM", AMERICAN),
        ("number-form", "1,000.50", "1,000.50", AMERICAN),
        ("number-form", "10.0.17763", "10.0.17763", GERMAN),
        ("number-form", "`1,000.50`", "`1,000.50`", GERMAN),
        ("tone", "Points", "คะแนนและเอกสาร", THAI),
        ("tone", "Open it.", "アプリを開いてください。", JAPANESE),
        ("tone", "Industry", "Industrie und Produkte", GERMAN),
    ],
)
def test_a_rule_keeps_still_beside_it(rule, source, target, market) -> None:
    assert found(rule, source, target, market) == []


@pytest.mark.parametrize(
    ("rule", "target", "right", "market"),
    [
        ("lost-marks", "ขอแนะนาให้กาหนดจานวน", "ขอแนะนำให้กำหนดจำนวน", THAI),
        ("lost-marks", "เนืองจากคุณตองการคืนเงิน", "เนื่องจากคุณต้องการคืนเงิน", THAI),
        ("lost-marks", "สินค้านี้คืนไมได้", "สินค้านี้คืนไม่ได้", THAI),
        ("punctuation", "คุณคืนสินค้าได้. ส่งพัสดุ", "คุณคืนสินค้าได้ ส่งพัสดุ", THAI),
        ("date-form", "ตั้งแต่ 17 พฤษภาคม 2019", "ตั้งแต่ 17 พฤษภาคม 2562", THAI),
        ("number-form", "Höchstens 1,000.50 Punkte", "Höchstens 1.000,50 Punkte", GERMAN),
        ("number-form", "At most 1.000.000 points", "At most 1,000,000 points", AMERICAN),
        ("tone", "ได้ค่ะ", "ได้", THAI),
        ("markdown", "Tippen Sie auf ** Ich**.", "Tippen Sie auf **Ich**.", GERMAN),
    ],
)
def test_the_fix_mends_it(rule, target, right, market) -> None:
    assert fixed(rule, "Tap **Me**.", target, market) == right
    assert found(rule, "Tap **Me**." if "**" in right else "x", right, market) == []


def test_the_wrong_era_under_the_right_name_is_worse_than_the_wrong_era() -> None:
    assert [f.severity for f in found("date-form", "2025", "ปี พ.ศ. 2025")] == [Severity.MAJOR]
    assert [f.severity for f in found("date-form", "May 1, 2025", "1 พ.ค. 2025")] == [Severity.MINOR]


def test_two_speakers_in_one_text_are_mixed_up() -> None:
    tone = THAI.conventions.tone.model_copy(update={"particle_use": "optional"})
    market = THAI.model_copy(update={"conventions": THAI.conventions.model_copy(update={"tone": tone})})
    assert found("tone", "Yes.", "ได้ครับ ขอบคุณค่ะ", market)
    assert found("tone", "Yes.", "ได้ค่ะ ขอบคุณค่ะ", market) == []


def test_marks_that_cannot_stand_together_are_shown() -> None:
    assert "cannot stand together" in found("lost-marks", "x", "แทนที่่ค่านี้")[0].message
