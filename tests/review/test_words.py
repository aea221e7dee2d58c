"""The interface's words: none missing, none left over; an incomplete catalog is refused; a language is one file more."""

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po, write_po

import kb_pipeline.review
from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.changes import (
    ChangeKind,
    ChangeState,
    EntryState,
    RelationKind,
    ReturnReason,
    RiskTier,
    RootCause,
    Verdict,
)
from kb_pipeline.domain.entries import Standing
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.releases import ReleaseState
from kb_pipeline.errors import AuthenticationError, CatalogError, TooManyError
from kb_pipeline.review.app import create_app
from kb_pipeline.review.pages import FLASHES
from kb_pipeline.review.words import FOLDER, Words, load_words
from kb_pipeline.services.review.queue import FACETS
from kb_pipeline.services.review.requests import RequestOutcome
from kb_pipeline.steps.checks.meaning import Nearness
from kb_pipeline.steps.checks.quality import Grade
from kb_pipeline.steps.facts.table import FactOrigin
from tests.review.conftest import Browser

TEMPLATES = Path(kb_pipeline.review.__file__).parent / "templates"
ENUMS = {
    "role": Role, "risk": RiskTier, "kind": ChangeKind, "state": ChangeState, "severity": Severity, "relation": RelationKind,
    "category": MqmCategory, "cause": RootCause, "origin": FactOrigin, "release.state": ReleaseState,
    "quality": Grade, "meaning": Nearness, "action.change": Verdict, "request": RequestOutcome, "returned": ReturnReason,
}  # fmt: skip
FAMILIES = {family: [value.value for value in values] for family, values in ENUMS.items()} | {
    "flash": FLASHES,
    "filter": FACETS,
    "sign_in": (AuthenticationError.code, TooManyError.code),
    "error": ("401", "403", "404", "409", "422", "429", "other"),
    "standing": sorted({*get_args(Standing), *EntryState}),
    "action": (
        "change.proposed",
        "change.proposed_again",
        "change.returned",
        "change.superseded",
        "entry.imported",
        "entry.restored",
        *(f"entry.{state}" for state in EntryState),
        "conflict.found",
        "conflict.settled",
    ),
    "key": ("a", "e", "c", "r", "d", "j", "k", "/", "?"),
}
MADE = {f"{family}.{value}" for family, values in FAMILIES.items() for value in values} | {
    f"relation.{kind.value}.text" for kind in RelationKind
}  # keys that are put together from a family and a value


def asked():
    """The keys that templates write out."""
    keys = set()
    for file in TEMPLATES.iterdir():
        text = file.read_text(encoding="utf-8")
        for call in re.findall(r"\bt\((.*?)[,)]", text):
            keys |= set(re.findall(r"""["']([a-z_][\w./?-]*)["'](?!\s*~)""", call))
    return keys


def test_every_word_that_a_template_asks_for_is_there():
    assert len(asked()) > 80
    assert asked() - set(load_words()) <= {"publish"}, "compared with, and no key"


def test_every_value_of_the_domain_has_its_word():
    assert set(load_words()) >= MADE


def test_no_word_is_left_over():
    assert set(load_words()) - MADE - asked() == set()


def test_thai_is_thai_and_a_word_that_nobody_wrote_is_loud():
    words = load_words()
    assert words.languages == {"en": "English", "th": "ไทย"}
    assert words.say("en", "nav.queue") == "Queue"
    assert words.say("th", "nav.queue") == "คิวงาน"
    for language in words.languages:
        with pytest.raises(KeyError, match="no such word"):
            words.say(language, "no such word")
        with pytest.raises(KeyError, match="name"):
            words.say(language, "second.now")


@pytest.mark.parametrize(
    ("language", "number", "text"),
    [("en", 1, "1 entry"), ("en", 2, "2 entries"), ("en", 0, "0 entries"), ("th", 1, "1 รายการ")],
)
def test_a_number_chooses_the_form_of_a_plural(language, number, text):
    assert load_words().say(language, "release.entries", number=number) == text


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("th", "th"), ("TH-th", "th"), ("fr, th;q=0.8", "th"), ("thx", "en"), ("fr", "en"), ("", "en"), ("en-GB,th", "en")],
)
def test_the_first_language_that_there_is_counts(wanted, language):
    assert load_words().language_of(wanted.split(",")) == language


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(FOLDER, tmp_path / "locale"))


def add_language(folder, locale, translate=lambda text: f"«{text}»"):
    """A catalog as a translator would send it: each form of each word, translated by `translate`."""
    with (folder / "review.pot").open("rb") as file:
        catalog = read_po(file, locale)
    for message in catalog:
        if message.id:
            forms = [message.id] if isinstance(message.id, str) else list(message.id)
            texts = [translate(forms[min(n, len(forms) - 1)]) for n in range(catalog.num_plurals)]
            message.string = texts[0] if isinstance(message.id, str) else tuple(texts)
    path = folder / locale / "LC_MESSAGES" / "review.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalog)
    return path


@pytest.mark.parametrize(
    ("locale", "tag", "name", "accepts"),
    [
        ("vi", "vi", "Tiếng Việt", "vi-VN,vi;q=0.9"),
        ("zh_Hant", "zh-Hant", "中文 (繁體)", "zh-hant"),
        ("pl", "pl", "polski", "pl"),
    ],
)
def test_a_third_language_is_one_file_more(folder, desk, accounts, locale, tag, name, accepts):
    add_language(folder, locale)
    browser = Browser(create_app(replace(desk, words=Words(folder))))
    english = browser.get("/sign-in").text
    assert f'hreflang="{tag}">{name}</a>' in english
    theirs = browser.get("/sign-in", headers={"accept-language": accepts}).text
    assert f'<html lang="{tag}">' in theirs
    assert "«Sign in to review»" in theirs
    browser.get(f"/language/{tag}")
    assert "«Password»" in browser.get("/sign-in").text


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('msgstr "คิวงาน"', 'msgstr ""', "'nav.queue' is not translated"),
        ('msgctxt "nav.queue"', '#, fuzzy\nmsgctxt "nav.queue"', "'nav.queue' is not translated"),
        ('msgid "Queue"', 'msgid "Queues"', "'nav.queue' is not translated"),
        ('msgctxt "nav.queue"', 'msgctxt "nav.line"', "'nav.line' is no word of the page"),
        ("ฉบับที่ {number}", "ฉบับที่", "'made.version' has other placeholders"),
        ("ฉบับที่ {number}", "ฉบับที่ {number.__class__}", "'made.version' has other placeholders"),
        ("ฉบับที่ {number}", "ฉบับที่ {number", "'made.version' has other placeholders"),
        ('msgstr[0] "{number} รายการ"', 'msgstr[0] ""', "'release.entries' is not translated"),
        ('msgid "Queue"', 'message "Queue"', "is no catalog of 'th'"),
        ("nplurals=1; plural=0;", "nplurals=1; plural=import;", "is no catalog of 'th'"),
    ],
)
def test_a_catalog_that_is_not_fit_is_refused_with_the_word_that_is_wrong(folder, before, after, words):
    path = folder / "th" / "LC_MESSAGES" / "review.po"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(CatalogError, match=re.escape(words)) as refused:
        Words(folder)
    assert str(path) in str(refused.value)


def test_a_folder_that_names_no_language_is_refused(folder):
    shutil.copytree(folder / "th", folder / "klingonish")
    with pytest.raises(CatalogError, match="klingonish"):
        Words(folder)
