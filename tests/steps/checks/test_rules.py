"""Each rule fires on what it is for, and keeps still beside it; English and Thai rows side by side."""

import time
from datetime import date

import pytest

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, Severity, TextPart
from kb_pipeline.domain.markets import Conventions, FactContext, Limits, Market, MarketFact, Term, TermStatus, UiString
from kb_pipeline.steps.checks import PROFILES, RULES, Profile, Subject, run_checks

PREFERRED, ADMITTED, FORBIDDEN, KEEP = TermStatus
COSTS = FactContext(phrases=("cost",))
FEE = MarketFact(key="shipping-fee", source_value="$4.99", value="฿50", source="LOG-1", context=COSTS)
THAI = Market(
    tag="th-TH",
    name="Thailand",
    language_name="Thai",
    conventions=Conventions(
        currency="THB", buddhist_era=True, full_stop=False, scripts=("Thai", "Latn"), question_words=("ไหม", "อย่างไร", "กี่")
    ),
    limits=Limits(question=60, answer=400, phrasing=60),
    terms=(
        Term(source="Marigold Coins", target="Marigold Coins", status=KEEP),
        Term(source="order", target="คำสั่งซื้อ", status=PREFERRED, source_lang="en"),
        Term(source="order", target="สั่งซื้อ", status=ADMITTED, source_lang="en"),
        Term(source="order", target="ออเดอร์", status=FORBIDDEN, note="Spoken only", source_lang="en"),
        Term(source="order number", target="เลขที่คำสั่งซื้อ", status=PREFERRED, source_lang="en"),
        Term(source="拼团", target="กลุ่มซื้อ", status=PREFERRED, source_lang="zh-CN"),
    ),
    ui_strings=(UiString(key="nav.orders", source="Orders", target="คำสั่งซื้อ", source_lang="en"),),
    facts=(FEE,),
    fingerprint="th",
)
AMERICAN = Market(
    tag="en-US",
    name="United States",
    language_name="American English",
    conventions=Conventions(currency="USD", spelling={"colour": "color", "postcode": "ZIP code"}),
    terms=(
        Term(source="mobile phone", target="cell phone", status=PREFERRED, source_lang="en"),
        Term(source="refund", target="reimbursement", status=FORBIDDEN, note="Write refund", source_lang="en"),
    ),
    fingerprint="us",
)


def found(rule: str, source: str, target: str, market: Market = THAI, language: str = "en", **parts: str) -> list[Finding]:
    subject = Subject(
        source=FaqText(question=parts.get("asked", ""), answer=source),
        target=FaqText(
            question=parts.get("question", ""), answer=target, phrasings=tuple(filter(None, [parts.get("phrasing")]))
        ),
        source_language=language,
        market=market,
        day=date(2025, 7, 1),
    )
    return list(next(r for r in RULES if r.id == rule)(subject))


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_an_edit_is_judged_by_all_rules_of_a_draft_but_those_on_what_only_models_do() -> None:
    draft, saving = PROFILES[Profile.DRAFT], PROFILES[Profile.SAVING]
    assert {rule.id for rule in draft} - {rule.id for rule in saving} == {
        "example-copied", "prompt-echoed", "self-contradiction", "said-twice", "no-word", "foreign-word",
    }  # fmt: skip
    assert {"grounded", "protected-text", "meaning-drift"} <= {rule.id for rule in saving}
    assert {rule.id for rule in saving} - {rule.id for rule in PROFILES[Profile.TYPING]} == {"meaning-drift"}


def test_every_profile_is_made_of_known_rules() -> None:
    assert all(set(rules) <= set(RULES) and rules for rules in PROFILES.values())


