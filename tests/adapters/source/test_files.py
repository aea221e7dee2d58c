"""Every article file of a folder ends as an Article or, with its reason, in quarantine."""

import hashlib
import os
from pathlib import Path

import pytest

from kb_pipeline.adapters.source.files import SourceFile, SourceFiles
from kb_pipeline.domain.articles import Article, Quarantined
from kb_pipeline.errors import UsageError


def write(root: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_md", ".md").replace("_html", ".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def read(root: Path, limit: int | None = None) -> list[Article | Quarantined]:
    return list(SourceFiles(root, languages=("en", "zh-CN", "th"), max_bytes=1000, limit=limit).read())


def outcome(items: list[Article | Quarantined]) -> list[tuple[str, str]]:
    return [(i.path, i.language if isinstance(i, Article) else i.code) for i in items]


def test_articles_come_in_the_order_of_their_paths_with_their_folders_language(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{"zh-cn__a_md": "退款", "en__b_md": "Text.", "th__x__c_html": "<p>คืนสินค้า", "d_md": "คืนเงิน", "xx__e_md": "退款"},
    )
    items = read(tmp_path)
    assert outcome(items) == [
        ("d.md", "th"),
        ("en/b.md", "en"),
        ("th/x/c.html", "th"),
        ("xx/e.md", "zh-CN"),
        ("zh-cn/a.md", "zh-CN"),
    ]
    assert items[1] == Article(
        id="en/b", language="en", title="b", body="Text.", path="en/b.md", content_hash=hashlib.sha256(b"Text.").hexdigest()
    )


def test_hidden_and_house_keeping_files_are_not_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        README_md="x",
        **{".git__a_md": "x", ".hidden_md": "x", "en__LICENSE_md": "x", "en__a.txt": "x", "en__CHANGELOG-2_md": "x"},
    )
    assert read(tmp_path) == []


def test_of_one_id_the_first_path_is_the_article(tmp_path: Path) -> None:
    write(
        tmp_path, a_md="---\nid: same\n---\nOne", b_md="---\nid: same\n---\nสอง", c_md="---\nid: other\n---\nThree words here"
    )
    items = read(tmp_path)
    assert [code for _, code in outcome(items)][1] == "duplicate-id"
    assert isinstance(items[1], Quarantined)
    assert "a.md" in items[1].message
    assert items[1].content_hash == hashlib.sha256((tmp_path / "b.md").read_bytes()).hexdigest()


def test_a_bad_file_never_stops_the_rest(tmp_path: Path) -> None:
    write(tmp_path, a_md=b"\xff\xfe", b_md=b"ok\xe0", c_md="x" * 1001, d_md="", e_md="สวัสดี")
    items = read(tmp_path)
    assert outcome(items) == [
        ("a.md", "not-utf8"),
        ("b.md", "not-utf8"),
        ("c.md", "too-large"),
        ("d.md", "empty"),
        ("e.md", "th"),
    ]
    assert [i.offset for i in items if isinstance(i, Quarantined)] == [0, 2, None, None]
    assert [i.content_hash is None for i in items if isinstance(i, Quarantined)] == [False, False, True, False]


