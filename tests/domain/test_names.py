"""Whose name is whose: nobody takes a name that others would read as another's."""

import pytest

from kb_pipeline.domain.names import checked_name, skeleton
from kb_pipeline.errors import BlockedError


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("ma1ee", "malee"),
        ("maIee", "malee"),
        ("b0b", "bob"),
        ("b๐b", "bob"),
        ("arnpon", "ampon"),
        ("сосо", "coco"),  # Cyrillic
        ("ΑΝΝΑ", "anna"),  # Greek
        ("เเดง", "แดง"),
        ("Ａnn.b", "ann·b"),
    ],
)
def test_a_name_that_looks_like_anothers_is_refused(name, taken):
    with pytest.raises(BlockedError, match=f"looks like the user '{taken}'"):
        checked_name(name, ["somebody", taken])


@pytest.mark.parametrize(
    "name", ["mal\u200bee", "บุญ\u200dมี", "mal\u115fee", "malee\u3164", "\ufeffmalee", "mal\ufe0fee", "ma\u202elee"]
)
def test_a_name_with_characters_that_nobody_sees_is_none(name):
    with pytest.raises(BlockedError, match="cannot be"):
        checked_name(name, [])


@pytest.mark.parametrize("name", ["mаlee", "αlpha", "аnnа.smith", "Οlga"])
def test_scripts_that_look_alike_are_not_mixed(name):
    with pytest.raises(BlockedError, match="mixes scripts"):
        checked_name(name, [])


@pytest.mark.parametrize(
    "name", ["malee", "บุญมี", "malee.มาลี", "Иван", "田中たろう", "ミー", "김철수", "นิด๒", "o'".replace("'", ".b"), "josé"]
)
def test_names_of_people_are_names(name):
    assert checked_name(name, ["somchai", "สมชาย"]) == name


@pytest.mark.parametrize("name", ["pipeline", "Pipeline", "pipe1ine", "рiреlinе"])
def test_nobody_is_called_as_the_system(name):
    with pytest.raises(BlockedError):
        checked_name(name, [])


@pytest.mark.parametrize("pair", [("mali", "malee"), ("สมชาย", "สมชัย"), ("ann", "anna"), ("user1", "user2")])
def test_different_names_look_different(pair):
    assert skeleton(pair[0]) != skeleton(pair[1])
