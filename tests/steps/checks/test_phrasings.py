"""A phrasing is another way to ask the entry's question: each row is one that a hurried person or a model writes."""

from datetime import date

import pytest

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, Severity, TextPart
from kb_pipeline.domain.markets import FactContext, Market, MarketFact, Term, TermStatus, UiString
from kb_pipeline.steps.checks import RULES, Subject
from tests.steps.checks.subjects import AMERICAN, GERMAN, JAPANESE, THAI

DAY = date(2025, 7, 1)
Pair = tuple[str, str]

RETURN = ("How long do I have to return an item?", "You can return most items within 30 days of delivery.")
LOCKER = ("How do I open a parcel locker?", "Use the code under **Orders > Pick up**.")
KEPT = ("Which items cannot be returned?", "Opened cosmetics, underwear, and fresh food cannot be returned.")
CANCEL = ("Can I cancel my order?", "Yes. Open **Orders**, choose the order and tap **Cancel**.")
EARLY = ("Can I cancel my order before it ships?", "Yes. Open **Orders** and tap **Cancel**; the money is back at once.")
LATE = ("What happens if I do not collect my parcel?", "After 3 days it goes back to the seller, and you get your money back.")
CARD = ("How long does a refund to my card take?", "A refund to a card takes 5 business days.")
FEE = ("How much is shipping?", "Standard shipping costs $4.99.")

TH_RETURN = ("คืนสินค้าได้ภายในกี่วัน", "คุณคืนสินค้าได้ภายใน 30 วันหลังได้รับสินค้า")
TH_HOW = ("คืนสินค้าได้อย่างไร", "เปิด **ฉัน > คำสั่งซื้อ** เลือกสินค้า แล้วแตะ **คืนสินค้า**")
TH_KEPT = ("สินค้าใดคืนไม่ได้", "เครื่องสำอางที่เปิดแล้วและอาหารสดคืนไม่ได้")
TH_CANCEL = ("ยกเลิกคำสั่งซื้อได้ไหม", "ได้ ไปที่คำสั่งซื้อ แล้วแตะยกเลิก")
TH_EARLY = ("ยกเลิกคำสั่งซื้อก่อนจัดส่งได้ไหม", "ได้ ไปที่คำสั่งซื้อ แล้วแตะยกเลิก")
TH_CARD = ("คืนเงินเข้าบัตรใช้เวลานานเท่าไร", "การคืนเงินเข้าบัตรใช้เวลา 5 วันทำการ")
TH_FEE = ("ค่าจัดส่งเท่าไร", "ค่าจัดส่งแบบมาตรฐาน ฿50")

DE_RETURN = (
    "Wie lange kann ich einen Artikel zurückgeben?",
    "Sie können die meisten Artikel innerhalb von 30 Tagen zurückgeben.",
)
DE_HOW = ("Wie kann ich einen Artikel zurückgeben?", "Öffnen Sie **Bestellungen** und tippen Sie auf **Zurückgeben**.")
JA_RETURN = ("商品は何日以内に返品できますか", "お届けから30日以内に返品できます。")
JA_HOW = ("商品を返品するにはどうすればいいですか", "**注文**を開き、**返品**をタップしてください。")


def found(market: Market, pair: Pair, *phrasings: str) -> list[Finding]:
    """What is wrong with the phrasings of an entry that somebody wrote without a source."""
    text = FaqText(question=pair[0], answer=pair[1], phrasings=phrasings)
    subject = Subject(source=text, target=text, source_language=market.tag, market=market, day=DAY)
    return [finding for rule in RULES for finding in rule(subject) if finding.part is TextPart.PHRASING]