@pytest.mark.parametrize(
    ("rule", "source", "target"),
    [
        ("facts-preserved", "It takes 7 days.", "ใช้เวลา 15 วัน"),
        ("facts-preserved", "It takes a while.", "ใช้เวลา 15 วัน"),
        ("facts-preserved", "It costs $4.99.", "ราคา $4.99"),
        ("facts-preserved", "Save in Amazon S3 or v3.x", "บันทึกใน Amazon S4 หรือ v3.x"),
        ("facts-preserved", "Order ORD-0102-Z4M9", "คำสั่งซื้อ ORD-0102-Z4M6"),
        ("foreign-currency", "It costs $7.", "ราคา $7"),
        ("placeholder", "Hello {name}", "สวัสดีคุณ"),
        ("placeholder", "Hello", "สวัสดี %s"),
        ("placeholder", "{count} of {count}", "{count} จากทั้งหมด"),
        ("placeholder", "Line one<0/>Line two", "บรรทัดเดียว"),
        ("placeholder", "Call [phone number]", "โทรหาเรา"),
        ("placeholder", "Call [phone number]", "โทร [telephone number]"),
        ("code", "Run `kb qa`.", "เรียกใช้ `kb คิวเอ`"),
        ("code", "```\nrm x\n```", "```\nrm y\n```"),
        ("link", "See https://a.co/x", "ดู https://a.co/y"),
        ("term-missing", "Your orders are safe.", "รายการของคุณปลอดภัย"),
        ("term-missing", "Give the order number.", "แจ้งคำสั่งซื้อ"),
        ("term-forbidden", "Your order", "ออเดอร์ของคุณ"),
        ("do-not-translate", "Use Marigold Coins.", "ใช้เหรียญดาวเรือง"),
        ("ui-label", "Tap **Me > Orders**.", "แตะ **รายการ**"),
        ("wrong-script", "Ask for a refund.", "ขอ退款ได้"),
        ("wrong-language", "x", "Your parcel arrives within a few days, and we tell you as soon as it is on its way to you."),
        ("untranslated-run", "x", "คุณสามารถ choose a new date for the delivery of your parcel ได้"),
        ("untranslated-run", "x", "คุณสามารถ réinitialiser votre mot de passe et vous connecter ได้"),
        ("untranslated-run", "Tap it. Choose a new date.", "แตะเลย Choose a new date."),
        ("untranslated-run", "Manage all your orders", "Manage all your orders"),
        ("sara-am", "x", "ก\u0e4d\u0e32หนด"),
        ("length", "x", "ก" * 401),
        ("repetition", "x", "คืนเงิน คืนเงิน คืนเงิน"),
        ("repetition", "x", "คืนเงินคืนเงินคืนเงิน"),
        ("repetition", "x", "ไปที่หน้าคำสั่งซื้อแล้วเลือกคืนสินค้า " * 3),
    ],
)
def test_a_rule_fires_on_what_it_is_for(rule: str, source: str, target: str) -> None:
    assert [finding.rule for finding in found(rule, source, target)][:1] == [rule]


@pytest.mark.parametrize(
    ("rule", "source", "target"),
    [
        ("facts-preserved", "It takes 7 days.", "ใช้เวลาเจ็ดวัน"),
        ("facts-preserved", "It costs $4.99.", "ราคา ฿50"),
        ("facts-preserved", "Save in S3", "บันทึกใน S3 ที่เป็น MP3"),
        ("facts-preserved", "In Q1, save to S3", "บันทึกไว้ในไตรมาสแรก"),
        ("foreign-currency", "It costs $4.99.", "ราคา ฿50"),
        ("placeholder", "Hello {{ name }}", "สวัสดี {{name}}"),
        ("placeholder", "Call [phone number]", "โทร [หมายเลขโทรศัพท์]"),
        ("placeholder", "Open \\<your organization name> settings", "เปิดการตั้งค่า \\<ชื่อองค์กรของคุณ >"),
        ("code", "Run `kb qa`.", "เรียกใช้ `kb qa`"),
        ("code", "```\nrm x\n```", "    ```\n    rm x\n    ```"),
        ("link", "See https://a.co/en-us/x", "ดู https://a.co/th-th/x#a"),
        ("term-missing", "Your orders are safe.", "คำสั่งซื้อของคุณปลอดภัย"),
        ("term-missing", "Ordering is easy.", "สั่งซื้อง่าย"),
        ("term-missing", "Give the order number.", "แจ้งเลขที่คำสั่งซื้อ"),
        ("term-missing", "the border", "ชายแดน"),
        ("term-forbidden", "Your boarder", "ออเดอร์ของคุณ"),
        ("do-not-translate", "Use Marigold Coins.", "ใช้ Marigold Coins"),
        ("ui-label", "Tap **Orders**.", "แตะ **คำสั่งซื้อ**"),
        ("wrong-script", "x", "ใช้ Wi-Fi ได้ 5 µ"),
        ("untranslated-run", "x", "ใช้ Microsoft Dynamics 365 Project Operations for Finance and Supply Chain ได้"),
        ("untranslated-run", "x", "ใช้ `choose a new date for the delivery of your parcel` ได้"),
        ("untranslated-run", "Open Dynamics 365 Finance and Operations", "Dynamics 365 Finance and Operations"),
        ("untranslated-run", "Orders\nMy Orders and Returns list", "เปิด My Orders and Returns list ได้"),
        ("wrong-language", "x", "- Common\\Css\\RadialGauge.css\n- Common\\Pages\\RadialGaugeView.htm\n- Common/Js/Loader.js"),
        ("repetition", "| Yes | Yes | Yes |", "| ได้ | ได้ | ได้ |"),
        ("repetition", "Tap Save order now. Tap Save order now. Tap Save order now.", "แตะบันทึกคำสั่งซื้อเดี๋ยวนี้เลย " * 3),
        ("sara-am", "x", "กำหนด"),
        ("repetition", "x", "คืนเงินได้ คืนเงินเร็ว"),
    ],
)
def test_a_rule_keeps_still_beside_it(rule: str, source: str, target: str) -> None:
    assert found(rule, source, target) == []


