"""A file's bytes become an Article, or an ArticleError that names code, place and remedy."""

from datetime import date

import pytest

from kb_pipeline.domain.articles import Article
from kb_pipeline.steps.parse import ArticleError, parse


def read(data: bytes | str, path: str = "en/help/returns.md", folder_language: str | None = None) -> Article:
    raw = data.encode() if isinstance(data, str) else data
    suffix = "." + path.rsplit(".", 1)[1]
    return parse(raw, path, suffix=suffix, folder_language=folder_language, max_bytes=10_000)


def test_front_matter_says_who_the_article_is() -> None:
    article = read(
        "---\nid: 007\ntitle: '**Returns** in [!DNL Shop]'\nlang: EN_us\nmarkets: th-TH, en-US\ntopics: [refund, legal]\n"
        "owner: care\nvalid_from: 2025-03-01\nteam: {name: [a, ก]}\nid_old: 5\n---\n# Heading\n\nText.\n"
    )
    assert (article.id, article.title, article.language) == ("007", "Returns in Shop", "en-US")
    front = article.front_matter
    assert (front.markets, front.topics, front.owner) == (("th-TH", "en-US"), ("refund", "legal"), "care")
    assert (front.valid_from, front.valid_until) == (date(2025, 3, 1), None)
    assert front.extra == {"team": '{"name": ["a", "ก"]}', "id_old": "5"}
    assert article.body == "# Heading\n\nText.\n"


def test_without_front_matter_the_heading_and_the_path_say_it() -> None:
    article = read("Intro\n\n## Return *an* item\n", folder_language="en")
    assert (article.id, article.title, article.language) == ("en/help/returns", "Return an item", "en")
    assert read("Only text here.").title == "returns"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I return an item that I bought?", "en"),
        ("ฉันจะคืนสินค้าที่ซื้อผ่าน ShopeePay ได้อย่างไร", "th"),
        ("请在七天内申请退款。", "zh-CN"),
    ],
)
def test_the_language_is_detected_where_nothing_tells_it(text: str, language: str) -> None:
    assert read(text).language == language


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter() -> None:
    article = read(b"\xef\xbb\xbf---\r\nid: x\r\n---\r\n# A\r\n\r\nText.\r\n")
    assert (article.id, article.body) == ("x", "# A\n\nText.\n")


@pytest.mark.parametrize(
    ("data", "code", "line", "offset"),
    [
        (b"# A\nabc\xff", "not-utf8", 2, 7),
        ("คืนสินค้า".encode("tis-620"), "not-utf8", 1, 0),
        ("# A".encode("utf-16"), "not-utf8", 1, 0),
        (b"# A\n\0", "nul-byte", 2, 4),
        (b"", "empty", None, None),
        (b"\xef\xbb\xbf \n\n", "empty", None, None),
        (b"---\ntitle: x\n---\n<!-- nothing -->\n", "empty", None, None),
        ("\u200b\n".encode(), "empty", None, None),
        (b"x" * 10_001, "too-large", None, None),
        (b"---\ntitle: a: b\n---\nx", "bad-front-matter", 2, None),
        (b"---\nid: 1\n- a\n---\nx", "bad-front-matter", 3, None),
        (b"---\n- a\n---\nx", "bad-front-matter", 2, None),
        (b"---\ntitle: x\n\nno end", "bad-front-matter", 1, None),
        (b"---\na: &x [1]\nb: *x\n---\nx", "bad-front-matter", 3, None),
        (b"---\na: " + b"[" * 50 + b"\n---\nx", "bad-front-matter", 2, None),
        (b"---\nid: 1\nmarket: th-TH\n---\nx", "bad-front-matter", 3, None),  # it would go to all markets
        (b"---\nValid-Until: 2030-01-01\n---\nx", "bad-front-matter", 2, None),
        (b"---\nid: 1\nvalid_from: 2025-02-30\n---\nx", "bad-date", 3, None),
        (b"---\nvalid_until: 2568-02-03\n---\nx", "bad-date", 2, None),
        (b"---\nvalid_from: 2025-02-03\nvalid_until: 2025-01-01\n---\nx", "bad-date", 3, None),
        (b"---\nid: 1\nlang: thai\n---\nx", "unknown-language", 3, None),
        (b"123", "unknown-language", None, None),
        (b">" * 200 + b" x", "too-deep", 1, None),
        (b"[" * 600, "too-complex", 1, None),
    ],
)
def test_what_cannot_be_read_says_why_and_where(data: bytes, code: str, line: int | None, offset: int | None) -> None:
    with pytest.raises(ArticleError) as caught:
        read(data)
    error = caught.value
    assert (error.code, error.line, error.offset) == (code, line, offset)
    assert error.remedy
    assert error.quarantined("a.md").code == code


def test_a_buddhist_year_is_told_its_gregorian_one() -> None:
    with pytest.raises(ArticleError, match="2025"):
        read("---\nvalid_from: 2568-01-31\n---\nคืนสินค้า")


def test_a_raw_html_table_becomes_a_markdown_table() -> None:
    article = read(
        "Methods:\n\n<table><tr><td><b>Method</b></td><td><b>Time</b></td></tr>\n"
        "<tr><td>Wallet</td><td>at <i>once</i></td></tr></table>\n"
    )
    assert "| Method | Time |\n| --- | --- |\n| Wallet | at once |" in article.body


@pytest.mark.parametrize("count", [400, 4000])
def test_many_small_marks_stay_cheap(count: int) -> None:
    for mark in ("*a_ ", "`", "<!--", '<a "', "&", "![](", "- a\n", "|a", "**x"):
        text = "x " + mark * (count // len(mark))
        try:
            assert read(text).body
        except ArticleError as error:
            assert error.code == "too-complex"
