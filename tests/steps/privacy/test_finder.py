"""Whatever form somebody writes it in, data is found; orders, parcels, versions and dates are nobody's."""

import time

import pytest

from kb_pipeline.domain.markets import MarketFact
from kb_pipeline.domain.privacy import DataKind, PrivacyPolicy
from kb_pipeline.steps.privacy.articles import public_keys, without_data
from kb_pipeline.steps.privacy.finder import comparable, find, masked
from kb_pipeline.steps.privacy.redact import redact

BETWEEN = (
    "",
    " ",
    "-",
    ".",
    "/",
    "_",
    "–",
    "—",
    "\u2011",
    "\u2012",
    "−",
    "－",
    "\u00a0",
    "\u2009",
    "\u200b",
    "\u2060",
    "\u00ad",
    " - ",
)
ZEROS = {"ASCII": 0x30, "Thai": 0x0E50, "full width": 0xFF10, "Arabic-Indic": 0x0660}
KEY = "ghp_" + "Ab3" * 12


def kinds(text: str) -> list[str]:
    return [data.kind.value for data in find(text)]


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
@pytest.mark.parametrize("between", BETWEEN, ids=map(ascii, BETWEEN))
@pytest.mark.parametrize(
    ("kind", "groups", "frames"),
    [
        ("phone", ("081", "234", "5678"), ("Call {} before noon.", "โทร{}ได้เลย", "คุณสมชาย{}ครับ")),
        ("national-id", ("1", "1017", "00230", "70", "8"), ("My id is {}.", "เลขบัตรประชาชน{}ของลูกค้า")),
        ("card", ("4111", "1111", "1111", "1111"), ("I paid with {} today.", "บัตร{}ถูกหักเงิน")),
    ],
)
def test_a_number_is_found_in_every_written_form(kind, groups, frames, between, zero) -> None:
    written = between.join(groups).translate({0x30 + d: zero + d for d in range(10)})
    for frame in frames:
        text = frame.format(written)
        assert masked(text, find(text)) == frame.format(f"⟦{kind}⟧")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to ann_lee@shop-mail.co.th.", "email"),
        ("อีเมลsomchai＠shop.in.thครับ", "email"),
        ("请联系ann@shop.com谢谢", "email"),
        ("Passport no. AA1234567 expired", "passport"),
        ("หนังสือเดินทางเลขที่ AB1234567", "passport"),
        ("护照号码：E12345678", "passport"),
        ("โอนไปที่GB82WEST12345698765432ครับ", "bank-account"),
        ("บัญชี 123-4-56789-0 ธนาคาร", "bank-account"),
        ("SSN: 219-09-9999", "national-id"),
        ("身份证号：11010519491231002X", "national-id"),
        ("Call +44 20 7946 0958 now", "phone"),
        ("电话：138 0013 8000", "phone"),
        (f"คีย์{KEY}ใช้ไม่ได้", "api-key"),
        ("API key: Zx81kQpR7vLm20TuYw", "api-key"),
        ("client_secret='q7Rt92LmXz81KpVw'", "api-key"),
        ("Password: Tr0ub4dor", "password"),
        ("รหัสผ่านคือ Somchai#2024 ครับ", "password"),
        ("密码：Xy7!mk29", "password"),
        ("mysql://shop:h4rdT0guess@db/shop", "password"),
        ("Server=db;User Id=app;Password=simple", "password"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----", "private-key"),
    ],
)
def test_each_kind_is_found(text: str, kind: str) -> None:
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "between", ["~", "\u30fc", "\u2500", "\u207b", ":", ",", "|", "=", "#", "+", "\u25aa", "\u06d4", " ~ "], ids=ascii
)
@pytest.mark.parametrize(
    ("kind", "groups", "frames"),
    [
        ("national-id", ("1", "1017", "00230", "70", "8"), ("National ID: {} today", "เลขบัตรประชาชน{}ของลูกค้า")),
        ("phone", ("081", "234", "5678"), ("Phone {} today", "โทร{}ได้เลย")),
        ("card", ("4111", "1111", "1111", "1111"), ("Card {} today", "บัตร{}ถูกหักเงิน")),
    ],
)
def test_behind_its_word_a_number_is_found_with_any_sign_between(kind, groups, frames, between) -> None:
    for frame in frames:
        text = frame.format(between.join(groups))
        assert masked(text, find(text)) == frame.format(f"⟦{kind}⟧")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ID card ①①⓪①⑦⓪⓪②③⓪⑦⓪⑧", "ID card ⟦national-id⟧"),
        ("โทร ⁰⁸¹-²³⁴-⁵⁶⁷⁸ ครับ", "โทร ⟦phone⟧ ครับ"),
        ("① โทร 081-234-5678", "① โทร ⟦phone⟧"),
        ("①081-234-5678", "①⟦phone⟧"),
        ("บัตร ปชช. 1101700123456", "บัตร ปชช. ⟦national-id⟧"),
        ("บัตร1101700123456ของสมชาย", "บัตร⟦national-id⟧ของสมชาย"),
        ("Write to somchai @ gmail . com now", "Write to ⟦email⟧ now"),
        ("Write to ann (at) gmail (dot) com now", "Write to ⟦email⟧ now"),
        ("ann[at]gmail[dot]com", "⟦email⟧"),
        ("อีเมล ann (at) shop (dot) co (dot) th ครับ", "อีเมล ⟦email⟧ ครับ"),
        ("Meet us (at) noon. Come along", "Meet us (at) noon. Come along"),
        (
            "Call between 08:00:00 or 10:30:00, price 10,250,000 for 25+25+25",
            "Call between 08:00:00 or 10:30:00, price 10,250,000 for 25+25+25",
        ),
        ("An area of 10² m², 3⁴", "An area of 10² m², 3⁴"),
    ],
)
def test_less_common_forms(text: str, shown: str) -> None:
    assert masked(text, find(text)) == shown


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Password for admin: Zx9!kkpQ", "Zx9!kkpQ"),
        ("The password for the back office is Zx9!kkpQ.", "Zx9!kkpQ"),
        ("Password (admin): Zx9!kkpQ", "Zx9!kkpQ"),
        ("Password - Zx9!kkpQ", "Zx9!kkpQ"),
        ("Password – Zx9!kkpQ", "Zx9!kkpQ"),
        ("Password → Zx9!kkpQ", "Zx9!kkpQ"),
        ("- Pass: Zx9!kkpQ", "Zx9!kkpQ"),
        ("Credentials: admin:Zx9!kkpQ", "Zx9!kkpQ"),
        ("Log in as admin / Zx9!kkpQ", "Zx9!kkpQ"),
        ("รหัสผ่านเข้าระบบ Back office คือ Zx9!kkpQ", "Zx9!kkpQ"),
        ("รหัสผ่าน: สมชายรักแม่", "สมชายรักแม่"),
        ("Password: correcthorse", "correcthorse"),
        ("รหัสไวไฟ shop12345", "shop12345"),
        ("รหัส PIN ของตู้เซฟ 4829", "4829"),
        ("The PIN of the safe is 4829.", "4829"),
        ("คีย์API: 9f86d081884c7d659a2feaa0c55ad015", "9f86d081884c7d659a2feaa0c55ad015"),
        ("API key for mail: 9f86d081884c7d659a2feaa0c55ad015", "9f86d081884c7d659a2feaa0c55ad015"),
    ],
)
def test_a_secret_is_found_however_it_is_announced(text: str, secret: str) -> None:
    assert [text[data.start : data.end] for data in find(text)] == [secret]