FACTS, OPPOSITE, ANSWER, REPEATED, LANGUAGE = (
    "phrasing-facts", "phrasing-opposite", "phrasing-answer", "phrasing-repeated", "phrasing-language",
)  # fmt: skip
SHIPPING_FEE = MarketFact(
    key="shipping-fee", source_value="$4.99", value="฿50", source="LOG-1", context=FactContext(phrases=("shipping",))
)
WRONG = [
    # the answer's value moved on, the phrasing did not
    (FACTS, AMERICAN, RETURN, "Do I really have 15 days to return an item?"),
    (FACTS, AMERICAN, RETURN, "Return within two weeks?"),
    (FACTS, AMERICAN, CARD, "Why does a refund take 15 business days?"),
    (FACTS, AMERICAN, FEE, "Is standard shipping $5.99?"),
    (FACTS, AMERICAN, LATE, "What if I come after 7 days?"),
    (FACTS, THAI, TH_RETURN, "คืนสินค้าได้ภายใน 15 วันจริงไหม"),
    (FACTS, THAI, TH_CARD, "คืนเงินเข้าบัตรใช้เวลา 15 วันทำการใช่ไหม"),
    (FACTS, THAI, TH_FEE, "ค่าจัดส่ง ฿40 ใช่ไหม"),
    (FACTS, GERMAN, DE_RETURN, "Habe ich wirklich 14 Tage für eine Rückgabe?"),
    (FACTS, JAPANESE, JA_RETURN, "15日以内なら返品できますか"),
    # the opposite of the question
    (OPPOSITE, AMERICAN, KEPT, "Which items can be returned?"),
    (OPPOSITE, AMERICAN, LOCKER, "How do I not open a parcel locker?"),
    (OPPOSITE, AMERICAN, LOCKER, "Why can't I open a parcel locker?"),
    (OPPOSITE, AMERICAN, LATE, "What happens if I collect my parcel?"),
    (OPPOSITE, AMERICAN, EARLY, "Can I cancel my order after it ships?"),
    (OPPOSITE, AMERICAN, CARD, "Why does a refund to my card not take long?"),
    (OPPOSITE, THAI, TH_KEPT, "สินค้าใดคืนได้"),
    (OPPOSITE, THAI, TH_HOW, "ทำไมถึงคืนสินค้าไม่ได้"),
    (OPPOSITE, THAI, TH_EARLY, "ยกเลิกคำสั่งซื้อหลังจัดส่งได้ไหม"),
    (OPPOSITE, THAI, TH_RETURN, "คืนสินค้าไม่ได้ภายในกี่วัน"),
    (OPPOSITE, GERMAN, DE_HOW, "Warum kann ich einen Artikel nicht zurückgeben?"),
    (OPPOSITE, JAPANESE, JA_HOW, "なぜ商品を返品できないのですか"),
    # what the shop says, not what a customer asks
    (ANSWER, AMERICAN, RETURN, "You can return most items within 30 days of delivery."),
    (ANSWER, AMERICAN, RETURN, "You can return most items within 30 days of the delivery"),
    (ANSWER, AMERICAN, LOCKER, "Use the code under Orders > Pick up"),
    (ANSWER, AMERICAN, LATE, "It goes back to the seller after 3 days and you get your money back"),
    (ANSWER, AMERICAN, CARD, "You will have the money on your card soon."),
    (ANSWER, THAI, TH_RETURN, "คุณคืนสินค้าได้ภายใน 30 วันหลังได้รับสินค้า"),
    (ANSWER, THAI, TH_RETURN, "คุณสามารถคืนสินค้าได้ภายใน 30 วันหลังได้รับสินค้า."),
    (ANSWER, THAI, TH_CARD, "การคืนเงินเข้าบัตรใช้เวลา 5 วันทำการ"),
    (ANSWER, GERMAN, DE_RETURN, "Sie können die meisten Artikel innerhalb von 30 Tagen zurückgeben."),
    (ANSWER, JAPANESE, JA_RETURN, "お届けから30日以内に返品できます"),
    # nothing new
    (REPEATED, AMERICAN, RETURN, "how long do I have to return an item"),
    (REPEATED, THAI, TH_RETURN, "คืนสินค้า ได้ภายในกี่วัน?"),
    (REPEATED, GERMAN, DE_HOW, "Wie kann ich einen Artikel zurückgeben"),
    (REPEATED, JAPANESE, JA_RETURN, "商品は何日以内に返品できますか？"),
    # not the market's language
    (LANGUAGE, THAI, TH_RETURN, "What is the return period?"),
    (LANGUAGE, JAPANESE, JA_HOW, "How do I return a product?"),
]


@pytest.mark.parametrize(("rule", "market", "pair", "phrasing"), WRONG)
def test_a_phrasing_that_does_not_ask_the_question_is_found(rule: str, market: Market, pair: Pair, phrasing: str) -> None:
    assert rule in {finding.rule for finding in found(market, pair, phrasing)}


