"""Personal data leaves a text before it is kept; what a question is about stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.steps.privacy.redact import redact


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Mail me at ann.lee+kb@shop.co.th, please.", "Mail me at [email], please."),
        ("อีเมลsomchai@shop.comครับ", "อีเมล[email]ครับ"),
        ("สมชาย@example.com", "[email]"),
        ("Call me at (415) 555-0123 or +66 81 234 5678", "Call me at [phone] or [phone]"),
        ("my mobile is 4155550123", "my mobile is [phone]"),
        ("เบอร์0812345678ครับ โทร 02-123-4567", "เบอร์[phone]ครับ โทร [phone]"),
        ("โทร ๐๘๑-๒๓๔-๕๖๗๘ ค่ะ", "โทร [phone] ค่ะ"),
        ("order 12345678 0812345678", "order 12345678 [phone]"),
        ("card 4111 1111 1111 1111 exp 12/26", "card [card] exp 12/26"),
        ("บัตร4111-1111-1111-1111ถูกหักสองครั้ง", "บัตร[card]ถูกหักสองครั้ง"),
        ("my id is 1101700230708", "my id is [national-id]"),
        ("เลขบัตร๑-๑๐๑๗-๐๐๒๓๐-๗๐-๘ครับ", "เลขบัตร[national-id]ครับ"),
        ("DE89 3702 0440 0532 0130 00 is my account", "[secret] is my account"),
        ("โอนไปที่GB82WEST12345698765432ครับ", "โอนไปที่[secret]ครับ"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl fails", "token [secret] fails"),
        ("คีย์ sk-abcdef1234567890abcd ใช้ไม่ได้", "คีย์ [secret] ใช้ไม่ได้"),
        ("kb_Zm9vYmFyYmF6cXV4 is refused", "[secret] is refused"),
        ("id 550e8400-e29b-41d4-a716-446655440000", "id [secret]"),
        ("1101700230708", "[national-id]"),
        ("1101700230708 is my id number", "[national-id] is my id number"),
        ("we sent the id 1101700230708", "we sent the id [national-id]"),
        ("sent to 0812345678", "sent to [phone]"),
        ("0812345678 asks where the order is", "[phone] asks where the order is"),
    ],
)
def test_what_is_somebodys_is_replaced(text: str, kept: str) -> None:
    assert redact(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Where is order ORD-0812345678, please?",
        "คำสั่งซื้อ #0812345678 อยู่ที่ไหน",
        "order 20240115000123 is late",
        "I paid 2,990.00 on 08-01-2024 15:30 for 3 items",
        "จ่าย 1,250 บาท วันที่ 15/01/2567 เวลา 10.30 น.",
        "1101700230709 has a wrong check digit",
        "4111 1111 1111 1112 fails Luhn",
        "see /help/how-to-return-an-item-within-15-days-of-delivery",
        "error 0x80070057 in version 1.2.3",
        "TH1234567890123456",
        "1280000000007 is of no province, so it is nobody's id",
        "1101700230708 is my order number",
        "1101700230708 คือเลขพัสดุ",
        "We shipped 1101700230708 on Monday.",
        "จัดส่ง 4111111111111111 แล้ว",
        "2999999999999990 is of no network that issues cards",
    ],
)
def test_order_numbers_prices_dates_and_links_stay(text: str) -> None:
    assert redact(text) == text


_GLUE = st.sampled_from(["", " ", "ครับ", " และ ", ", ", "\n", "เบอร์"])
_PHONE = st.builds("{}{}{}".format, st.sampled_from(["08", "09", "06"]), st.integers(0, 9), st.integers(1000000, 9999999))


@given(_GLUE, _PHONE, st.sampled_from(["", "-", " ", "."]), st.booleans(), _GLUE)
def test_no_thai_mobile_number_gets_through_however_it_is_written(before, digits, between, thai, after) -> None:
    written = between.join((digits[:3], digits[3:6], digits[6:]))
    if thai:
        written = written.translate({ord("0") + n: 0x0E50 + n for n in range(10)})
    assert redact(before + written + after) == f"{before}[phone]{after}"


@given(_GLUE, st.integers(400000000000000, 499999999999999), st.sampled_from(["", "-", " "]), _GLUE)
def test_no_card_gets_through(before, body, between, after) -> None:
    total = sum(d - 9 if d > 9 else d for n, c in enumerate(reversed(f"{body}")) for d in [int(c) * (2 - n % 2)])
    digits = f"{body}{-total % 10}"
    written = between.join(digits[n : n + 4] for n in range(0, 16, 4))
    assert redact(before + written + after) == f"{before}[card]{after}"


@given(
    st.integers(1, 8),
    st.sampled_from(["10", "38", "57", "96"]),
    st.integers(0, 999999999),
    st.sampled_from(["", "-", " "]),
    _GLUE,
    _GLUE,
)
def test_no_thai_national_id_gets_through(first, province, rest, between, before, after) -> None:
    digits = f"{first}{province}{rest:09}"
    digits += str((11 - sum(int(c) * (13 - n) for n, c in enumerate(digits)) % 11) % 10)
    written = between.join((digits[0], digits[1:5], digits[5:10], digits[10:12], digits[12]))
    assert redact(before + written + after) == f"{before}[national-id]{after}"


@given(st.text(alphabet="ab Z0159-.()+@#/_๐๘คร", max_size=60))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.text(alphabet="abcdeกขคงไม่ \n.,?!", max_size=80))
def test_a_text_without_numbers_and_addresses_stays_as_it_is(text: str) -> None:
    assert redact(text) == text
