"""What comes from outside is shown so that it cannot pose as something else, and JSON stays the same JSON."""

import json

import pytest

from kb_pipeline.domain.characters import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\u001b[2J\u001b]0;title\u0007"),
        ("คืนเงิน\x9b31m", r"คืนเงิน\u009b31m"),
        ("price \u202e001", r"price \u202e001"),
        ("approved\rREJECTED", r"approved\u000dREJECTED"),
        ("a\u2028b\x7f\ud800", r"a\u2028b\u007f\ud800"),
        ("\U000e0041", r"\udb40\udc41"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_instead(text, shown):
    assert visible(text) == shown
    visible(text).encode("utf-8")


@pytest.mark.parametrize("text", ["คืน\u200bเงิน\tได้\r\nครับ", "👩\u200d👧", "می\u200cخواهم", "line\nline"])
def test_what_is_only_text_stays(text):
    assert visible(text) == text


def test_json_means_what_it_meant():
    value = {"text": "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2069, 0xE0041))) + "คืนเงิน"}
    shown = visible(json.dumps(value, ensure_ascii=False))
    assert json.loads(shown) == value
    assert shown.isprintable()
