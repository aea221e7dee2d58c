"""Whatever leads people somewhere is an address, however it is written; file names, versions and abbreviations are none."""

import time

import pytest

from kb_pipeline.steps.facts.addresses import addresses, places_of

LEADING = [
    ("ดูที่ bit.ly/x9", "bit.ly/x9"),
    ("แอดเพื่อน line.me/R/ti/p/abc", "line.me/R/ti/p/abc"),
    ("Get it from ftp://evil.test/a", "evil.test/a"),
    ("Go to hxxps[:]//evil[.]com/a", "evil.com/a"),
    ("ไปที่evil.topได้เลย", "evil.top"),
    ("Visit evil[.]com.", "evil.com"),
    ("Visit evil (dot) com.", "evil.com"),
    ("ไปที่ ｅｖｉｌ．ｃｏｍ", "evil.com"),
    ("evil%2Ecom", "evil.com"),
    ("e\u200bvil.com", "evil.com"),
    ("evil。com", "evil.com"),
    ("Evil.Com", "evil.com"),
    ("evil․com", "evil.com"),
    ("ไปที่ evil . com", "evil.com"),
    ("evil\u00a0.\u00a0com", "evil.com"),
    ("Go to evil .com now", "evil.com"),
    ("Go to EVIL . COM", "evil.com"),
    ("Go to evil .co.th now", "evil.co.th"),
    ("ไปที่ evil (จุด) com", "evil.com"),
    ("Go to evil dot com.", "evil.com"),
    ("Go to www dot evil dot co dot th", "evil.co.th"),
    ("ไปที่ evil ดอทคอม", "evil.com"),
    ("ไปที่ evil จุด คอม ได้เลย", "evil.com"),
    ("evil . in/pay", "evil.in"),
    (r"evil\.com", "evil.com"),
    ("evil**.com**", "evil.com"),
    ("e**vi**l.com", "evil.com"),
    ("_evil_.com", "evil.com"),
    ("[sms](sms:+1900555)", "sms:+1900555"),
    ("[แชท](<weixin:dl/chat>)", "weixin:dl/chat"),
    ("<skype:evil?call>", "skype:evil?call"),
    ("//evil.com/x", "evil.com/x"),
    ("https://www.evil.com/en-us/x#top", "evil.com/x"),
    ("https://shop.com@evil.com/", "evil.com"),
    ("http://1.2.3.4/x", "1.2.3.4/x"),
    ("1.2.3.4:8080/x", "1.2.3.4:8080/x"),
    ("เว็บ ร้านค้า.ไทย", "ร้านค้า.ไทย"),
    ("get.zip/now", "get.zip/now"),
    ("write to ann@evil.co.th", "evil.co.th"),
    ("write to ann (at) evil.com", "evil.com"),
    ("[x](javascript:alert(1))", "javascript:"),
    ("data:text/html;base64,PHNj", "data:"),
    ("แอด @evilshop เลย", "@evilshop"),
    ("แอด @evilshopเลย", "@evilshop"),
    ("LINE ID: evil_shop", "@evil_shop"),
    ("ไลน์ไอดี: scam99", "@scam99"),
    ("ไลน์ไอดีscam99นะคะ", "@scam99"),
    ("ไอดีไลน์ scam99", "@scam99"),
    ("แอดไลน์ scam99 เพื่อรับเงินคืน", "@scam99"),
    ("แอดไลน์ scamshop เพื่อรับเงินคืน", "@scamshop"),
    ("เพิ่มเพื่อน ID scam99 ในไลน์", "@scam99"),
    ("ไลน์ไอดีคือ **scam99**", "@scam99"),
    ("LINE: scam99", "@scam99"),
    ("Line:scam99", "@scam99"),
    ("ＬＩＮＥ：ｓｃａｍ９９", "@scam99"),
    ("Telegram: scam99", "@scam99"),
    ("Telegram: scamshop", "@scamshop"),
    ("Your refund waits: WeChat ID scam99.", "@scam99"),
    ("Contact us on WhatsApp scam_shop now", "@scam_shop"),
    ("ทักเพจ scam99", "@scam99"),
]
NONE = [
    "Open readme.md, run.sh, main.py and backup.zip.",
    "Version v1.2 and 3.10.1 of Node.js, Vue.js and ASP.NET",
    "e.g. this, i.e. that, a.m., U.S.A., Ph.D., No.1, and/or, 24/7",
    "เวลา 10.30 น. วันที่ 5 ก.ค. พ.ศ. 2567 บมจ.ไทย ออยล์ ธ.ไทยพาณิชย์",
    "A good price.In Thailand it is better.The end",
    "console.log(x); os.path(y)",
    "data: the numbers. JavaScript: the language",
    "ชำระออนไลน์ visa99 อินเทอร์เฟซ usb3 เว็บเพจ page2 แอดมิน admin1",
    "ค้นหา iphone15 เพิ่ม ID field1 ติดต่อบัญชี acc123 ใน SAP Open a . b . c . de",
    "Line: 12, line item_2, Online: shop99, add line item2 and a command line: run it",
    "Chat on LINE 10am-6pm. WhatsApp: 24hours. Facebook: Log in. ใช้ LINE: เปิดแอป WhatsApp web ได้",
    "Open LINE and add us. Telegram is free. Your LINE ID and password. ไลน์ไอดีของคุณ Facebook Messenger",
    "The end of a sentence . Next one . open it . 3 . 5 . in the shop . It is so . to me . is",
    "Put a dot in the field, the red dot next to it; a dot com company; the .com domain; use .net here",
    "[โทร](tel:+6621234567) [top](#top) [a](note.md) *.com, 2*3, snake_case.py, **Note.** Next",
    "จบประโยค . ต่อไป จุดที่ 3 จุดคอมพิวเตอร์ 3 . 5 บาท",
    "฿1.50/piece, 3.5mm, 12.30am, 50%",
]


