"""The YAML block at the head of a Markdown article. Plain data only: no aliases, no deep nesting.

Every scalar is read as text, so that `id: 007` keeps its zeros and `lang: no` is Norwegian, not false.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import langcodes
import yaml
from langcodes.tag_parser import LanguageTagError

from kb_pipeline.domain.articles import FrontMatter
from kb_pipeline.domain.facts import BUDDHIST_OFFSET
from kb_pipeline.steps.language.tags import known_tag, nearest_tag
from kb_pipeline.steps.parse.errors import ArticleError

_FENCED = re.compile(r"---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_UNCLOSED = re.compile(r"---[ \t]*\n[A-Za-z_][\w.-]*[ \t]*:(?:\s|\Z)")
_MAX_DEPTH = 20
_BUDDHIST_YEARS = range(2400, 2700)  # a Thai author's habit; nobody plans for the 25th century
_LANGUAGE_KEYS = ("lang", "language")
_TEXT_KEYS = ("id", "title", "owner")
_LIST_KEYS = ("markets", "topics")
_DATE_KEYS = ("valid_from", "valid_until")
_NARROWING_KEYS = ("markets", *_DATE_KEYS)  # where and when an article holds: misspelt, it would hold everywhere, silently
_NULLS = ("", "~", "null", "Null", "NULL")
_FORMAT = "write `key: value` lines between two lines of ---"


_Loader: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml where it is built in


class Headed(NamedTuple):
    """An article's text, its front matter taken off."""

    front_matter: FrontMatter
    body: str


def split_front_matter(text: str, markets: Sequence[str] = ()) -> Headed:
    """Front matter and body of `text`; `markets` are the tags that it may name, none given: any.

    Raises ArticleError: `bad-front-matter`, `bad-date`, `unknown-language`, `unknown-market`, each with its line.
    """
    match = _FENCED.match(text)
    if not match:
        if _UNCLOSED.match(text):
            raise ArticleError("bad-front-matter", "the front matter is never closed", "end it with a line of ---", line=1)
        return Headed(FrontMatter(), text)
    source = match["yaml"]
    return Headed(_front_matter(_load(source), source, markets), text[match.end() :])


def language_tag(tag: str, *, line: int | None = None) -> str:
    """`tag` in its BCP-47 spelling. Raises ArticleError `unknown-language`."""
    try:
        if langcodes.tag_is_valid(tag):
            return langcodes.standardize_tag(tag)
    except LanguageTagError:
        pass  # told below, with the value
    raise ArticleError("unknown-language", f"'{tag[:40]}' is no language tag", "use a BCP-47 tag, e.g. en or zh-CN", line=line)


def _load(source: str) -> dict[str, object]:
    """The YAML mapping. Lines are counted in the file, whose first line is the fence."""
    try:
        _forbid_bombs(source)
        value = _Loader(source).get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise ArticleError("bad-front-matter", f"no YAML: {error.problem}", "quote values with a colon", line=line) from error
    except yaml.YAMLError as error:
        raise ArticleError("bad-front-matter", "no YAML: a character that is not allowed", _FORMAT, line=2) from error
    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise ArticleError("bad-front-matter", f"a {type(value).__name__}, not keys and values", _FORMAT, line=2)
    return {str(key): item for key, item in value.items() if item not in _NULLS}


def _forbid_bombs(source: str) -> None:
    depth = 0
    for event in yaml.parse(source, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH or isinstance(event, yaml.AliasEvent):
            what = "an alias" if depth <= _MAX_DEPTH else "nested too deep"
            raise ArticleError(
                "bad-front-matter", what, "write plain values", line=(event.start_mark.line if event.start_mark else 0) + 2
            )


def _front_matter(values: dict[str, object], source: str, markets: Sequence[str]) -> FrontMatter:
    def line(key: str) -> int:
        return _line_of(source, key)

    for given in values:
        meant = next((key for key in _NARROWING_KEYS if given != key and _letters(given) == _letters(key)), None)
        if meant:
            raise ArticleError("bad-front-matter", f"there is no key '{given[:40]}'", f"write {meant}", line=line(given))
    known: dict[str, object] = {key: _text(values[key]) for key in _TEXT_KEYS if key in values}
    known |= {key: _list(values[key]) for key in _LIST_KEYS if key in values}
    known |= {key: _date(values[key], line(key)) for key in _DATE_KEYS if key in values}
    if markets and "markets" in values:
        known["markets"] = _markets(_list(values["markets"]), markets, source)
    if key := next((key for key in _LANGUAGE_KEYS if key in values), None):
        known["lang"] = language_tag(_text(values[key]), line=line(key))
    named = {*_TEXT_KEYS, *_LIST_KEYS, *_DATE_KEYS, *_LANGUAGE_KEYS}
    front_matter = FrontMatter.model_validate(known | {"extra": {k: _text(v) for k, v in values.items() if k not in named}})
    if front_matter.valid_from and front_matter.valid_until and front_matter.valid_from > front_matter.valid_until:
        raise ArticleError("bad-date", "valid_until is before valid_from", "swap the two dates", line=line("valid_until"))
    return front_matter


def _letters(key: str) -> str:
    """A key without what people get wrong in it: case, marks between words, the plural's s."""
    return re.sub(r"[\W_]", "", key).casefold().rstrip("s")


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _list(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else _text(value).split(",")
    return tuple(text for item in items if (text := _text(item)))


def _markets(named: Sequence[str], known: Sequence[str], source: str) -> tuple[str, ...]:
    """The markets as their packs write them, each once."""
    for name in named:
        if known_tag(name, known) is None:
            near, is_tag = nearest_tag(name, known), langcodes.tag_is_valid(name)
            hint = f"did you mean {near}? " if near else ""
            more = f"; a new one: kb market add {name}" if is_tag and "-" in name and not near else ""
            remedy = f"{hint}use one of {', '.join(known)}, or leave the key out for all of them{more}"
            raise ArticleError(
                "unknown-market", f"there is no market '{name[:40]}'", remedy, line=_line_of(source, "markets", name)
            )
    return tuple(dict.fromkeys(tag for name in named if (tag := known_tag(name, known))))


def _date(value: object, line: int) -> date:
    text = _text(value)
    try:
        parsed = date.fromisoformat(text[:10])
    except ValueError as error:
        raise ArticleError("bad-date", f"'{text[:40]}' is no date", "write YYYY-MM-DD", line=line) from error
    if parsed.year in _BUDDHIST_YEARS:
        remedy = f"write the Gregorian year: {parsed.year - BUDDHIST_OFFSET}"
        raise ArticleError("bad-date", f"{parsed.year} looks like a Buddhist year", remedy, line=line)
    return parsed


def _line_of(source: str, key: str, item: str = "") -> int:
    """The file's line of a top-level key, or of an item below it."""
    lines = list(enumerate(source.split("\n"), start=2))
    at = next((line for line, text in lines if re.match(rf"[\"']?{re.escape(key)}[\"']?\s*:", text)), 1)
    return next((line for line, text in lines if line >= at and item in text), at)
