"""Small true values for tests, made by the product's own steps."""

from kb_pipeline.domain.articles import Article, Chunk, FrontMatter, Sentence
from kb_pipeline.domain.base import fingerprint
from kb_pipeline.steps.parse.chunks import chunks as split_chunks
from kb_pipeline.steps.parse.sentences import sentences as split_sentences

RETURNS = """# Return an item

## Return window

You can return most items within 15 days of delivery. The item must be unused.

## Send it back

Open **Me > Orders > Return** and choose the item. The seller answers within 3 business days.
"""

SAFETY = """# 账户安全

## 密码

密码至少需要 10 个字符。客服绝不会向您索要密码。
"""


def article(id_="en/returns", body=RETURNS, language="en", **front) -> Article:
    """An article whose title is its first heading."""
    title = body.splitlines()[0].lstrip("# ")
    return Article(
        id=id_,
        language=language,
        title=title,
        body=body,
        path=f"{id_}.md",
        content_hash=fingerprint(body),
        front_matter=FrontMatter(**front),
    )


def split(item: Article) -> tuple[tuple[Sentence, ...], tuple[Chunk, ...]]:
    """Its sentences and chunks."""
    sentences = split_sentences(item)
    return sentences, split_chunks(item, sentences, 320)
