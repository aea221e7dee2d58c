"""The card of a text in which a market fact may be meant: it says that it asks, with the fact and who says so."""

import pytest

from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.cli.review.display import print_card
from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.markets import FactContext
from tests.conftest import ROOT
from tests.review.conftest import say


@pytest.fixture
def thai():
    """The pack as it was before its facts had a context."""
    market = load_market(ROOT / "locales", "th-TH")
    return market.model_copy(update={"facts": tuple(f.model_copy(update={"context": FactContext()}) for f in market.facts)})


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_page_says_that_it_asks(person, changes, language):
    browser = person()
    browser.get(f"/language/{language}")
    page = browser.get(f"/changes/{changes[0].id}").text
    assert '<tr class="asks">' in page
    for shown in (say(language, "origin.asks"), "wallet-withdrawal-fee", "฿15", "TH-PAY-009", "market-fact-unsure"):
        assert shown in page


def test_the_command_says_that_it_asks(changes, desk, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    print_card(desk.reviewer(User(name="nok", role=Role.VIEWER)).card(changes[0].id))
    out = capsys.readouterr().out
    assert "asks · wallet-withdrawal-fee: ฿15 · TH-PAY-009" in out
    assert "is it meant here?" in " ".join(out.split())
