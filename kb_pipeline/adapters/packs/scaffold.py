"""A new market's folder: what CLDR knows is filled in, what a person must decide stands in its style guide.

Nothing that is true in one market only is ever taken over from another: no amount, no clause, no availability.
"""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from textwrap import fill
from typing import NamedTuple

import yaml
from langcodes import tag_distance

from kb_pipeline.adapters.packs.files import GOLDEN_FILE, load_market, load_markets, market_tags
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.markets import Conventions, FactContext, Limits, Market, TermStatus
from kb_pipeline.errors import ConflictError, PackError, UsageError
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.localize.conventions import conventions_of, language_name, market_tag, samples_of, territory_name

_STYLE = Template(Path(__file__).with_name("style.md").read_text("utf-8"))
_NEAR = 25  # of langcodes' distance: whoever reads the one reads the other, as far as `closest_match` goes by itself
_HEADERS = {
    "termbase.csv": ("source", "target", "status", "note", "source_lang"),
    "ui_strings.csv": ("key", "source", "target", "source_lang"),
    "facts.csv": ("key", "source_value", "value", "valid_from", "valid_until", "source", *FactContext.model_fields),
    GOLDEN_FILE: ("query", "article_id"),
}


class Scaffold(Value):
    """A new pack: its files by name, and what a person must decide before it is the market's."""

    tag: str
    folder: str
    files: dict[str, str]
    to_decide: tuple[str, ...]


class _Basis(NamedTuple):
    """The packs to learn from, the one to begin with, and that one again if it is of the same language."""

    packs: tuple[Market, ...]
    chosen: Market | None
    kin: Market | None


def scaffold(root: Path, tag: str, model: str = "") -> Scaffold:
    """The pack of a new market; nothing is written. `model` is the tag of a pack to begin with.

    Of a pack in the same language come its terms, labels, golden queries, tone and question words; of any pack its limits,
    risk topics and names that stay. Without a model, every pack's risk topics and the names that all of them keep.
    Raises UsageError for a bad tag or one that has a pack, UnknownMarketError and PackError for what is there.
    """
    if market_tag(tag) in market_tags(root):
        raise UsageError(f"there is a pack for '{tag}' already", f"edit {root / tag}, or look at it: kb market show {tag}")
    chosen = load_market(root, model) if model else None
    packs = (chosen,) if chosen else load_markets(root)
    basis = _Basis(packs, chosen, chosen if chosen and chosen.language == primary(tag) else None)
    conventions = _conventions(tag, basis.kin)
    to_decide = (*_of_form(conventions), *_of_content(tag, basis))
    files = {
        "market.yaml": _market_yaml(tag, conventions, basis),
        "style.md": _style(tag, conventions, packs, to_decide),
        **{name: _table(header, _rows(name, basis)) for name, header in _HEADERS.items()},
    }
    return Scaffold(tag=tag, folder=str(root / tag), files=files, to_decide=to_decide)


def write_scaffold(made: Scaffold) -> None:
    """Put the pack in its place, whole or not at all: it is written and loaded beside it first.

    Raises ConflictError if somebody made the folder meanwhile, PackError if the pack does not load.
    """
    folder = Path(made.folder)
    beside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        (beside / made.tag).mkdir()
        for name, text in made.files.items():
            (beside / made.tag / name).write_text(text, "utf-8")
        load_market(beside, made.tag)
        (beside / made.tag).rename(folder)
    except OSError as error:
        if folder.exists():
            raise ConflictError(f"'{folder}' was made meanwhile", f"look at it: kb market show {made.tag}") from error
        raise PackError(f"cannot write '{folder}': {error.strerror}", "make the folder of the packs writable") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _conventions(tag: str, kin: Market | None) -> Conventions:
    ours = conventions_of(tag)
    if kin is None:
        return ours
    theirs = kin.conventions
    return ours.model_copy(update={"tone": theirs.tone, "question_words": theirs.question_words})


def _market_yaml(tag: str, conventions: Conventions, basis: _Basis) -> str:
    """market.yaml; lists of words on one line, as a person would write them."""
    limits = basis.chosen.limits if basis.chosen else Limits()
    form = conventions.model_dump(mode="json", exclude_defaults=True)
    always = {"scripts": list(conventions.scripts), "question_marks": list(conventions.question_marks)}
    head = {
        "tag": tag,
        "name": territory_name(tag),
        "language_name": language_name(tag),
        "fallback": [],
        "risk_topics": _risk_topics(basis.packs),
        "limits": limits.model_dump(),
        "conventions": {**form, **always},
    }
    text = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110)
    brief = "".join(f"  {line}\n" for line in _brief(tag, conventions))
    return f"{text}style_brief: |\n{brief}"