RIGHT = [
    (AMERICAN, RETURN, "What is the return period?"),
    (AMERICAN, RETURN, "return window"),
    (AMERICAN, RETURN, "When is it too late to send something back?"),
    (AMERICAN, RETURN, "Do I have 30 days to return an item?"),
    (AMERICAN, RETURN, "how long is the return time for an item"),
    (AMERICAN, LOCKER, "I cannot open the parcel locker"),
    (AMERICAN, LOCKER, "Where is my locker code?"),
    (AMERICAN, LOCKER, "What can I do if the locker does not open?"),
    (AMERICAN, LOCKER, "parcel locker won't open"),
    (AMERICAN, KEPT, "Can I return opened cosmetics?"),
    (AMERICAN, KEPT, "What is excluded from returns?"),
    (AMERICAN, KEPT, "Why can't I return underwear?"),
    (AMERICAN, CANCEL, "Can't I cancel my order?"),
    (AMERICAN, CANCEL, "Can I not cancel my order any more?"),
    (AMERICAN, CANCEL, "Is it not possible to cancel my order?"),
    (AMERICAN, CANCEL, "How do I cancel an order?"),
    (AMERICAN, CANCEL, "I don't want my order any more"),
    (AMERICAN, EARLY, "Can I cancel my order while it has not been shipped?"),
    (AMERICAN, LATE, "What if I pick up my parcel too late?"),
    (AMERICAN, LATE, "I did not pick up my parcel in time, what now?"),
    (AMERICAN, CARD, "My refund has not arrived"),
    (AMERICAN, CARD, "Where is the refund to my card?"),
    (AMERICAN, FEE, "Do you charge $4.99 for shipping?"),
    (AMERICAN, FEE, "What do you charge for delivery?"),
    (THAI, TH_RETURN, "ระยะเวลาคืนสินค้า"),
    (THAI, TH_RETURN, "คืนของได้ถึงเมื่อไร"),
    (THAI, TH_RETURN, "มีเวลาคืนสินค้า 30 วันใช่ไหม"),
    (THAI, TH_HOW, "อยากคืนสินค้าต้องทำยังไง"),
    (THAI, TH_HOW, "คืนสินค้าไม่ได้ต้องทำอย่างไร"),
    (THAI, TH_HOW, "วิธีคืนสินค้า"),
    (THAI, TH_KEPT, "คืนเครื่องสำอางที่เปิดแล้วได้ไหม"),
    (THAI, TH_KEPT, "ทำไมคืนอาหารสดไม่ได้"),
    (THAI, TH_CANCEL, "ยกเลิกคำสั่งซื้อไม่ได้หรือ"),
    (THAI, TH_CANCEL, "ยกเลิกคำสั่งซื้อไม่ได้ใช่ไหม"),
    (THAI, TH_CANCEL, "ไม่ต้องการคำสั่งซื้อแล้ว"),
    (THAI, TH_EARLY, "ยังไม่จัดส่ง ยกเลิกคำสั่งซื้อได้ไหม"),
    (THAI, TH_CARD, "เมื่อไหร่จะได้เงินคืนเข้าบัตร"),
    (THAI, TH_CARD, "ยังไม่ได้รับเงินคืนเข้าบัตร"),
    (THAI, TH_CARD, "Google Pay คืนเงินเมื่อไร"),
    (THAI, TH_FEE, "ส่งฟรีไหม"),
    (GERMAN, DE_RETURN, "Bis wann ist eine Rückgabe möglich?"),
    (GERMAN, DE_RETURN, "Kann ich einen Artikel nach Wochen nicht mehr zurückgeben?"),
    (GERMAN, DE_HOW, "Kann ich einen Artikel nicht zurückgeben?"),
    (GERMAN, DE_HOW, "Artikel zurückschicken"),
    (JAPANESE, JA_RETURN, "返品の期限はいつまでですか"),
    (JAPANESE, JA_RETURN, "商品は返品できませんか"),
    (JAPANESE, JA_HOW, "返品方法"),
    (JAPANESE, JA_HOW, "返品の手続きがわかりません"),
]


@pytest.mark.parametrize(("market", "pair", "phrasing"), RIGHT)
def test_a_phrasing_that_asks_the_question_is_left_alone(market: Market, pair: Pair, phrasing: str) -> None:
    assert [(finding.rule, finding.message) for finding in found(market, pair, phrasing)] == []


SHOP = THAI.model_copy(
    update={
        "terms": (
            Term(source="order", target="คำสั่งซื้อ", status=TermStatus.PREFERRED, source_lang="en"),
            Term(source="order", target="ออเดอร์", status=TermStatus.FORBIDDEN, source_lang="en"),
            Term(source="Marigold Coins", target="Marigold Coins", status=TermStatus.DO_NOT_TRANSLATE),
        ),
        "ui_strings": (UiString(key="nav.orders", source="Orders", target="คำสั่งซื้อของฉัน", source_lang="en"),),
        "facts": (SHIPPING_FEE,),
    }
)


def localized(source: FaqText, target: FaqText, market: Market = SHOP, language: str = "en") -> list[Finding]:
    subject = Subject(source=source, target=target, source_language=language, market=market, day=DAY)
    return [finding for rule in RULES for finding in rule(subject) if finding.part is TextPart.PHRASING]


