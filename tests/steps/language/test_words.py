"""Words are found also where no spaces are written."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.steps.language.words import segments, words


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Don't pay $4.99 twice.", "en", ["Don't", "pay", "4.99", "twice"]),
        ("กดปุ่มOrdersแล้วรอ 7 วัน", "th-TH", ["กดปุ่ม", "Orders", "แล้ว", "รอ", "7", "วัน"]),
        ("Tap ตั้งค่า now", "en", ["Tap", "ตั้งค่า", "now"]),
        ("7天内申请退款", "zh-CN", ["7", "天", "内", "申请", "退款"]),
        ("注文をキャンセル", "ja", ["注文", "を", "キャンセル"]),
        ("café-bar naïve", "fr", ["café-bar", "naïve"]),
    ],
)
def test_words_of_a_text(text: str, language: str, expected: list[str]) -> None:
    assert words(text, language) == expected


@given(st.text(alphabet="ab Z9.-'’ไม่กำน้ำ退款订单をキ_\n\u0301é", max_size=40), st.sampled_from(["en", "th", "zh-CN"]))
def test_segments_joined_are_the_text(text: str, language: str) -> None:
    assert "".join(segments(text, language)) == text


def test_chinese_is_cut_without_a_word_in_the_log_or_a_cache_file(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with caplog.at_level(logging.DEBUG):
        words("申请退款", "zh-CN")
    assert not caplog.records
    assert not list(tmp_path.iterdir())


def test_threads_that_meet_at_the_first_text_share_one_dictionary():
    code = (
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "from kb_pipeline.steps.language.words import words\n"
        "with Pool(8) as pool: print({tuple(w) for w in pool.map(lambda _: words('คืนสินค้าได้', 'th'), range(64))})"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "{('คืน', 'สินค้า', 'ได้')}"
