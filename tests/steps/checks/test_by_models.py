"""What only a model writes: each rule finds its fault, and leaves what people write alone."""

import pytest

from kb_pipeline.domain.findings import Severity
from kb_pipeline.domain.markets import Term, TermStatus, UiString
from tests.steps.checks.subjects import GERMAN, JAPANESE, THAI, fixed, found

TERMS = THAI.model_copy(
    update={
        "terms": (
            Term(source="return", target="คืนสินค้า", status=TermStatus.PREFERRED),
            Term(source="Luma", target="ลูมาเน็ด", status=TermStatus.PREFERRED),
        ),
        "ui_strings": (UiString(key="a", source="Inbox", target="กล่อง inbox"),),
    }
)


def flagged(rule, source, target, market=TERMS, **more):
    return [(f.severity, (f.part.value, f.start, f.end)) for f in found(rule, source, target, market, **more)]


@pytest.mark.parametrize(
    ("target", "word"),
    [("คุณยกเลิได้", "เลิ"), ("ส่งเผี่ยวมันคืน", "เผี่ยว"), ("ซื้อสินค้าที่ลูมาเน็ด", None), ("ยกเลิกคำสั่งซื้อได้", None)],
)
def test_a_thai_word_that_is_none(target, word):
    start = target.find(word) if word else 0
    expected = [(Severity.MAJOR, ("answer", start, start + len(word)))] if word else []
    assert flagged("no-word", "Do it.", target) == expected


def test_an_unknown_word_that_looks_like_a_loan_word_is_minor():
    assert [severity for severity, _ in flagged("no-word", "Do it.", "เปิดพร้อมต์")] == [Severity.MINOR]


@pytest.mark.parametrize(
    ("source", "target", "market", "severities"),
    [
        ("Send the parcel.", "ส่ง package คืน", TERMS, [Severity.MAJOR]),
        ("Send the parcel.", "ส่ง parcel คืน", TERMS, [Severity.MINOR]),
        ("Vouchers are restored.", "โค้ดจะ_restoreได้", TERMS, [Severity.MAJOR]),
        ("The same card.", "คARDเดียวกัน", TERMS, [Severity.MAJOR]),
        ("Write to LINE.", "เขียนถึงLINEได้", TERMS, []),
        ("See the code.", "พิมพ์ my_order.txt ที่ shop/cart", TERMS, []),
        ("Send the parcel.", "ส่งพัสดุผ่าน PayPal หนัก 5 kg", TERMS, []),
        ("See the inbox.", "ดูกล่อง inbox", TERMS, []),
        ("Write to a@b.example.", "เขียนถึง a@b.example หรือ https://b.example/help", TERMS, []),
        ("小包を返す", "荷物を return してください。", JAPANESE, [Severity.MAJOR]),
        ("Send the parcel back.", "Senden Sie your Paket zurück.", GERMAN, [Severity.MAJOR]),
        ("Send the parcel back.", "Senden Sie das Paket im Browser zurück.", GERMAN, []),
    ],
)
def test_a_single_word_of_another_language(source, target, market, severities):
    assert [severity for severity, _ in flagged("foreign-word", source, target, market)] == severities


def test_the_terms_of_the_prompt_are_found_and_cut_off_where_they_stand_before_the_text():
    echoed = "(return = คืนสินค้า; fee = ค่า) คืนสินค้าได้ภายใน 3 วัน"
    assert [severity for severity, _ in flagged("prompt-echoed", "Return it within 3 days.", echoed)] == [Severity.CRITICAL]
    assert fixed("prompt-echoed", "Return it within 3 days.", echoed, TERMS) == "คืนสินค้าได้ภายใน 3 วัน"
    assert flagged("prompt-echoed", "Return it within 3 days.", "return = คืนสินค้า")


@pytest.mark.parametrize(
    ("source", "target", "count"),
    [
        ("You can return most things for a month.", "คืนสินค้า", 1),
        ("Return", "คืนสินค้า", 0),
        ("You can return it.", "คืนสินค้าได้", 0),
        ("Set x = 3.", "ตั้ง x = 3", 0),
    ],
)
def test_a_term_alone_says_no_sentence(source, target, count):
    assert len(flagged("prompt-echoed", source, target)) == count


@pytest.mark.parametrize(
    ("source", "target", "market", "count"),
    [
        ("You can pay by card.", "ไม่ได้ คุณสามารถชำระด้วยบัตรได้", THAI, 1),
        ("You can pay by card.", "Nein. Sie können mit Karte zahlen.", GERMAN, 1),
        ("You can pay by card.", "いいえ。カードでお支払いいただけます。", JAPANESE, 1),
        ("You can pay by card.", "ได้ คุณสามารถชำระด้วยบัตรได้", THAI, 0),
        ("No. You can pay by card.", "ไม่ได้ คุณสามารถชำระด้วยบัตรได้", THAI, 0),
        ("You cannot pay in cash.", "ไม่ได้ ชำระด้วยบัตรแทน", THAI, 0),
        ("Only one card.", "ไม่ได้ คุณใช้บัตรได้เพียง 1 ใบ", THAI, 0),
        ("Notes are refused.", "ไม่รับธนบัตร คุณชำระด้วยบัตรได้", THAI, 0),
    ],
)
def test_a_no_before_an_answer_that_says_yes(source, target, market, count):
    assert len(found("self-contradiction", source, target, market)) == count


@pytest.mark.parametrize(
    ("source", "target", "market", "count"),
    [
        ("It cannot be returned.", "สินค้าคืนไม่ได้ ไม่สามารถคืนสินค้าได้ ไม่สามารถคืนสินค้าได้", THAI, 1),
        ("It cannot be returned.", "返品できないのです。この商品は返品できません。この商品は返品できません。", JAPANESE, 1),
        ("It is free.", "Es ist kostenlos, es ist kostenlos.", GERMAN, 0),
        ("It stays, it stays for long, it stays for long.", "Es bleibt so lange, es bleibt so lange.", GERMAN, 0),
        ("Size: Small\nSize: Large", "ขนาด เล็ก\nขนาด ใหญ่", THAI, 0),
    ],
)
def test_a_clause_that_stands_twice_in_a_row(source, target, market, count):
    assert len(found("said-twice", source, target, market)) == count
