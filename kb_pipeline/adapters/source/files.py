"""Reads a folder of source articles: `<root>/<language>/**/*.md` or any other layout. Bytes in, values out.

What a file means is `steps.parse`'s. Not read: hidden files and folders, other suffixes, and files named README, LICENSE,
CHANGELOG or CONTRIBUTING.
"""

import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from kb_pipeline.domain.articles import Article, Notice, Quarantined
from kb_pipeline.domain.privacy import PrivacyPolicy
from kb_pipeline.errors import UsageError
from kb_pipeline.steps.parse import HTML_SUFFIXES, MARKDOWN_SUFFIXES, ArticleError, content_hash, parse_file
from kb_pipeline.steps.privacy.notices import screened

_SUFFIXES = HTML_SUFFIXES | MARKDOWN_SUFFIXES
_DEFAULTS = PrivacyPolicy()
_SHOWN = 5  # paths in an error
_NEAR = 0.75  # of difflib: a path that a slip of the pen made
_NO_ARTICLES = ("readme", "license", "changelog", "contributing")


class SourceFiles:
    """The article files under `root`, in the order of their paths. Implements ports.articles.SourceReader."""

    def __init__(
        self,
        root: Path,
        languages: Sequence[str],
        max_bytes: int,
        limit: int | None = None,
        only: Sequence[str] = (),
        markets: Sequence[str] = (),
        privacy: PrivacyPolicy = _DEFAULTS,
    ) -> None:
        """`languages`: names of top folders that tell their articles' language. `limit`: read so many articles at most.

        `only`: patterns of relative paths, as `fnmatch` reads them (`en/*`); empty reads every file. `markets`: the tags that
        an article may name; empty judges none. `privacy`: what becomes of secrets and personal data.
        """
        self._root = root
        self._languages = {language.lower(): language for language in languages}
        self._max_bytes = max_bytes
        self._limit = limit
        self._only = tuple(only)
        self._markets = tuple(markets)
        self._privacy = privacy
        self._is_partial = False
        self._notices: list[Notice] = []

    @property
    def is_partial(self) -> bool:
        """Whether the last `read` left files out, for the limit or for `only`."""
        return self._is_partial

    @property
    def notices(self) -> Sequence[Notice]:
        """What of the articles of the last `read` was masked or left out, so far."""
        return self._notices

    def read(self) -> Iterator[Article | Quarantined]:
        """Every article file as an Article or, with the reason, Quarantined; one at a time.

        Of several files with one id the first is the article. Raises UsageError if there is no such folder, or no path that is
        like one of `only`.
        """
        if not self._root.is_dir():
            raise UsageError(f"no source folder '{self._root}'", "create it, or name another one in KB_SOURCE_DIR")
        self._is_partial = bool(self._only)
        self._notices = []
        first_with: dict[str, str] = {}
        for path in self._paths():
            if self._limit is not None and len(first_with) >= self._limit:
                self._is_partial = True
                return
            item = self._read(path)
            if isinstance(item, Article) and item.id in first_with:
                message = f"the id '{item.id}' is that of {first_with[item.id]}"
                error = ArticleError("duplicate-id", message, "give it another `id` in the front matter")
                item = error.quarantined(path, item.content_hash)
            elif isinstance(item, Article):
                first_with[item.id] = path
            yield item

    def _paths(self) -> list[str]:
        """The paths to read: those that are like one of `only`."""
        found = self._found()
        for like in self._only:
            if not any(fnmatchcase(path, like) for path in found):
                raise UsageError(f"no article's path is like '{like}'", _what_there_is(like, found))
        return [path for path in found if not self._only or any(fnmatchcase(path, like) for like in self._only)]

    def _found(self) -> list[str]:
        """Relative paths, with `/`, sorted. Symlinked folders are not entered."""
        found = []
        for folder, folders, files in os.walk(self._root):
            folders[:] = [name for name in folders if not name.startswith(".")]
            inside = PurePosixPath(Path(folder).relative_to(self._root).as_posix())
            found += [(inside / name).as_posix() for name in files if _is_article(name)]
        return sorted(found)

    def _read(self, path: str) -> Article | Quarantined:
        file = self._root / path
        name = path.encode("utf-8", "replace").decode()  # a file name may be no UTF-8
        try:
            if not file.resolve().is_relative_to(self._root.resolve()):
                raise ArticleError("outside-source", "a link to a file outside the source folder", "copy the file")
            if not file.is_file():
                raise ArticleError("unreadable", "a broken link, or no regular file", "replace or delete it")
            with file.open("rb") as opened:
                data = opened.read(self._max_bytes + 1)
            hashed = content_hash(data) if len(data) <= self._max_bytes else None  # of the whole file or not at all
        except ArticleError as error:
            return error.quarantined(name)
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
            reason = getattr(error, "strerror", None) or str(error)
            return ArticleError("unreadable", f"cannot be read: {reason}", "check its permissions").quarantined(name)
        try:
            article, hidden = parse_file(
                data,
                name,
                suffix=file.suffix,
                folder_language=self._folder_language(path),
                max_bytes=self._max_bytes,
                markets=self._markets,
            )
            article, notices = screened(article, self._privacy, data)
        except ArticleError as error:
            return error.quarantined(name, hashed)
        self._notices += notices
        if hidden:
            self._notices.append(_hidden_text(name, hidden))
        return article

    def _folder_language(self, path: str) -> str | None:
        top, *rest = path.split("/")
        return self._languages.get(top.lower()) if rest else None


