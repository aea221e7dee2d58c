"""Which market fact is meant is said by what stands around its value: the nearest place in which a context fits."""

from datetime import date

import pytest

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.markets import Conventions, FactContext, Market, MarketFact
from kb_pipeline.steps.facts import Passage, compare

DAY = date(2025, 7, 1)
SHIPPING = FactContext(phrases=("standard ship", "ship fee", "deduct refund", "运费"), unless=("discount", "voucher", "优惠"))
FEE = MarketFact(key="shipping-fee", source_value="$4.99", value="฿50", source="LOG-1", context=SHIPPING)
VOUCHER = FactContext(phrases=("welcome voucher", "新人优惠券"))
VALID = MarketFact(key="voucher-validity", source_value="21 days", value="30 วัน", source="GRW-1", context=VOUCHER)


def judged(text: str, *facts: MarketFact, language: str = "en", question: str = "", cited: tuple[Citation, ...] = ()):
    """The market facts that are surely meant, and those that a person is asked about, each with its value in the text."""
    conventions = Conventions(currency="THB")
    market = Market(
        tag="th-TH",
        name="Thailand",
        language_name="Thai",
        conventions=conventions,
        facts=facts or (FEE, VALID),
        fingerprint="x",
    )
    whole = f"{question}\n{text}" if question else text
    passage = Passage(text=whole, language=language, question=question, citations=cited)
    found = compare(passage, (), market, DAY)
    return [[f"{fact.raw.strip()} {rule.key}" for fact, rule in met] for met in (found.ruled, found.asked)]


def citation(text: str, *headings: str, article: str = "a") -> Citation:
    return Citation(article_id=article, sentence_hash="h", heading_path=headings, text=text)


SURE_FEE, SURE_VALID = [["$4.99 shipping-fee"], []], [["21 days voucher-validity"], []]
ASKS_FEE, ASKS_VALID = [[], ["$4.99 shipping-fee"]], [[], ["21 days voucher-validity"]]


@pytest.mark.parametrize(
    "text",
    [
        "Standard shipping costs $4.99.",
        "The standard fee for shipping: $4.99",
        "We ship at the standard rate of $4.99.",
        "Shipping (standard) is $4.99, express is $9.99.",
        "If you change your mind, $4.99 is deducted from your refund.",
        "We are deducting $4.99 from refunds.",
        "Shipping fees are low; you pay $4.99.",
    ],
)
def test_all_words_of_a_phrase_in_any_order_and_form_are_enough(text):
    assert judged(text) == SURE_FEE


@pytest.mark.parametrize(
    "text",
    ["Gift wrapping costs $4.99.", "A shipment to Mars costs $4.99.", "Standard shipping is slow. Wrapping costs $4.99."],
)
def test_elsewhere_a_person_is_asked(text):
    assert judged(text) == ASKS_FEE


@pytest.mark.parametrize(
    ("text", "sure"),
    [("标准配送的运费为 $4.99。", True), ("礼品包装费为 $4.99。", False), ("运费最多优惠 $4.99。", False)],
)
def test_chinese_is_cut_into_words(text, sure):
    assert judged(text, language="zh-CN") == (SURE_FEE if sure else ASKS_FEE)


@pytest.mark.parametrize(
    ("text", "sure"),
    [("Der Gutschein gilt 21 Tage.", True), ("Neue Gutscheine gelten 21 Tage.", True), ("Das Paket liegt 21 Tage.", False)],
)
def test_german_is_met_in_its_forms(text, sure):
    fact = VALID.model_copy(update={"context": FactContext(phrases=("Gutschein",))})
    assert judged(text, fact, language="de") == [["21 Tage voucher-validity"] * sure, ["21 Tage voucher-validity"] * (not sure)]


def test_the_question_is_context_for_its_answer():
    assert judged("It is $4.99.", question="What is the shipping fee?") == SURE_FEE
    assert judged("It is $4.99.", question="What is the maximum discount?") == ASKS_FEE


def test_a_sentence_that_is_cited_for_the_value_is_context_with_its_headings():
    plain = citation("It is valid for 21 days.", "Vouchers", "Welcome voucher")
    assert judged("It is valid for 21 days.", cited=(plain,)) == SURE_VALID
    assert judged("It is valid for 21 days.", cited=(citation("It is valid for 21 days.", "Parcels"),)) == ASKS_VALID


