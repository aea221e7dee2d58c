from datetime import date

import pytest

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.markets import Conventions, FactContext, Market, MarketFact
from kb_pipeline.steps.facts import Passage
from kb_pipeline.steps.localize.source_changes import SAME_MEANING, reworded, with_new_values

DAY = date(2026, 1, 15)

REWORDINGS = [
    ("You can return most items within 15 days of delivery.", "You can return most items within 15 days after delivery."),
    ("Open the app and choose your order.", "Open the app and select your order."),
    ("The seller answers within 3 business days.", "The seller will answer within 3 business days."),
    ("Keep the parcel label until you recieve the refund.", "Keep the parcel label until you receive the refund."),
    ("We refund your card after the seller has checked it.", "We refund your card once the seller has checked it."),
    ("You can pay by card or by bank transfer.", "You can pay by card or bank transfer."),
    ("Your voucher is valid for 30 days, and cannot be combined.", "Your voucher is valid for 30 days and cannot be combined."),
    ("To cancel an order open the order page first.", "To cancel an order, open the order page first."),
]
OTHER_MEANINGS = [
    ("You can return most items within 15 days.", "You can return some items within 15 days."),
    ("The buyer pays the return shipping.", "The shop pays the return shipping."),
    ("You must show your passport at the counter.", "You may show your passport at the counter."),
    ("Delivery is free for new customers.", "Delivery is free for gold customers."),
    ("Vouchers are valid for all orders.", "Vouchers are valid for first orders."),
    ("We can deliver to islands on weekdays.", "We can deliver to islands on weekends."),
]


def market(tag, currency, *facts):
    return Market(
        tag=tag, name=tag, language_name=tag, conventions=Conventions(currency=currency), facts=facts, fingerprint="f"
    )


def fact(source, value, *phrases):
    return MarketFact(key="k", source_value=source, value=value, source="policy", context=FactContext(phrases=phrases))


def swapped(old, new, target, to):
    return with_new_values(*(Passage(text=text, language="en") for text in (old, new)), target, to, DAY)


THAI, GERMAN, JAPANESE = market("th-TH", "THB"), market("de-DE", "EUR"), market("ja-JP", "JPY")
AMERICAN = market("en-US", "USD")


def faq_with(answer):
    return FaqText(question="Q?", answer=answer)


@pytest.mark.parametrize(("old", "new"), REWORDINGS)
def test_other_words_for_the_same_are_minor(old, new, embedder):
    pairs = reworded(faq_with(f"Yes. {old}"), faq_with(f"Yes. {new}"), "en")
    assert pairs == ((old, new),)
    one, other = embedder.embed(pairs[0], "passage")
    assert one @ other >= SAME_MEANING


@pytest.mark.parametrize(("old", "new"), OTHER_MEANINGS)
def test_one_word_that_changes_the_meaning_is_not_minor(old, new, embedder):
    for before, after in reworded(faq_with(old), faq_with(new), "en") or ():
        one, other = embedder.embed([before, after], "passage")
        assert one @ other < SAME_MEANING


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Return it within 7 days.", "Return it within 15 days."),
        ("You can return opened items.", "You can not return opened items."),
        ("Pay before the delivery has come.", "Pay after the delivery has come."),
        ("Open **Me > Orders** to see all of it.", "Open **Me > Returns** to see all of it."),
        ("Read https://shop.example/returns first.", "Read https://shop.example/refunds first."),
        ("Say `cancel 1` in the chat with the shop.", "Say `cancel 2` in the chat with the shop."),
        ("It is free.", "It is free. It takes long."),
        ("คุณคืนสินค้าที่เปิดแล้วได้", "คุณคืนสินค้าที่เปิดแล้วไม่ได้"),
    ],
)
def test_another_fact_negation_label_link_or_sentence_is_not_minor(old, new):
    assert reworded(faq_with(old), faq_with(new), "th" if old > "ก" else "en") is None


def test_new_phrasings_are_not_minor():
    assert reworded(faq_with("A."), FaqText(question="Q?", answer="A.", phrasings=("How?",)), "en") is None


@pytest.mark.parametrize(
    ("old", "new", "target", "written", "to"),
    [
        ("Return it within 7 days.", "Return it within 15 days.", "คืนได้ภายใน 7 วัน", "คืนได้ภายใน 15 วัน", THAI),
        ("Up to 900 items.", "Up to 1,000 items.", "Bis zu 900 Artikel.", "Bis zu 1.000 Artikel.", GERMAN),
        ("Within 5 to 10 days.", "Within 5 to 14 days.", "ภายใน 5 ถึง 10 วัน", "ภายใน 5 ถึง 14 วัน", THAI),
        ("You get 5% back.", "You get 8% back.", "5%戻ります。", "8%戻ります。", JAPANESE),
        ("Ask a@shop.example.", "Ask b@shop.example.", "ถาม a@shop.example", "ถาม b@shop.example", THAI),
    ],
)
def test_a_value_that_is_there_once_is_swapped_in_the_markets_form(old, new, target, written, to):
    assert swapped(old, new, target, to) == written


@pytest.mark.parametrize(
    ("why", "old", "new", "target", "to"),
    [
        ("other words", "Return it within 7 days.", "Send it within 15 days.", "คืนได้ภายใน 7 วัน", THAI),
        ("another unit", "Return it within 7 days.", "Return it within 2 weeks.", "คืนได้ภายใน 7 วัน", THAI),
        ("there twice", "Wait 7 days.", "Wait 9 days.", "รอ 7 วัน คือ 7 วัน", THAI),
        ("not there", "Wait 7 days.", "Wait 9 days.", "รอหนึ่งสัปดาห์กว่า", THAI),
        ("in words", "Wait 7 days.", "Wait 9 days.", "รอเจ็ดวัน", THAI),
        ("another plural", "Wait 1 day.", "Wait 15 days.", "Wait 1 day.", AMERICAN),
        ("a fraction", "Wait 2 hours.", "Wait 2.5 hours.", "รอ 2 ชั่วโมง", THAI),
        ("no fact at all", "Wait here.", "Wait there.", "รอที่นี่", THAI),
    ],
)
def test_what_is_not_certain_is_left_to_the_model(why, old, new, target, to):
    assert swapped(old, new, target, to) is None, why


def test_the_markets_own_value_is_what_is_swapped():
    thai = market("th-TH", "THB", fact("$5", "฿150", "cost"), fact("$8", "฿250", "cost"))
    assert swapped("It costs $5.", "It costs $8.", "ราคา ฿150", thai) == "ราคา ฿250"


def test_a_market_fact_that_speaks_of_the_old_value_only_leaves_the_new_one_to_people():
    thai = market("th-TH", "THB", fact("7 days", "10 วัน", "wait"))
    assert swapped("Wait 7 days.", "Wait 9 days.", "รอ 10 วัน", thai) is None


@pytest.mark.parametrize("target", ["ราคา ฿150", "ราคา $5"])
def test_a_value_that_a_person_is_asked_about_is_not_swapped_by_code(target):
    thai = market("th-TH", "THB", fact("$5", "฿150", "voucher"), fact("$8", "฿250", "voucher"))
    assert swapped("It costs $5.", "It costs $8.", target, thai) is None
