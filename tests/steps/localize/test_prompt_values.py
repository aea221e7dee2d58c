"""What a prompt shows of the pack."""

from datetime import date

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.steps.localize.prompt_values import in_market_values, terms_for

DAY = date(2026, 1, 15)


def test_the_model_is_shown_the_markets_own_values_and_live_labels(thai):
    text = FaqText(question="What is the limit?", answer="You can pay in cash for orders of up to $300. Open **Me > Orders**.")
    shown = in_market_values(text, "en", thai, DAY)
    assert shown.answer == "You can pay in cash for orders of up to ฿10,000. Open **ฉัน > คำสั่งซื้อ**."


def test_three_dollars_inside_three_hundred_is_no_fact(thai):
    shown = in_market_values(FaqText(question="Q?", answer="Cash on delivery: up to $300 or $300.50."), "en", thai, DAY)
    assert shown.answer == "Cash on delivery: up to ฿10,000 or $300.50."


def test_only_terms_that_occur_are_stated(thai):
    terms = dict(terms_for(FaqText(question="How do refunds work?", answer="Ask the seller."), "en", thai))
    assert {"refund", "seller"} <= terms.keys()
    assert "voucher" not in terms


def test_of_overlapping_terms_the_longest_is_stated(thai):
    terms = dict(terms_for(FaqText(question="What is covered?", answer="See buyer protection."), "en", thai))
    assert terms["buyer protection"] == "การคุ้มครองผู้ซื้อ"
    assert "buyer" not in terms


def test_a_label_without_marks_is_stated_with_what_the_app_shows(thai):
    text = FaqText(question="Where is my parcel?", answer="You can always tap Track parcel, or **Get help**.")
    terms = dict(terms_for(text, "en", thai))
    assert terms["Track parcel"] == "ติดตามพัสดุ"
    assert "Get help" not in terms  # it is bold: the source is shown with the market's label