def test_a_cited_sentence_without_the_value_is_no_context():
    other = citation("New customers get a welcome voucher.", "Welcome voucher")
    assert judged("Keep the parcel for 21 days.", cited=(other,)) == ASKS_VALID


def test_of_cited_sentences_that_disagree_none_is_believed():
    both = (citation("It is valid for 21 days.", "Welcome voucher"), citation("Keep it for 21 days.", "Parcels"))
    assert judged("It is 21 days.", cited=both) == ASKS_VALID


@pytest.mark.parametrize(("article", "sure"), [("vouchers-th", True), ("vouchers", False), ("parcels", False)])
def test_an_article_is_context_by_its_id_or_a_glob(article, sure):
    fact = VALID.model_copy(update={"context": FactContext(articles=("vouchers-*",))})
    found = judged("Keep it for 21 days.", fact, cited=(citation("Keep it for 21 days.", article=article),))
    assert found == (SURE_VALID if sure else ASKS_VALID)


@pytest.mark.parametrize(
    "text",
    [
        "A voucher takes $4.99 off the shipping fee.",
        "The discount on standard shipping is $4.99.",
        "With the voucher the standard fee for shipping is lower; you save $4.99.",
    ],
)
def test_a_phrase_of_unless_beside_the_value_leaves_it_to_a_person(text):
    assert judged(text) == ASKS_FEE


def test_unless_is_looked_for_no_farther_than_the_phrase_that_fits():
    assert judged("Standard shipping costs $4.99; use a voucher to pay less.") == SURE_FEE
    assert judged("With a voucher you pay $4.99 less.", question="What is the shipping fee?") == ASKS_FEE


@pytest.mark.parametrize(
    "text",
    [
        "Standard shipping costs $4.99. Wrapping costs $4.99.",
        "Standard shipping costs $4.99, and wrapping costs $4.99.",
        "Standard shipping costs $4.99 and wrapping costs $4.99.",
        "Standard shipping: $4.99, wrapping: $4.99",
        "Wrapping ($4.99), standard shipping ($4.99)",
        "- Wrapping: $4.99\n- Standard shipping: $4.99",
    ],
)
def test_the_same_value_twice_is_sure_once(text):
    assert judged(text) == [["$4.99 shipping-fee"], ["$4.99 shipping-fee"]]


def test_a_question_speaks_for_one_statement_of_its_answer():
    question = "How long is the welcome voucher valid?"
    assert judged("It is valid for 21 days. Keep the parcel for 21 days.", question=question) == [[], [*ASKS_VALID[1]] * 2]
    assert judged("For 21 days.", question=f"{question[:-1]} - 21 days?")[1] == []


def test_of_two_facts_with_one_value_the_one_that_fits_nearer_is_meant():
    deposit = MarketFact(
        key="deposit", source_value="$4.99", value="฿70", source="LIV-1", context=FactContext(phrases=("deposit",))
    )
    assert judged("The deposit is $4.99.", FEE, deposit) == [["$4.99 deposit"], []]
    assert judged("The deposit is $4.99.", FEE, deposit, question="What is the shipping fee?") == [["$4.99 deposit"], []]
    both = ["$4.99 shipping-fee", "$4.99 deposit"]
    twice = judged("Standard shipping is $4.99, the deposit is $4.99, too.", FEE, deposit)
    assert twice == [both, []]
    assert judged("The shipping fee with deposit is $4.99.", FEE, deposit) == [[], both]
    assert judged("Wrapping costs $4.99.", FEE, deposit) == [[], both]


def test_two_facts_that_say_the_same_value_do_not_disagree():
    twin = FEE.model_copy(update={"key": "return-fee"})
    assert judged("The shipping fee is $4.99.", FEE, twin) == [["$4.99 shipping-fee", "$4.99 return-fee"], []]


def test_a_fact_without_a_context_asks_unless_its_value_is_the_sources():
    bare = FEE.model_copy(update={"context": FactContext()})
    assert judged("The shipping fee is $4.99.", bare) == ASKS_FEE
    assert judged("The shipping fee is $4.99.", bare.model_copy(update={"value": "$4.99"})) == [[], []]


def test_a_phrase_of_words_that_carry_no_meaning_is_all_of_them():
    fact = FEE.model_copy(update={"context": FactContext(phrases=("up to",))})
    assert judged("It costs up to $4.99.", fact) == SURE_FEE
    assert judged("It costs $4.99.", fact) == ASKS_FEE
