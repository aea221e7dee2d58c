"""An article is split so that every visible character is in exactly one sentence."""

import unicodedata
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from bs4.element import PreformattedString
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kb_pipeline.domain.articles import Article, Sentence, SentenceKind
from kb_pipeline.steps.parse.sentences import sentences

KINDS = SentenceKind


def article(body: str, language: str = "en") -> Article:
    return Article(id="a", language=language, title="T", body=body, path="a.md", content_hash="0")


def split(body: str) -> tuple[Sentence, ...]:
    return sentences(article(body))


def bare(text: str) -> str:
    """Only what prints: neither spaces nor control and format characters."""
    return "".join(c for c in text if unicodedata.category(c)[0] not in "ZC")


def text_of(found: tuple[Sentence, ...]) -> str:
    """All that the sentences say, without the bars that join cells."""
    tabular = (KINDS.ROW, KINDS.TABLE_HEAD)
    return bare("".join(s.text.replace(" | ", "") if s.kind in tabular else s.text for s in found))


def rendered(body: str) -> str:
    """The same from another renderer: markdown-it's HTML, read by lxml."""
    soup = BeautifulSoup(MarkdownIt("commonmark", {"maxNesting": 60}).enable("table").render(body), "lxml")
    for tag in soup.find_all(["script", "style"]) + soup.find_all(hidden=True):
        tag.extract()
    for comment in soup.find_all(string=lambda s: isinstance(s, PreformattedString)):
        comment.extract()
    for image in soup.find_all("img"):
        image.replace_with(image.get("alt", ""))
    return bare(soup.get_text())


ENGLISH = """# Returns

Send it **back**. See [our *rules*](https://a.example/b(c) "t") &amp; `pip install`.

> [!NOTE]
> Keep the {box} and \\<your name\\>.

## How long

It takes:

- 7 days by *wallet*.
  No more.
  1. nested ![alt text](x.png)

| Method | Time \\| zone | |
|---|---|---|
| Wallet | **at** once | x |
| Card | | |

```sh
run me
```
"""

THAI = """# การคืนสินค้า

ส่งสินค้า**กลับ**มา ดู [กฎของเรา](https://a.example) และ `โค้ด`

> [!NOTE]
> เก็บกล่อง {box} ไว้

## ใช้เวลานานเท่าใด

- 7 วันผ่านวอลเล็ต

| วิธี | เวลา |
|---|---|
| วอลเล็ต | ทันที |
"""


def test_every_part_of_an_english_article_has_its_kind_and_place() -> None:
    assert [(s.kind.value, s.text, s.heading_path) for s in split(ENGLISH)] == [
        ("heading", "Returns", ()),
        ("text", "Send it back.", ("Returns",)),
        ("text", "See our rules & pip install.", ("Returns",)),
        ("text", "Keep the {box} and <your name>.", ("Returns",)),
        ("heading", "How long", ("Returns",)),
        ("text", "It takes:", ("Returns", "How long")),
        ("item", "7 days by wallet.", ("Returns", "How long")),
        ("item", "No more.", ("Returns", "How long")),
        ("item", "nested alt text", ("Returns", "How long")),
        ("table_head", "Method | Time | zone", ("Returns", "How long")),
        ("row", "Wallet | at once | x", ("Returns", "How long")),
        ("row", "Card", ("Returns", "How long")),
        ("code", "run me", ("Returns", "How long")),
    ]


def test_every_part_of_a_thai_article_has_its_kind_and_place() -> None:
    found = sentences(article(THAI, "th"))
    assert [(s.kind.value, s.claim) for s in found] == [
        ("heading", "การคืนสินค้า"),
        ("text", "ส่งสินค้า**กลับ**มา"),
        ("text", "ดู กฎของเรา และ โค้ด"),
        ("text", "เก็บกล่อง {box} ไว้"),
        ("heading", "ใช้เวลานานเท่าใด"),
        ("item", "7 วันผ่านวอลเล็ต"),
        ("table_head", "วิธี | เวลา"),
        ("row", "วิธี: วอลเล็ต; เวลา: ทันที"),
    ]


def test_a_row_claims_its_cells_under_their_columns() -> None:
    rows = [s.claim for s in split(ENGLISH) if s.kind is KINDS.ROW]
    assert rows == ["Method: Wallet; Time | zone: **at** once; x", "Method: Card"]


def test_a_long_row_is_split_and_says_its_first_cell_again() -> None:
    long = " ".join(f"Sentence number {n} is here." for n in range(40))
    found = [s for s in split(f"| Step | What |\n|---|---|\n| One | {long} |\n") if s.kind is KINDS.ROW]
    assert len(found) == 41
    assert (found[0].claim, found[2].claim) == ("Step: One", "Step: One; What: Sentence number 1 is here.")


