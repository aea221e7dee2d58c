"""What people do with entries that are there: each sees their markets, and only who may silences anything."""

import pytest

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.adapters.store_sql import entry_list
from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.releases import ManifestItem
from kb_pipeline.errors import ForbiddenError, NotFoundError
from kb_pipeline.services.entries.catalog import EntryFilter
from kb_pipeline.services.entries.curator import Curator
from kb_pipeline.services.review.assess import Assessor
from kb_pipeline.settings import Settings
from tests.adapters.store_sql.samples import MARKETS, TEXTS, change_of, decision_of, retirement_of, revision_of
from tests.conftest import DAY, ROOT


def curator(store, role=Role.PUBLISHER, markets=(), name="pim"):
    embedder = SentenceTransformersEmbedder("embedded", Settings().model_dir, store, 2)
    packs = [load_market(ROOT / "locales", tag) for tag in MARKETS]
    assessor = Assessor(store, embedder, packs, lambda: DAY)
    return Curator(store, embedder, assessor, User(name=name, role=role, markets=markets))


def approve(store, market, key="faq", note=""):
    change = change_of(market, key, note=note)
    store.propose(change)
    store.decide(decision_of(change))
    return change.entry_id


@pytest.mark.parametrize("market", MARKETS)
def test_an_entry_is_found_by_market_state_words_and_the_beginning_of_its_id(store, market):
    mine = approve(store, market, "mine", note=" ABC-123")
    waiting = change_of(market, "waiting")
    store.propose(waiting)
    store.import_entry(revision_of(market, "old"))
    for other in MARKETS:
        approve(store, other, "other")
    catalog = curator(store).catalog
    assert [e.id for e in catalog.find(EntryFilter(market=market, text="abc-123"))] == [mine]
    assert [e.id for e in catalog.find(EntryFilter(text=mine[:9]))] == [mine]
    proposed = list(catalog.find(EntryFilter(market=market, state=EntryState.PROPOSED)))
    assert {(e.is_imported, e.open_change) for e in proposed} == {(False, waiting.id), (True, None)}
    assert {e.revision.text.question for e in proposed} == {TEXTS[market][0]}
    assert len(list(catalog.find(EntryFilter()))) == 5
    assert catalog.entry(mine[:9]).id == mine
    with pytest.raises(NotFoundError):
        catalog.entry("")


def test_many_entries_are_read_to_the_end(store, monkeypatch):
    monkeypatch.setattr(entry_list, "_PAGE", 10)
    ids = {approve(store, market, f"{n}") for n in range(15) for market in MARKETS}
    found = [entry.id for entry in curator(store).catalog.find(EntryFilter())]
    assert (len(found), set(found)) == (30, ids)


@pytest.mark.parametrize("market", MARKETS)
def test_what_was_done_and_why_is_in_the_view(store, market):
    id_ = approve(store, market)
    view = curator(store).withdraw(id_[:8], "ค่าธรรมเนียมผิด")
    assert view.entry.state is EntryState.WITHDRAWN
    assert (view.withdrawal.actor, view.withdrawal.reason) == ("pim", "ค่าธรรมเนียมผิด")
    assert [event.action for event in view.history] == [
        "entry.proposed", "change.proposed", "entry.approved", "change.approve", "entry.withdrawn",
    ]  # fmt: skip
    restored = curator(store, name="bob").restore(id_, "it was right")
    assert (restored.entry.state, restored.withdrawal, restored.history[-1].actor) == (EntryState.APPROVED, None, "bob")


def test_what_may_be_silenced_is_what_may_be_said(store):
    id_ = approve(store, "th-TH")
    pim = curator(store)
    assert pim.catalog.view(id_).may_be_withdrawn
    text = store.approved_text(id_)
    item = ManifestItem(entry_id=id_, revision_id=text.id, text_hash=text.text.hash)
    store.begin_release("th-TH", (item,), "e5", "dara")
    change = retirement_of(change_of("th-TH"))
    store.propose(change)
    store.decide(decision_of(change))
    assert pim.catalog.view(id_).may_be_withdrawn, "a release still holds the retired text"
    assert not pim.withdraw(id_, "wrong").may_be_withdrawn


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
def test_who_may_not_publish_may_not_silence(store, role):
    id_ = approve(store, "th-TH")
    with pytest.raises(ForbiddenError, match="publisher"):
        curator(store, role).withdraw(id_, "wrong")
    curator(store).withdraw(id_, "wrong")
    with pytest.raises(ForbiddenError):
        curator(store, role).restore(id_, "right")


def test_an_entry_of_another_market_is_not_there(store):
    id_ = approve(store, "th-TH")
    other = curator(store, markets=("en-US",))
    assert list(other.catalog.find(EntryFilter(market="th-TH"))) == []
    for act in (other.catalog.view, lambda id_: other.withdraw(id_, "wrong"), lambda id_: other.restore(id_, "right")):
        with pytest.raises(NotFoundError):
            act(id_)