class SourceFile(SourceFiles):
    """One article file, read as its folder would be: the folder `en` gives the language and a part of the id."""

    def __init__(
        self,
        file: Path,
        languages: Sequence[str],
        max_bytes: int,
        only: Sequence[str] = (),
        markets: Sequence[str] = (),
        privacy: PrivacyPolicy = _DEFAULTS,
    ) -> None:
        """Raises UsageError for a file that the reader of a folder would leave out."""
        if not _is_article(file.name):
            suffixes = ", ".join(sorted(_SUFFIXES))
            raise UsageError(
                f"'{file}' is no article",
                f"name a folder, or a file that ends in one of {suffixes} (README, LICENSE and the like are not read)",
            )
        file = file.absolute()
        in_language = file.parent.name.lower() in {language.lower() for language in languages}
        root = file.parent.parent if in_language else file.parent
        super().__init__(root, languages, max_bytes, only=only, markets=markets, privacy=privacy)
        self._path = file.relative_to(root).as_posix()

    @property
    def is_partial(self) -> bool:
        """Always: the articles beside it are not gone."""
        return True

    def _found(self) -> list[str]:
        return [self._path]


def _hidden_text(path: str, characters: int) -> Notice:
    message = f"{characters} characters that the page hides from its readers (hidden, display: none and the like) are left out"
    return Notice(path=path, code="hidden-text", message=message, remedy="show the text if customers need it, else delete it")


def _what_there_is(like: str, paths: Sequence[str]) -> str:
    """What to write instead of a pattern that no path is like."""
    if not paths:
        return "there is no article: name another folder in KB_SOURCE_DIR or with --source"
    shown = ", ".join(paths[:_SHOWN]) + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
    lower = like.casefold()
    folders = {f"{path.split('/')[0]}/*" for path in paths if "/" in path}
    near = [choice for choice in (*sorted(folders), *paths) if choice.casefold() == lower or choice.endswith(f"/{like}")]
    near = near or get_close_matches(like, paths, n=1, cutoff=_NEAR)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return f"{hint}paths are like {shown}"


def _is_article(name: str) -> bool:
    stem, suffix = os.path.splitext(name.lower())  # noqa: PTH122  a plain name, not yet a path
    return suffix in _SUFFIXES and not stem.startswith((".", *_NO_ARTICLES))