@pytest.mark.parametrize(("text", "place"), LEADING)
def test_what_leads_somewhere_is_an_address_in_any_writing(text, place):
    assert [address.place for address in addresses(text)] == [place]


@pytest.mark.parametrize("text", NONE)
def test_what_only_has_a_dot_is_none(text):
    assert addresses(text) == ()


@pytest.mark.parametrize(
    "text", ["bit.ly/x", "lin.ee/x", "ftp://a.com", "hxxp://a.com", "a[.]com", "https://a@b.com", "javascript:x()"]
)
def test_where_nobody_sees_where_it_leads_it_is_veiled(text):
    assert [address.is_veiled for address in addresses(text)] == [True]


@pytest.mark.parametrize(
    ("text", "listed", "is_below"),
    [
        ("https://help.shop.example/a", "shop.example", True),
        ("https://shop.example.evil.com/a", "shop.example", False),
        ("evilshop.com", "shop.com", False),
        ("line.me/R/ti/p/shop", "line.me/R/ti/p/shop", True),
        ("line.me/R/ti/p/shop2", "line.me/R/ti/p/shop", False),
        ("@myshop", "@myshop", True),
        ("@myshop2", "@myshop", False),
        ("https://shop.com/a", "https://www.shop.com", True),
    ],
)
def test_a_list_names_domains_with_all_below_pages_and_accounts(text, listed, is_below):
    (address,) = addresses(text)
    assert address.is_below(listed) is is_below


def test_a_text_names_its_pages_and_their_hosts():
    assert places_of(["ดู https://shop.com/th/a"]) == {"shop.com/a", "shop.com"}


@pytest.mark.parametrize("piece", ["แอดไลน์", "evil . ", "LINE ID ", "a dot ", "*a", "[x](j"])
def test_a_text_as_long_as_an_answer_may_be_is_read_at_once(piece):
    start = time.perf_counter()
    addresses((piece * 20_000)[:20_000])
    assert time.perf_counter() - start < 2
