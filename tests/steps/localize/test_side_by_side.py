"""Lines and cells stand side by side only where both texts have as many."""

import pytest

from kb_pipeline.steps.localize.side_by_side import side_by_side


@pytest.mark.parametrize(
    ("source", "target", "pairs"),
    [
        ("\nOne line", "\nบรรทัดเดียว", [("One line", "บรรทัดเดียว")]),
        ("one\n\ntwo", "หนึ่ง\nสอง", [("one", "หนึ่ง"), ("two", "สอง")]),
        ("one\ntwo", "หนึ่งสอง", [("one\ntwo", "หนึ่งสอง")]),
        ("|a|b|\nend", "|ก|ข|\nจบ", [("", ""), ("a", "ก"), ("b", "ข"), ("", ""), ("end", "จบ")]),
        ("|a|b|\nend", "|กข|\nจบ", [("|a|b|", "|กข|"), ("end", "จบ")]),
    ],
)
def test_lines_and_cells_meet_their_own(source: str, target: str, pairs: list[tuple[str, str]]) -> None:
    assert list(side_by_side(source, target)) == pairs
