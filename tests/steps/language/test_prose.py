"""What is no prose is the same for every rule, and stays out of its way without moving anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.steps.language.prose import NO_BOLD, NO_BRACKETS, NO_LENGTH, NO_PROSE, WHOLE_CODE, blanked, prose, without


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Run `a. B` now", "Run   now"),
        ("กด `ตกลง` เลย", "กด   เลย"),
        ("See [it](https://a.co/x 'no').", "See [it ."),
        ("ดู[ที่นี่](https://a.co)", "ดู[ที่นี่ "),
        ("A <b>c</b> d", "A  c  d"),
        ("```\nnot closed", " "),
        ("at https://a.co/not, see", "at   see"),
        ("5 < 6", "5 < 6"),
    ],
)
def test_prose_is_what_people_read(text: str, left: str) -> None:
    assert prose(text) == left


def test_what_a_length_is_measured_of_keeps_the_brackets_of_links() -> None:
    assert prose("[it](https://a.co) for {name}", NO_LENGTH, gap="") == "[it]() for "


@pytest.mark.parametrize(
    ("pattern", "text", "left"),
    [
        (NO_BOLD, r"\*\* and **b**", "     and **b**"),
        (NO_BOLD, "* item **b**", "  item **b**"),
        (NO_BRACKETS, "ok :) (really)", "ok    (really)"),
        (NO_PROSE, "`ก` ข", "    ข"),
    ],
)
def test_what_is_blanked_keeps_every_place(pattern, text: str, left: str) -> None:
    assert blanked(text, pattern) == left


@given(st.text(alphabet="ab `<>]([)*ก\n/:", max_size=40))
def test_a_blanked_text_is_as_long_as_it_was(text: str) -> None:
    assert len(blanked(text)) == len(blanked(text, NO_BOLD)) == len(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a `b` c", ["`b`"]),
        ("a ``b ` c`` d", ["``b ` c``"]),
        ("```\nx\n```", ["```\nx\n```"]),
        ("a ` b", []),
        ("กด `ก`", ["`ก`"]),
    ],
)
def test_whole_code_has_an_end(text: str, code: list[str]) -> None:
    assert [match[0] for match in WHOLE_CODE.finditer(text)] == code


def test_spans_that_overlap_are_marked_once() -> None:
    assert without("abcdef", [(3, 5), (1, 4)]) == "a....f"