def test_links_that_leave_the_folder_and_unreadable_files_are_quarantined(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(tmp_path, secret_md="secret", root__real_md="Some text here.")
    (root / "out.md").symlink_to(tmp_path / "secret.md")
    (root / "in.md").symlink_to(root / "real.md")
    (root / "broken.md").symlink_to(root / "nothing.md")
    (root / "loop.md").symlink_to(root / "loop.md")
    (root / "folder").symlink_to(tmp_path)
    os.mkfifo(root / "pipe.md")
    assert outcome(read(root)) == [
        ("broken.md", "unreadable"),
        ("in.md", "en"),
        ("loop.md", "unreadable"),
        ("out.md", "outside-source"),
        ("pipe.md", "unreadable"),
        ("real.md", "en"),
    ]


def test_a_file_name_that_is_no_utf8_can_be_told(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/a\xff.md", "wb") as file:  # noqa: PTH123  a name that Path would not spell
        file.write(b"Some text here.")
    assert outcome(read(tmp_path)) == [("a?.md", "en")]


@pytest.mark.parametrize(("limit", "articles", "partial"), [(1, 1, True), (2, 2, False), (None, 2, False)])
def test_a_limit_counts_articles_and_says_that_it_stopped(
    tmp_path: Path, limit: int | None, articles: int, partial: bool
) -> None:
    write(tmp_path, a_md="", b_md="Some text.", c_md="ข้อความ")
    reader = SourceFiles(tmp_path, languages=(), max_bytes=1000, limit=limit)
    items = list(reader.read())
    assert sum(isinstance(i, Article) for i in items) == articles
    assert items[0].path == "a.md"
    assert reader.is_partial is partial


def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="KB_SOURCE_DIR"):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize(("folder", "text"), [("en", "You have 7 days."), ("th", "คุณมีเวลา 7 วัน"), ("[a]", "You have 7 days.")])
def test_one_file_is_read_as_its_folder_reads_it(tmp_path: Path, folder: str, text: str) -> None:
    write(tmp_path, **{f"{folder}__returns_md": text, f"{folder}__other_md": text})
    root = tmp_path if folder in ("en", "th") else tmp_path / folder
    (one,) = SourceFile(tmp_path / folder / "returns.md", languages=("en", "th"), max_bytes=1000).read()
    assert one in SourceFiles(root, languages=("en", "th"), max_bytes=1000).read()


@pytest.mark.parametrize("name", ["notes.txt", "README.md", ".hidden.md"])
def test_one_file_that_no_folder_would_read_is_a_wrong_call(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Text.")
    with pytest.raises(UsageError, match="no article"):
        SourceFile(tmp_path / name, languages=("en",), max_bytes=1000)


PACKS = ("en-US", "th-TH")


def read_for(root: Path, markets: tuple[str, ...] = PACKS) -> list[Article | Quarantined]:
    return list(SourceFiles(root, languages=("en", "th"), max_bytes=1000, markets=markets).read())


@pytest.mark.parametrize(
    ("head", "line", "named", "remedy"),
    [
        ("title: A\nmarkets: [en-US, xx-XX]", 3, "xx-XX", "use one of en-US, th-TH, or leave the key out for all of them"),
        ("markets:\n  - en-US\n  - th_TH", 4, "th_TH", "did you mean th-TH? use one of en-US, th-TH"),
        ("title: เรื่อง\nmarkets: ไทย", 3, "ไทย", "use one of en-US, th-TH"),
        ("markets: [vi-VN]", 2, "vi-VN", "or leave the key out for all of them; a new one: kb market add vi-VN"),
        ("markets: [en-US, all]", 2, "all", "leave the key out for all of them"),
    ],
)  # fmt: skip
def test_an_article_for_a_market_that_is_not_there_is_refused(
    tmp_path: Path, head: str, line: int, named: str, remedy: str
) -> None:
    write(tmp_path, en__a_md=f"---\n{head}\n---\nText.", en__b_md="---\nmarkets: [th-TH]\n---\nText.")
    refused, kept = read_for(tmp_path)
    assert isinstance(refused, Quarantined) and isinstance(kept, Article)
    assert (refused.code, refused.line) == ("unknown-market", line)
    assert refused.message == f"there is no market '{named}'"
    assert refused.remedy.startswith(remedy) or remedy in refused.remedy


def test_a_markets_tag_is_read_in_any_case(tmp_path: Path) -> None:
    write(tmp_path, en__a_md="---\nmarkets: [TH-th, en-us, th-TH]\n---\nText.")
    (article,) = read_for(tmp_path)
    assert isinstance(article, Article)
    assert article.front_matter.markets == ("th-TH", "en-US")


def test_where_there_is_no_pack_at_all_no_market_is_judged(tmp_path: Path) -> None:
    write(tmp_path, en__a_md="---\nmarkets: [xx-XX]\n---\nText.")
    (article,) = read_for(tmp_path, ())
    assert isinstance(article, Article)


@pytest.mark.parametrize(
    ("only", "named", "there"),
    [
        (("en/retruns.md",), "en/retruns.md", "did you mean 'en/returns.md'?"),
        (("th/*", "zh/*"), "zh/*", "paths are like en/returns.md, en/wallet.md, th/คืนสินค้า.md"),
        (("EN/*",), "EN/*", "did you mean 'en/*'?"),
        (("returns.md",), "returns.md", "did you mean 'en/returns.md'?"),
    ],
)
def test_a_pattern_that_no_path_is_like_is_an_error_that_shows_what_there_is(
    tmp_path: Path, only: tuple[str, ...], named: str, there: str
) -> None:
    paths = ("en__returns_md", "en__wallet_md", "th__คืนสินค้า_md")
    write(tmp_path, **dict.fromkeys(paths, "x"))
    with pytest.raises(UsageError) as error:
        list(SourceFiles(tmp_path, languages=("en", "th"), max_bytes=1000, only=only).read())
    assert error.value.message == f"no article's path is like '{named}'"
    assert there in error.value.remedy


def test_of_many_paths_some_are_shown(tmp_path: Path) -> None:
    write(tmp_path, **{f"en__{number}_md": "x" for number in range(30)})
    with pytest.raises(UsageError) as error:
        list(SourceFiles(tmp_path, languages=(), max_bytes=1000, only=("de/*",)).read())
    assert "and 25 more" in error.value.remedy


def test_a_pattern_is_asked_for_one_file_too(tmp_path: Path) -> None:
    write(tmp_path, en__returns_md="x")
    file = tmp_path / "en/returns.md"
    assert len(list(SourceFile(file, languages=("en",), max_bytes=1000, only=("en/*",)).read())) == 1
    with pytest.raises(UsageError, match="no article's path is like 'th/"):
        list(SourceFile(file, languages=("en",), max_bytes=1000, only=("th/*",)).read())