def _brief(tag: str, conventions: Conventions) -> Iterator[str]:
    """The lines that the prompt shows until somebody writes better ones."""
    forms = samples_of(tag, conventions)
    yield f"Write natural, polite {language_name(tag)}. Answer in the first sentence; conditions and steps follow."
    yield f"Money: {forms.money} · dates: {forms.date} · times: {forms.time} · quotation marks: {forms.quotes}"
    if forms.before_questions or not conventions.full_stop:
        yield " ".join((_questions(tag, conventions), _sentences(conventions)))
    yield "Keep brand names, button labels and Markdown as they are."


def _style(tag: str, conventions: Conventions, packs: Sequence[Market], to_decide: Iterable[str]) -> str:
    forms = samples_of(tag, conventions)
    names = ", ".join(name for name, _ in _kept_names(packs))
    return _STYLE.substitute(
        forms.model_dump(),
        tag=tag,
        territory=territory_name(tag),
        currency=conventions.currency,
        decide="\n".join(fill(f"- [ ] {line}", 118, subsequent_indent="      ", break_on_hyphens=False) for line in to_decide),
        questions=_questions(tag, conventions),
        sentences=_sentences(conventions),
        names=f"{names}: never translated."
        if names
        else "Names that are never translated stand in termbase.csv, as do_not_translate.",
    )


def _questions(tag: str, conventions: Conventions) -> str:
    marks = " or ".join(conventions.question_marks)
    ends = f"Questions end with {marks}" if marks else "Questions need no question mark"
    opening = samples_of(tag, conventions).before_questions
    return f"{ends}, and begin with {opening}." if opening else f"{ends}."


def _sentences(conventions: Conventions) -> str:
    return "Sentences end with their full stop." if conventions.full_stop else "Sentences end with a space, not a full stop."


def _of_form(conventions: Conventions) -> Iterator[str]:
    yield "market.yaml: how the customer is addressed; which words and particles are of another register (conventions.tone)"
    if not conventions.question_words:
        yield "market.yaml: words that make a question, if the question mark is not enough (conventions.question_words)"
    yield "market.yaml: words of other regions that are spelled or said otherwise here (conventions.spelling)"
    if conventions.buddhist_era:
        yield "market.yaml: whether years are Buddhist for this language, too (conventions.buddhist_era)"
    yield "market.yaml: one or two examples, six sentence_examples, and the lines of style_brief, by a native writer"


def _of_content(tag: str, basis: _Basis) -> Iterator[str]:
    distances = sorted((tag_distance(tag, pack.tag), pack.tag) for pack in basis.packs)
    near = [other for distance, other in distances if distance <= _NEAR]
    others = f" (near: {', '.join(near[:2])})" if near else ""
    yield f"market.yaml: fallback: whose entries may be said where this market has none{others}; mind law and amounts"
    yield "market.yaml: clauses that law asks for, and what is unavailable here, each with its source"
    yield "market.yaml: risk_topics: which topics need two people"
    claims = {fact.key: fact.source_value for pack in basis.packs for fact in pack.facts if fact.source_value}
    if claims:
        named = ", ".join(f"{key} ({value})" for key, value in claims.items())
        yield f"facts.csv: this market's own value, and who says so, for each of: {named}"
        yield "facts.csv: phrases that stand near each of these values in the articles; kb check tells where they are missing"
    if basis.kin:
        yield f"termbase.csv, ui_strings.csv, {GOLDEN_FILE}: taken from {basis.kin.tag}; is each row what is said here?"
        return
    yield "termbase.csv: the terms of the shop: preferred, admitted, forbidden"
    labels = dict.fromkeys(label.source for pack in basis.packs for label in pack.ui_strings)
    if labels:
        yield f"ui_strings.csv: the live label of the app for each of: {', '.join(labels)}"
    yield f"{GOLDEN_FILE}: about 15 questions as customers ask them, and the article that answers each"


def _risk_topics(packs: Sequence[Market]) -> list[str]:
    """What any market calls risky is risky here until somebody says otherwise."""
    return list(dict.fromkeys(topic for pack in packs for topic in pack.risk_topics))


def _kept_names(packs: Sequence[Market]) -> list[tuple[str, str]]:
    """The names that every pack keeps, with their notes."""
    kept = [{t.source: t.note for t in pack.terms if t.status is TermStatus.DO_NOT_TRANSLATE} for pack in packs]
    return [(name, note) for name, note in (kept[0] if kept else {}).items() if all(name in other for other in kept)]


def _rows(table: str, basis: _Basis) -> Iterable[Mapping[str, object]]:
    kept = TermStatus.DO_NOT_TRANSLATE.value
    if table == "termbase.csv" and basis.kin is None:
        return [{"source": name, "target": name, "status": kept, "note": note} for name, note in _kept_names(basis.packs)]
    if table == "facts.csv" or basis.kin is None:
        return ()
    rows = {"termbase.csv": basis.kin.terms, "ui_strings.csv": basis.kin.ui_strings, GOLDEN_FILE: basis.kin.golden}[table]
    return [row.model_dump(mode="json") for row in rows]


def _table(header: tuple[str, ...], rows: Iterable[Mapping[str, object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
