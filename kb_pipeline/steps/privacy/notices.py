"""What is told of an article that holds secrets or personal data: the place in its file and the remedy, never the data."""

import json

from kb_pipeline.domain.articles import Article, Notice
from kb_pipeline.domain.privacy import DataKind, Handling, PrivacyPolicy
from kb_pipeline.steps.parse.errors import ArticleError
from kb_pipeline.steps.privacy.articles import Written, screen


def screened(article: Article, policy: PrivacyPolicy, data: bytes) -> tuple[Article, list[Notice]]:
    """The article as it may be kept and sent, with what was masked; `data` is its file, for the lines.

    Raises ArticleError `holds-KIND` for what holds an article back.
    """
    found = screen(article, policy)
    if not found.held and not found.masked:
        return article, []
    text = data.decode("utf-8", "replace")
    if found.held:
        first = found.held[0]
        kinds = ", ".join(dict.fromkeys(written.kind.label for written in found.held))
        remedy = f"remove it, or have it masked: KB_PRIVATE_DATA='{_setting(first.kind, Handling.MASK)}'"
        raise ArticleError(f"holds-{first.kind.value}", f"{kinds} in the article", remedy, line=_line(text, first))
    notices = [_notice(article.path, written, _line(text, written)) for written in dict.fromkeys(found.masked)]
    return found.article, notices


def _notice(path: str, written: Written, line: int | None) -> Notice:
    kind = written.kind
    remedy = (
        "if a market publishes it, add the row that `kb parse PATH --private` shows to its facts.csv; else leave it out of the "
        f"article (KB_PRIVATE_DATA='{_setting(kind, Handling.ALLOW)}' sends all of its kind)"
    )
    message = f"{kind.label} is masked: no model and no entry gets it"
    return Notice(path=path, code=f"masked-{kind.value}", message=message, remedy=remedy, line=line, data=written.text)


def _setting(kind: DataKind, handling: Handling) -> str:
    return json.dumps({kind.value: handling.value})


def _line(text: str, written: Written) -> int | None:
    """The first line of the file that shows the data as it is written; None where the file writes it otherwise."""
    at = text.find(written.text)
    return text.count("\n", 0, at) + 1 if at >= 0 else None