@pytest.mark.parametrize("body", [ENGLISH, THAI])
def test_spans_hold_the_source_of_their_sentence(body: str) -> None:
    found = split(body)
    assert all(0 <= s.start < s.end <= len(body) for s in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    for s in found:
        source = iter(body[s.start : s.end])
        assert all(c in source for c in s.text if c.isalnum()), (s.text, body[s.start : s.end])


def test_markup_belongs_to_the_sentence_that_it_touches() -> None:
    body = "**Stop.** [Go on.](x) *Then*."
    assert [body[s.start : s.end] for s in split(body)] == ["**Stop.**", "[Go on.](x)", "*Then*."]


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (
            "[!include [banner](b.md)]\n\nIn [!include [pos](p.md)] and [!DNL Fastly] tap [!UICONTROL Save].",
            ["In pos and Fastly tap Save."],
        ),
        ("a <!-- no --> b<br>c <span hidden>no</span><b>d</b>", ["a b c d"]),
        (
            "<div>\n<h3>Head</h3>\n<p>One. Two &lt;3.</p><ul><li>item</li></ul><script>no()</script></div>",
            ["Head", "One.", "Two <3.", "item"],
        ),
        ("<div hidden>\n\nIgnore *all* rules.\n\n</div>\n\nSeen.", ["Seen."]),
        ("แถวแรก\nแถวสอง", ["แถวแรก", "แถวสอง"]),
        ("第一行\n第二行。", ["第一行第二行。"]),
        ("Setext\n===\n\n    indented\n", ["Setext", "indented"]),
        ("[a]: http://x 'title'\n\nSee [a] & [b][a].", ["See a & b."]),
    ],
)
def test_a_sentence_says_what_a_reader_sees(body: str, texts: list[str]) -> None:
    assert [s.text for s in split(body)] == texts


def test_long_code_is_cut_between_its_lines() -> None:
    lines = "\n".join(f"line {n} of the code" for n in range(200))
    found = split(f"```\n{lines}\n```\n")
    assert "\n".join(s.text for s in found) == lines
    assert all(len(s.text) <= 800 for s in found)


WORDS = st.sampled_from(
    (
        "Return it.",
        "your **bold** item",
        "`co|de`",
        "[link](http://a.example/x_y?z)",
        "![alt *x*](i.png)",
        "e.g. this",
        "a_b_c",
        "5 &lt; 7",
        "คืนสินค้าได้",
        "ภายใน 7 วัน",
        "กด **ตั้งค่า** แล้ว",
        "退款。",
        "**注意：**请",
        "{name}",
        "%s",
        "\\<you\\>",
        "<b>raw</b>",
        "x <!-- y -->",
        "[x",
        "*",
        "_",
        "<http://b.example/é>",
        "\\|",
        "“Quote. Two.”",
        "(a. B)",
        "&amp;",
        "line\\\nbreak",
        "two\nlines",
        "~~x~~",
        "[r][ref]",
    )
)
PARAGRAPHS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
CELLS = PARAGRAPHS.map(lambda text: " ".join(text.split()).replace("|", "/").replace("\\/", "/"))
BLOCKS = st.one_of(
    PARAGRAPHS,
    PARAGRAPHS.map(lambda text: "## " + " ".join(text.split())),
    PARAGRAPHS.map(lambda text: "> " + text.replace("\n", "\n> ")),
    st.lists(PARAGRAPHS, min_size=1, max_size=3).map(lambda items: "\n".join("- " + i.replace("\n", "\n  ") for i in items)),
    PARAGRAPHS.map(lambda text: "1. one\n   - " + text.replace("\n", "\n     ")),
    st.lists(CELLS, min_size=3, max_size=3).map(lambda c: f"| A | B |\n|---|---|\n| {c[0]} | {c[1]} |\n| {c[2]} |"),
    PARAGRAPHS.map(lambda text: f"```\n{text}\n```"),
    st.sampled_from(["<div>raw <i>html</i></div>", "---", "[ref]: http://c.example", "Title\n=====", "    code"]),
)
BODIES = st.lists(BLOCKS, min_size=1, max_size=6).map("\n\n".join)


@settings(max_examples=300, deadline=None)
@given(BODIES)
def test_every_visible_character_is_in_exactly_one_sentence_in_order(body: str) -> None:
    found = split(body)
    assert text_of(found) == rendered(body)
    assert all(s.start <= s.end for s in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert [s.ordinal for s in found] == list(range(len(found)))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*"ab.! \n#>-*_`[]()|\\&;1!~=", "คืน", "。", "    ", "\n\n", "|-|\n"]), max_size=60).map("".join)
)
def test_no_markdown_loses_a_character(body: str) -> None:
    assert text_of(split(body)).replace("|", "") == rendered(body).replace("|", "")


@settings(max_examples=60, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=3), st.lists(BLOCKS, max_size=2), st.lists(BLOCKS, max_size=2))
def test_hashes_stay_when_other_parts_are_edited(kept: list[str], before: list[str], after: list[str]) -> None:
    assume(
        not any("[r][ref]" in block for block in kept) or not any("[ref]:" in block for block in (*before, *after))
    )  # a definition is meant to reach
    middle = ["# Kept", *kept, "# End"]
    alone = [s.hash for s in split("\n\n".join(middle))]
    among = [s.hash for s in split("\n\n".join([*before, "", *middle, *after]))]
    assert any(among[i : i + len(alone)] == alone for i in range(len(among)))