GERMAN = THAI.model_copy(
    update={"tag": "de-DE", "language_name": "German", "conventions": Conventions(currency="EUR"), "terms": ()}
)
JAPANESE = THAI.model_copy(
    update={
        "tag": "ja-JP",
        "language_name": "Japanese",
        "conventions": Conventions(currency="JPY", scripts=("Hira", "Kana", "Hani", "Latn")),
    }
)
LONG_GERMAN = "Sie können die Lieferung bis zum Abend ändern, wenn der Fahrer noch nicht in Ihrer Straße ist."
LONG_JAPANESE = (
    "配達日は、商品の発送前であれば注文履歴の画面からいつでも変更できます。"
    "変更後の日付はメールでもお知らせします。迷惑メールの設定もあわせてご確認ください。"
)
LONG_ENGLISH = "You can change the delivery until the evening when the driver is not yet in your street."


@pytest.mark.parametrize(
    ("rule", "market", "target", "fires"),
    [
        ("wrong-language", GERMAN, LONG_GERMAN, False),
        ("wrong-language", GERMAN, LONG_ENGLISH, True),
        ("wrong-language", JAPANESE, LONG_JAPANESE, False),
        ("wrong-language", JAPANESE, LONG_ENGLISH, True),
        ("wrong-language", AMERICAN, LONG_GERMAN, True),
        ("untranslated-run", GERMAN, LONG_GERMAN, False),
        ("untranslated-run", GERMAN, "In Ordnung: was will man in so einem Fall an die Hand", False),
        ("untranslated-run", GERMAN, f"Hinweis: {LONG_ENGLISH}", True),
        ("untranslated-run", JAPANESE, f"注意: {LONG_ENGLISH}", True),
        ("wrong-script", GERMAN, "Den 退款 erhalten Sie", True),
        ("wrong-script", GERMAN, "Größe „M“ – 5 € für Zoë", False),
        ("wrong-script", JAPANESE, "返金は3〜5日です。", False),
        ("wrong-script", JAPANESE, "환불 は3日です。", True),
        ("placeholder", GERMAN, "Rufen Sie [Telefonnummer] an", False),
        ("placeholder", GERMAN, "Rufen Sie uns an", True),
    ],
)
def test_the_language_rules_know_markets_of_latin_and_of_mixed_script(
    rule: str, market: Market, target: str, *, fires: bool
) -> None:
    assert bool(found(rule, "Call [phone number]", target, market)) is fires


def test_a_message_names_the_text_and_what_is_wanted() -> None:
    (wrong,) = found("facts-preserved", "It costs $4.99.", "ราคา $4.99")
    assert wrong.message == "write ฿50, not $4.99 (market fact shipping-fee)"
    assert (wrong.part, wrong.start, wrong.end) == (TextPart.ANSWER, 5, 10)
    assert (wrong.fix, wrong.severity) == ("฿50", Severity.CRITICAL)


def test_an_amount_of_neither_side_is_one_finding_and_has_no_fix() -> None:
    missing, extra = found("facts-preserved", "It costs $4.99.", "ราคา $7.25")
    assert missing.message == "write ฿50, not $4.99 (market fact shipping-fee)"
    assert "'$7.25' is not in the source" in extra.message
    assert (missing.fix, extra.fix) == (None, None)