@pytest.mark.parametrize(
    ("rule", "source", "target"),
    [
        ("term-forbidden", "Where is my order?", "ออเดอร์อยู่ไหน"),
        ("do-not-translate", "Can I pay with Marigold Coins?", "จ่ายด้วยเหรียญดาวเรืองได้ไหม"),
        ("ui-label", "What is under **Orders**?", "ใน **รายการ** มีอะไร"),
        ("ui-label", "What is there?", "ใน **Orders** มีอะไร"),
        ("ui-label", "What is there?", 'เมนู "Orders" มีอะไร'),
        ("phrasing-language", "What does it cost?", "What does it cost?"),
        ("phrasing-facts", "Is shipping $4.99?", "ค่าส่ง $4.99 ใช่ไหม"),
        ("phrasing-facts", "Is shipping $4.99?", "ค่าส่ง ฿40 ใช่ไหม"),
    ],
)
def test_the_packs_words_and_facts_hold_in_phrasings_too(rule: str, source: str, target: str) -> None:
    faq = FaqText(question="How much is shipping?", answer="It costs $4.99.", phrasings=(source,))
    text = FaqText(question="ค่าจัดส่งเท่าไร", answer="ค่าจัดส่ง ฿50", phrasings=(target,))
    findings = localized(faq, text)
    assert [(finding.rule, finding.phrasing) for finding in findings] == [(rule, 0)]
    assert target in findings[0].message


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (("Where is my order?",), ("คำสั่งซื้ออยู่ไหน",)),
        (("Can I pay with Marigold Coins?",), ("จ่ายด้วย Marigold Coins ได้ไหม",)),
        (("Can I pay with Marigold Coins?", "Fee?"), ("ค่าส่งเท่าไหร่", "จ่ายด้วย Marigold Coins ได้ไหม")),
        (("Can I pay with Marigold Coins?", "Fee?"), ("จ่ายด้วยเหรียญได้ไหม",)),
        (("What is under **Orders**?",), ("ใน **คำสั่งซื้อของฉัน** มีอะไร",)),
        (("Is shipping $4.99?",), ("ค่าส่ง ฿50 ใช่ไหม",)),
        (("I waited 3 days, what now?",), ("รอ 3 วันแล้วต้องทำอย่างไร",)),
    ],
    ids=str,
)
def test_a_phrasing_that_says_what_the_sources_says_is_left_alone(source: tuple[str, ...], target: tuple[str, ...]) -> None:
    faq = FaqText(question="How much is shipping?", answer="It costs $4.99.", phrasings=source)
    text = FaqText(question="ค่าจัดส่งเท่าไร", answer="ค่าจัดส่ง ฿50", phrasings=target)
    assert localized(faq, text) == []


def test_a_finding_says_which_phrasing_and_where_in_it() -> None:
    stale = found(AMERICAN, RETURN, "What is the return period?", "Do I really have 15 days?")
    assert [(f.phrasing, f.start, f.end) for f in stale] == [(1, 17, 24)]
    assert stale[0].message.startswith("phrasing 'Do I really have 15 days?': '15 days' is in neither")
    thai = found(THAI, TH_RETURN, "คืนของได้ถึงเมื่อไร", "มี 15 วันใช่ไหม")
    assert [(f.phrasing, f.start, f.end) for f in thai] == [(1, 3, 9)]


def test_a_long_phrasing_is_shortened_in_the_message() -> None:
    (finding,) = (f for f in found(AMERICAN, RETURN, "Do I " + "really " * 20 + "have it?") if f.rule == "length")
    assert "..." in finding.message and len(finding.message) < 200


@pytest.mark.parametrize(
    ("market", "pair", "phrasing"),
    [(AMERICAN, CARD, "I have been waiting for my money since May 3"), (THAI, TH_FEE, "รอ 2 สัปดาห์แล้ว")],
)
def test_a_period_of_the_customers_own_case_is_minor(market: Market, pair: Pair, phrasing: str) -> None:
    assert [(f.rule, f.severity) for f in found(market, pair, phrasing)] == [(FACTS, Severity.MINOR)]


def test_a_language_of_which_no_question_is_known_is_judged_by_its_facts_and_its_answer() -> None:
    french = AMERICAN.model_copy(update={"tag": "fr-FR", "language_name": "French"})
    pair = ("Quel est le délai de retour ?", "Vous pouvez retourner un article sous 30 jours.")
    assert found(french, pair, "Jusqu'à quand puis-je retourner un article ?") == []
    assert [f.rule for f in found(french, pair, "Vous pouvez retourner un article sous 30 jours")] == [ANSWER]
    assert [f.rule for f in found(french, pair, "Ai-je 15 jours pour retourner un article ?")] == [FACTS]
