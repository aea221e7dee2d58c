"""A source file's bytes as an Article, or the reason why not. Sentences and chunks are split beside it. Reads no files."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from kb_pipeline.domain.articles import Article, FrontMatter, SentenceKind
from kb_pipeline.steps.language.detection import detect
from kb_pipeline.steps.language.tags import UNDETERMINED
from kb_pipeline.steps.parse.blocks import blocks, hidden_characters
from kb_pipeline.steps.parse.errors import ArticleError
from kb_pipeline.steps.parse.front_matter import Headed, language_tag, split_front_matter
from kb_pipeline.steps.parse.html import read_html
from kb_pipeline.steps.parse.markdown import with_markdown_tables
from kb_pipeline.steps.parse.text import text_of

__all__ = ["HTML_SUFFIXES", "MARKDOWN_SUFFIXES", "ArticleError", "Parsed", "content_hash", "parse", "parse_file"]

HTML_SUFFIXES = frozenset({".html", ".htm"})
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
_LONGEST_TITLE = 300  # characters
_MARKS = re.compile(r"[*`]|\[!\w+\s+([^\[\]]*)\]")


def content_hash(data: bytes) -> str:
    """SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


class Parsed(NamedTuple):
    """An article, and how many characters of its file a page hides from its readers, which are left out."""

    article: Article
    hidden: int


def parse(
    data: bytes, path: str, *, suffix: str, folder_language: str | None, max_bytes: int, markets: Sequence[str] = ()
) -> Article:
    """The article in `data`, as `parse_file` reads it."""
    return parse_file(data, path, suffix=suffix, folder_language=folder_language, max_bytes=max_bytes, markets=markets).article


def parse_file(
    data: bytes, path: str, *, suffix: str, folder_language: str | None, max_bytes: int, markets: Sequence[str] = ()
) -> Parsed:
    """The article in `data`; `path` is relative to the source folder, with `/`. `markets`: tags that it may name, none: any.

    Title: front matter, first heading, HTML title, file name. Language: front matter, HTML `lang`, `folder_language`,
    else detected. Id: front matter, else the path without its suffix.
    Raises ArticleError with one of the codes `too-large`, `not-utf8`, `nul-byte`, `bad-front-matter`, `bad-date`,
    `unknown-language`, `unknown-market`, `too-deep`, `too-complex`, `empty`.
    """
    text = text_of(data, max_bytes)
    title, language = None, None
    if suffix.lower() in HTML_SUFFIXES:
        title, language, body, hidden = read_html(text)
        headed = Headed(FrontMatter(), body)
        language = language_tag(language) if language else None
    else:
        headed = split_front_matter(text, markets)
        hidden = hidden_characters(headed.body)
    body, front_matter = with_markdown_tables(headed.body), headed.front_matter
    heading, sample = _look_at(body)
    stem = PurePosixPath(path)
    article = Article(
        id=front_matter.id or stem.with_suffix("").as_posix(),
        language=front_matter.lang or language or folder_language or _detected(sample),
        title=(_plain(front_matter.title) or heading or title or stem.stem)[:_LONGEST_TITLE],
        body=body,
        path=path,
        content_hash=content_hash(data),
        front_matter=front_matter,
    )
    return Parsed(article, hidden)


def _look_at(body: str) -> tuple[str, str]:
    """The first heading (`""` if there is none) and some visible text. Raises ArticleError `empty`."""
    heading, sample = "", ""
    for block in blocks(body):
        if block.kind is SentenceKind.HEADING and not heading:
            heading = block.text
        if block.kind is not SentenceKind.CODE and len(sample) < 5000:
            sample += block.text + "\n"
        if heading and len(sample) >= 5000:
            break
    if not sample:
        raise ArticleError("empty", "no text that a customer could read", "write the article, or delete the file")
    return heading, sample


def _detected(sample: str) -> str:
    language = detect(sample)
    if language == UNDETERMINED:
        raise ArticleError("unknown-language", "no words to tell the language by", "add `lang: en` to the front matter")
    return language


def _plain(title: str | None) -> str:
    """A front matter's title without Markdown's marks."""
    return " ".join(_MARKS.sub(lambda match: match.group(1) or "", title or "").split())
