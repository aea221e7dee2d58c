"""An entry leads people only to what the market lists; an article that somebody changed cannot add to that list unseen."""

import pytest

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.findings import Severity
from tests.steps.checks.subjects import AMERICAN, THAI, found

FOREIGN = [
    "bit.ly/x",
    "line.me/R/ti/p/abc",
    "evil.top",
    "ftp://evil.com/a",
    "hxxp://evil.com",
    "evil[.]com",
    "ร้านค้า.ไทย",
    "@evilshop",
    "ไลน์ไอดี scam99",
    "Telegram: scam99",
    "evil&#46;com",
    "evil{dot}com",
    "evil_dot_com",
    "e v i l.com",
    "evil·com",
    "https:/evil.com",
    "[x](/\\evil.com)",
    "file:///evil",
    "日本語.jp",
    "пример.рф",
    "evil点com",
    "evil ドット com",
    "微信号 scam99",
    "ラインID：scam99",
]


def severities(source, target, market=THAI, cited=None):
    citations = (Citation(article_id="a", sentence_hash="h", text=cited),) if cited is not None else ()
    return [finding.severity for finding in found("foreign-address", source, target, market, citations=citations)]


@pytest.mark.parametrize("address", FOREIGN)
@pytest.mark.parametrize(("market", "text"), [(THAI, "ดูที่ {} ได้"), (AMERICAN, "See {} for more")])
def test_an_address_that_neither_pack_nor_citation_names_is_critical(market, text, address):
    assert severities("See it.", text.format(address), market, cited="See it.") == [Severity.CRITICAL]
    assert severities("", text.format(address), market) == [Severity.CRITICAL]  # an import


@pytest.mark.parametrize("address", ["https://help.shop.com/a", "shop.com"])
def test_what_an_article_names_openly_is_shown_until_the_pack_lists_addresses(address):
    cited = f"See {address}."
    assert severities(cited, f"ดู {address}", cited=cited) == [Severity.MINOR]
    listing = THAI.model_copy(update={"addresses": ("shop.com",)})
    assert severities(cited, f"ดู {address}", listing, cited=cited) == []
    others = THAI.model_copy(update={"addresses": ("other.com",)})
    assert severities(cited, f"ดู {address}", others, cited=cited) == [Severity.CRITICAL]


@pytest.mark.parametrize("address", ["bit.ly/x", "https://lin.ee/abc", "hxxp://evil.com", "evil[.]com", "javascript:alert(1)"])
def test_an_article_cannot_excuse_what_hides_where_it_leads(address):
    cited = f"See {address} now."
    assert severities(cited, f"ดู {address}", cited=cited) == [Severity.CRITICAL]


def test_what_the_model_made_of_an_article_excuses_nothing():
    assert severities("See evil.top.", "ดู evil.top", cited="See the page.") == [Severity.CRITICAL]


def test_a_page_of_a_cited_host_is_not_the_cited_page_but_its_translation_is():
    cited = "See https://shop.com/en/help."
    assert severities(cited, "ดู https://shop.com/th/help", cited=cited) == [Severity.MINOR]
    assert severities(cited, "ดู https://shop.com/go?to=evil.top", cited=cited) == [Severity.CRITICAL]


def test_what_the_packs_own_values_name_is_listed():
    facts = (THAI.facts[0].model_copy(update={"value": "help@shop.co.th"}),)
    assert severities("", "เขียนถึง help@shop.co.th", THAI.model_copy(update={"facts": facts})) == []


@pytest.mark.parametrize("words", ["ไลน์ไอดี: shop99", "LINE ID shop99", "@shop99"])
def test_an_account_in_words_is_listed_by_its_name(words):
    listing = THAI.model_copy(update={"addresses": ("@shop99",)})
    assert severities("", f"ติดต่อ {words} ได้", listing) == []
    assert severities("", f"ติดต่อ {words}x ได้", listing) == [Severity.CRITICAL]


def test_a_translation_without_citations_may_lead_where_its_source_does():
    assert severities("See shop.com.", "ดู shop.com") == []
