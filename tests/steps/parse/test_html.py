"""An HTML page becomes the Markdown of what a visitor reads of it."""

import pytest

from kb_pipeline.steps.parse import ArticleError, parse
from kb_pipeline.steps.parse.html import read_html

PAGE = """<!DOCTYPE html><html lang="{lang}"><head><title>{title}</title><style>p {{}}</style></head><body>
<nav>Home</nav><header>Logo</header>
<main><h1>{title}</h1><p>{text} <b>OK</b><span hidden>secret</span><span style="display: none">secret</span>
<i aria-hidden="true">secret</i><!-- secret --></p><form><label>Search</label><input value="x"></form></main>
<aside>Related</aside><script>alert(1)</script><footer>Imprint</footer></body></html>"""


@pytest.mark.parametrize(
    ("lang", "title", "text"),
    [("en-us", "Return an item", "Open the app and tap"), ("th", "คืนสินค้า", "เปิดแอปแล้วกด")],
)
def test_only_the_main_content_that_a_visitor_sees_is_read(lang: str, title: str, text: str) -> None:
    page = PAGE.format(lang=lang, title=title, text=text)
    article = parse(page.encode(), "a/b.html", suffix=".html", folder_language="zh-CN", max_bytes=10_000)
    assert article.body == f"# {title}\n\n{text} OK"
    assert (article.title, article.id) == (title, "a/b")
    assert article.language == {"en-us": "en-US", "th": "th"}[lang]


def test_text_that_looks_like_markdown_stays_text() -> None:
    body = read_html("<p>1. no list <p># no heading <p>- a *b* &lt;your name&gt; [x] a|b").body
    assert body == "1\\. no list\n\n\\# no heading\n\n\\- a \\*b\\* \\<your name\\> \\[x\\] a\\|b"


def test_lists_code_images_and_links_are_kept() -> None:
    body = read_html(
        "<ol><li>one<ul><li>deep</ul><li>two</ol><pre>a\n  ```b</pre>"
        '<p><img src="x.png" alt="the [button]"><img src="y.png"> <a href="a b(1)">link</a> <code>x`y</code>'
    ).body
    assert body == (
        "1. one\n   - deep\n2. two\n\n````\na\n  ```b\n````\n\n![the \\[button\\]](x.png) [link](<a b(1)>) `` x`y ``"
    )


def test_every_cell_stands_under_its_own_column() -> None:
    body = read_html(
        "<table><thead><tr><th>A<th>B<th>C</thead><tr><td rowspan=2>1<td>2<td>x|y<tr><td colspan=2>3"
        "<table><tr><td>i<td>j</table></table>"
    ).body
    assert body == "| A | B | C |\n| --- | --- | --- |\n| 1 | 2 | x\\|y |\n| 1 | 3 i, j |  |"


def test_a_table_without_column_names_gets_none() -> None:
    assert read_html("<table><tr><td>Phone<td>1<tr><td>Mail<td>2</table>").body.startswith("|  |  |\n| --- | --- |\n| Phone")


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("<div>" * 5000 + "x", "too-deep"),
        ("<ul><li>" * 30 + "x", "too-deep"),
        ("<br>" * 60_000 + "x", "too-complex"),
        ("<" * 200_000, "too-complex"),
    ],
)
def test_a_hostile_page_is_refused_not_crashed_on(page: str, code: str) -> None:
    with pytest.raises(ArticleError) as caught:
        read_html(page)
    assert caught.value.code == code


@pytest.mark.parametrize("page", ["", "<html></html>", "<body hidden>x</body>", "<p>\x1f</p>", "<!--", "<script>"])
def test_a_page_that_shows_nothing_is_empty(page: str) -> None:
    assert read_html(page).body == ""
