"""The memory is what people approved; what comes in files is checked, vouched for and marked."""

import pytest

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.errors import ForbiddenError, UsageError
from kb_pipeline.services.language import translation_memory
from kb_pipeline.services.language.translation_memory import import_units, open_memory
from tests.conftest import DAY
from tests.review import sample

ROWS = (
    ("You can return it within 15 days.", "คุณคืนสินค้าได้ภายใน 15 วัน", "line 2"),
    ("You can return it within 7 days.", "คุณคืนสินค้าได้ภายใน 15 วัน", "line 3"),
    ("Hello {name}", "สวัสดี {name}", "line 4"),
    ("Hello {name}", "สวัสดี {name}", "line 5"),
)
MALEE = User(name="malee", role=Role.REVIEWER, markets=("th-TH",))


@pytest.fixture
def take_in(store, thai):
    return lambda rows=ROWS, person=MALEE, **more: import_units(
        rows, "en", thai, store, person=person, origin="agency.tmx", day=DAY, **more
    )


def test_only_approved_text_is_in_the_memory(store, thai, american):
    sample.fill(store, thai, american)
    memory = open_memory(store, "th-TH")
    assert memory.match("How long do I have to return an item?", "en")[0].score == 100
    assert not memory.match("When does the seller answer my return request?", "en", least=90)
    assert not open_memory(store, "en-US").units


def test_the_units_are_those_of_the_source_that_was_approved_not_of_the_newer_one(store, thai, american):
    sample.fill(store, thai, american)
    answers = [unit for unit in open_memory(store, "th-TH").units if "return most items" in unit.source]
    assert answers
    assert all("15 days" in unit.source and "15 วัน" in unit.target for unit in answers)


def test_once_the_source_is_retired_its_pairs_say_so(store, thai, american):
    changes = sample.fill(store, thai, american)
    faq = store.source_faq(changes[1].source_faq_id)
    store.save_source_faqs([faq.model_copy(update={"revision": faq.revision + 1, "retired": True})], {})
    (match, *_) = open_memory(store, "th-TH").match("How long do I have to return an item?", "en")
    assert match.penalties == ("retired",)


def test_an_import_is_checked_kept_once_marked_and_audited(store, take_in):
    result = take_in()
    assert (result.read, result.new, result.known) == (4, 2, 1)
    assert [(block.place, block.findings[0].rule) for block in result.refused] == [("line 3", "facts-preserved")]
    (match,) = open_memory(store, "th-TH").match("Hello {name}", "en")
    assert (match.score, match.penalties, match.unit.origin, match.unit.actor) == (95, ("imported",), "agency.tmx", "malee")
    (event,) = store.events()
    assert (event.actor, event.action, event.subject, event.after["units"]) == ("malee", "memory.imported", "th-TH", 2)
    assert (take_in().new, take_in().known, len(store.events())) == (0, 3, 1)


def test_a_trial_keeps_nothing_and_says_the_same(store, take_in):
    trial = take_in(dry_run=True)
    assert not store.memory_units("th-TH")
    assert not store.events()
    assert trial.model_dump(exclude={"refused"}) == take_in().model_dump(exclude={"refused"})
    assert take_in(dry_run=True).new == 0


def test_a_long_file_is_kept_in_runs_and_whoever_is_stopped_goes_on_later(store, take_in, monkeypatch):
    monkeypatch.setattr(translation_memory, "RUN", 2)
    rows = [(f"Hello {{name}} {n}", f"สวัสดี {{name}} {n}", f"line {n}") for n in range(5)]

    def stopped():
        yield from rows[:3]
        raise UsageError("line 4 is broken")

    with pytest.raises(UsageError):
        take_in(stopped())
    assert [event.after["units"] for event in store.events()] == [2]
    result = take_in([*rows, rows[0]], dry_run=True)
    assert (result.read, result.new, result.known) == (6, 3, 3)
    result = take_in([*rows, rows[0]])
    assert (result.read, result.new, result.known) == (6, 3, 3)
    assert len(store.memory_units("th-TH")) == 5


def test_of_many_refused_pairs_the_first_are_shown_and_all_are_counted(take_in, monkeypatch):
    monkeypatch.setattr(translation_memory, "SHOWN", 2)
    result = take_in([("It costs $5.", f"ราคา ${n}", f"line {n}") for n in range(6, 12)])
    assert (result.read, result.refusals, [block.place for block in result.refused]) == (6, 6, ["line 6", "line 7"])
    assert (result.new, result.known) == (0, 0)


@pytest.mark.parametrize(
    "person",
    [
        User(name="ann", role=Role.VIEWER),
        User(name="ken", role=Role.PUBLISHER, markets=("ja-JP",)),
        MALEE.model_copy(update={"disabled": True}),
    ],
    ids=["viewer", "another market", "disabled"],
)
def test_only_a_reviewer_of_the_market_may_vouch_for_pairs(store, take_in, person):
    with pytest.raises(ForbiddenError) as told:
        take_in(person=person)
    assert "th-TH" in told.value.remedy
    assert not store.memory_units("th-TH")