def test_a_span_in_the_question_is_counted_from_its_start() -> None:
    (extra,) = found("facts-preserved", "Soon.", "เร็วๆ นี้", question="รอ 3 วันได้ไหม")
    assert (extra.part, extra.start, extra.end) == (TextPart.QUESTION, 3, 8)


@pytest.mark.parametrize(("question", "asks"), [("คืนเงินได้ไหม", True), ("คืนเงินได้?", True), ("การคืนเงิน", False)])
def test_a_question_asks(question: str, *, asks: bool) -> None:
    assert bool(found("question-form", "x", "x", question=question)) is not asks


@pytest.mark.parametrize(
    ("rule", "text", "fixed"),
    [
        ("adapt-spelling", "Choose a colour.", "Choose a color."),
        ("adapt-spelling", "Postcode needed.", "ZIP code needed."),
        ("sara-am", "น\u0e4d\u0e49\u0e32", "น้ำ"),
    ],
)
def test_a_fix_is_what_to_put_in_place_of_the_span(rule: str, text: str, fixed: str) -> None:
    market = AMERICAN if rule == "adapt-spelling" else THAI
    (finding,) = found(rule, text, text, market)
    assert text[: finding.start] + (finding.fix or "") + text[finding.end :] == fixed


@pytest.mark.parametrize(
    ("answer", "adapts"),
    [("Choose a color.", False), ("Choose a colour.", True), ("Use your mobile phone.", True), ("Pay €5.", True)],
)
def test_a_source_in_the_market_s_own_language_may_need_adapting(answer: str, *, adapts: bool) -> None:
    text = FaqText(question="What do I do?", answer=answer)
    subject = Subject(source=text, target=text, source_language="en-GB", market=AMERICAN, day=date(2025, 7, 1))
    assert bool(run_checks(subject, Profile.BLOCK)) is adapts


def test_a_clean_thai_entry_has_no_findings() -> None:
    subject = Subject(
        source=FaqText(question="What does delivery cost?", answer="It costs $4.99. Open **Orders**, see https://a.co."),
        target=FaqText(question="ค่าจัดส่งกี่บาท", answer="ค่าจัดส่ง ฿50 เปิด **คำสั่งซื้อ** แล้วดู https://a.co"),
        source_language="en",
        market=THAI,
        day=date(2025, 7, 1),
    )
    assert run_checks(subject, Profile.BLOCK) == ()


@pytest.mark.parametrize(
    "rule",
    ["untranslated-run", "repetition", "wrong-language", "wrong-script", "placeholder", "code", "facts-preserved", "link"],
)
@pytest.mark.parametrize("piece", ["word ", "a", "ก", "a_", "`", "<", "[a", "x1-", "1", "{", "a/"])
def test_long_texts_take_linear_time(rule: str, piece: str) -> None:
    began = time.process_time()
    found(rule, piece * 20_000, piece * 20_000)
    assert time.process_time() - began < 5  # seconds; a quadratic rule takes minutes


@pytest.mark.parametrize(
    ("source", "target", "parts"),
    [
        ("It shows an error.", "ไม่ได้ คุณใช้บัตรได้เพียง 1 ใบต่อ 1 คำสั่งซื้อ", [TextPart.ANSWER]),
        ("It shows an error.", "หน้าจอแสดงข้อผิดพลาด", []),
        ("No. You can use only one card per order.", "ไม่ได้ คุณใช้บัตรได้เพียง 1 ใบต่อ 1 คำสั่งซื้อ", []),
    ],
)
def test_an_example_of_the_pack_is_no_answer_to_another_question(source: str, target: str, parts: list[TextPart]) -> None:
    example = (
        "Can I pay with two cards?",
        "No. You can use only one card per order.",
        "ชำระด้วยบัตร 2 ใบได้ไหม",
        "ไม่ได้ คุณใช้บัตรได้เพียง 1 ใบต่อ 1 คำสั่งซื้อ",
    )
    market = THAI.model_copy(update={"examples": (example,)})
    findings = found("example-copied", source, target, market)
    assert [f.part for f in findings] == parts
    assert all(f.severity is Severity.CRITICAL for f in findings)