@pytest.mark.parametrize(
    "text",
    [
        "Forgot password? Tap Reset.",
        "Password: Required",
        "Password: case-sensitive",
        "Password: alphanumeric",
        "Password - at least 8 characters",
        "The password for your account is case-sensitive.",
        "The password for admin is changed every 90 days.",
        "Your PIN is 6 digits.",
        "Change the password in 2024.",
        "Sign in with Office365 / Outlook2016",
        "Log in with Google / Facebook",
        "Boarding pass AB12345",
        "รหัสผ่าน: กรอกรหัสผ่านของคุณ",
        "รหัสผ่านของคุณต้องมี 8 ตัวอักษร",
        "ลืมรหัสผ่าน? แตะรีเซ็ต",
        "รหัสผ่านเข้าระบบต้องเปลี่ยนทุก 90 วัน",
        "รหัส PIN ของคุณมี 6 หลัก",
        "密码：请输入您的密码",
        "パスワード：半角英数字8文字以上",
    ],
)
def test_an_article_about_passwords_holds_none(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Order 4111111111111111 is late.",
        "คำสั่งซื้อ 1101700230708 ยังไม่มา",
        "1101700230708",
        "เลขพัสดุ 0812345678 ครับ",
        "Version 10.0.569.20009 or 10.0.19041.1234",
        "750.00 – 50.00 – 450.00",
        "2024-01-15 08:30, 15/01/2567",
        "https://support.shop.com/kb/0812345678",
        "icon@2x.png and name@example.com",
        "Your password must have 8-16 characters.",
        "Password: required. รหัสผ่าน: อย่างน้อย 8 ตัวอักษร",
        "--password=$MYSQL_PWD",
        "Use postgres://user:password@host/db",
        "API key: YOUR_API_KEY_GOES_HERE_2",
        "The token expires after 30 minutes.",
        "id: f3b4025e-37ef-44fc-9a18-b0d159994062",
        "ราคา 1,250.00 บาท ภายใน 15 วัน",
    ],
)
def test_what_is_nobodys_is_not_found(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call **081**-234-5678 now", "Call **⟦phone⟧ now"),
        ("Mail <ann@shop.co.th> or ann\\_lee@shop.co.th", "Mail ⟦email⟧ or ⟦email⟧"),
        ("[081&#45;234&nbsp;5678](tel:0812345678)", "[⟦phone⟧](tel:⟦phone⟧)"),
    ],
)
def test_markup_hides_nothing(text: str, shown: str) -> None:
    assert masked(text, find(text, markup=True)) == shown


