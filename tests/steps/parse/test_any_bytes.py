"""Whatever bytes an article has, it is an article with sentences or a named error: never a traceback."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_pipeline.services.draft.ingest import split
from kb_pipeline.steps.parse import ArticleError, parse

COMMON = [
    b"\n",
    b"\n\n",
    b" ",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"---\n",
    "คืนสินค้าได้ภายใน 15 วัน".encode(),
    "密码。".encode(),
    b"\xed\xa0\x80",
]
PIECES = {
    ".md": [
        b"---\ntitle: a\n---\n", b"topics: [a, {b: c}]\n", b"valid_from: 2026-13-45\n",
        b"markets: !!python/object:os.system {}\n",
        b"a: &a [*a]\n", b"a: *b\n", b"title: [", b"+++\n", b"# T\n", b"| a | b |\n|---|---|\n", b"> ", b"- ", b"```\n",
        b"[a](b", b"![x](",
        b"<div>", b"**", b"1. ", b"    ", b"[^1]: x\n", b"{% if %}", b"id: ''\n", b"title: 1e999\n", b"title: \"\\ud800\"\n",
    ],
    ".html": [
        b"<html><head><title>", b"</title>", b"<body>", b"<table><tr><td>", b"<td colspan=99999>", b"<td rowspan=0>",
        b"<!--", b"-->", b"<script>", b"<h1>",
        b"<ul><li>", b"&nbsp;", b"&#0;", b"&#xd800;", b"<meta charset=x>", b"<p hidden>", b"</", b"<![CDATA[", b"<a href='",
        b"<details><summary>",
    ],
}  # fmt: skip


@pytest.mark.parametrize("suffix", sorted(PIECES))
def test_any_bytes_are_an_article_or_a_named_error(suffix):
    nearly = st.lists(st.sampled_from(COMMON + PIECES[suffix]) | st.binary(max_size=6), max_size=16).map(b"".join)

    @settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
    @given(nearly | st.binary(max_size=120), st.sampled_from(["en", "th-TH", "zh-CN"]))
    def check(content: bytes, language: str) -> None:
        try:
            article = parse(content, f"{language}/a{suffix}", suffix=suffix, folder_language=language, max_bytes=10_000)
            found = split(article, 320)
        except ArticleError as error:
            assert error.remedy
        else:
            found.model_dump_json().encode()

    check()
