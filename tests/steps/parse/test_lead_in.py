"""A list item keeps its own text and hash, and knows what it stands under."""

import pytest

from kb_pipeline.domain.articles import Article, Citation, Sentence
from kb_pipeline.domain.base import fingerprint
from kb_pipeline.steps.parse.sentences import sentences


def read(body: str, language: str = "en") -> tuple[Sentence, ...]:
    return sentences(Article(id="a", language=language, title="A", body=body, path="a.md", content_hash=""))


ENGLISH = "You lose the seat when:\n\n- the bill is late;\n- the name is wrong.\n"
THAI = "คุณเสียที่นั่งเมื่อ:\n\n- จ่ายช้า\n- ชื่อผิด\n"


@pytest.mark.parametrize(
    ("body", "language", "lead"), [(ENGLISH, "en", "You lose the seat when:"), (THAI, "th", "คุณเสียที่นั่งเมื่อ:")]
)
def test_an_item_has_the_sentence_with_a_colon_before_its_list(body: str, language: str, lead: str) -> None:
    first, *items = read(body, language)
    assert (first.claim, first.lead_in) == (lead, ())
    assert [item.lead_in for item in items] == [(lead,), (lead,)]
    assert items[0].in_context == f"{lead} {items[0].claim}"
    assert items[0].claim == body.split("- ")[1].strip()


def test_a_lead_in_changes_neither_hash_nor_what_is_stored_without_one() -> None:
    first, item, _ = read(ENGLISH)
    assert item.hash == fingerprint("the bill is late;")
    assert "lead_in" not in first.model_dump_json()
    assert "lead_in" not in Citation.of(first).model_dump_json()
    cited = Citation.of(item)
    assert (cited.lead_in, Citation.model_validate_json(cited.model_dump_json())) == (item.lead_in, cited)


def test_an_item_of_a_nested_list_has_the_items_around_it() -> None:
    body = "Returns end:\n\n- Electronics\n  - phones after 7 days\n- Clothes\n\n  - shirts after 30 days\n- Books\n"
    assert {one.claim: one.lead_in for one in read(body)} == {
        "Returns end:": (),
        "Electronics": ("Returns end:",),
        "phones after 7 days": ("Returns end:", "Electronics"),
        "Clothes": ("Returns end:",),
        "shirts after 30 days": ("Returns end:", "Clothes"),
        "Books": ("Returns end:",),
    }


@pytest.mark.parametrize(
    "body",
    [
        "You lose the seat.\n\n- the bill is late\n",  # a whole sentence is no lead-in
        "You lose the seat when:\n\n## Bills\n\n- the bill is late\n",  # another section
        "You lose the seat when:\n\nSomething else.\n\n- the bill is late\n",
        "| When: | What |\n|---|---|\n| late: | gone |\n\n- the bill is late\n",
    ],
)
def test_what_does_not_lead_in_is_none(body: str) -> None:
    assert read(body)[-1].lead_in == ()