def test_a_market_publishes_its_number_in_any_form() -> None:
    fact = MarketFact(key="hotline", source_value="", value="02-123-4567", source="TH-SUP-001")
    public = PrivacyPolicy(public=public_keys([fact])).public
    assert {
        comparable(DataKind.PHONE, w)
        for w in ("+66 2 123 4567", "๐๒-๑๒๓-๔๕๖๗".translate({0x0E50 + d: 48 + d for d in range(10)}))
    } <= public
    assert comparable(DataKind.PHONE, "02-123-4568") not in public


def test_a_persons_words_to_a_model_keep_what_the_market_publishes() -> None:
    fact = MarketFact(key="hotline", source_value="", value="02-123-4567", source="TH-SUP-001")
    words = "บอกเบอร์ 021234567 ไม่ใช่ 081-234-5678"
    assert without_data(words, [fact]) == "บอกเบอร์ 021234567 ไม่ใช่ ⟦phone⟧"


@pytest.mark.parametrize("piece", ["1 ", "a", "a@", "aA1", "password ", "①", "a://", "-----BEGIN PRIVATE KEY-----", "โทร1 "])
def test_redacting_takes_the_time_of_the_text(piece: str) -> None:
    redact("081-234-5678 ก")  # what is read once
    times = []
    for length in (10_000, 80_000):
        started = time.process_time()
        redact((piece * length)[:length])
        times.append(time.process_time() - started)
    assert times[1] < 24 * times[0] + 0.2  # 8 times the text; the square would be 64


@pytest.mark.parametrize(
    "text",
    [
        "Bring your credentials\nid: visitors-2024 is the form",
        "You need these credentials:\nid: visitors-2024 is the form",
        "Lost your credential\n\nid/2024-renewal-form explains it",
        "We never ask for your token\n\nform-b12-renewal-2024x",
        "Choose a password\n\nStep2: sign in",
    ],
)
def test_a_word_for_a_secret_leads_no_further_than_its_line(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("API key:\nZx81kQpR7vLm20TuYw", "api-key"),
        ("รหัสผ่าน:\nSomchai#2024", "password"),
        ("Log in with:\nadmin / Zx9!kkpQ", "password"),
        ("Log in as admin: Zx9!kkpQ", "password"),
    ],
)
def test_a_sign_leads_to_the_next_line(text: str, kind: str) -> None:
    assert kinds(text) == [kind]
