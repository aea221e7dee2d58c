"""What must not reach customers or the bot: somebody's data, keys, text that gives the bot orders, characters that hide."""

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from kb_pipeline.domain.characters import IDLE, SMUGGLED
from kb_pipeline.domain.disguise import run_together, undisguised
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.privacy import MASK, DataKind
from kb_pipeline.domain.sayable import unsayable
from kb_pipeline.steps.checks.subject import Flaw, Place, Subject, rule
from kb_pipeline.steps.language.prose import PUBLISHED, blanked
from kb_pipeline.steps.language.reader import everywhere
from kb_pipeline.steps.privacy.finder import PrivateData, find
from kb_pipeline.steps.privacy.plain import plain
from kb_pipeline.steps.privacy.secrets import has_password_word

# What all of somebody's data but addresses and passwords holds: many digits, or a long word with a digit.
# It begins with one digit for all, as a pattern is looked for by what it begins with.
_NUMBERS = re.compile(r"\d(?:(?:[^\w\n]{0,3}_?[^\w\n]{0,3}\d){6}|\d(?<=[A-Z]{2}\d\d)[ -]?[A-Z0-9]{4})")
_LONG_WORD = re.compile(r"[A-Za-z0-9_+\-]{14,}")
_DIGIT = re.compile("[0-9]")

# Characters that are not seen: zero-width ones that do nothing where they stand, what hides text, bidirectional controls.
_HIDDEN = re.compile(f"{SMUGGLED.pattern}|{IDLE.pattern}|[\u202a-\u202e\u2066-\u2069]+")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LONG = re.compile("[a-z0-9+/]{24}")  # in lower case
_BLOB = re.compile(
    r"(?<![A-Za-z0-9+/=_.\-])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{24,}={0,2}(?![A-Za-z0-9+/=_\-])"
)
# What chat models take for the borders of their prompts; every one has one of the signs, in lower case.
_BORDERS = (
    r"<\|?(?:im_start|im_end|system|endoftext)\|?>|<</?SYS>>|\[/?(?:INST|SYSTEM)\]"
    r"|^\s*#{0,3}\s*(?:system|assistant)\s*:|^\s*#{2,3}\s*instructions?\s*:"
)
_BORDER_SIGNS = ("system", "im_start", "im_end", "endoftext", "inst]", "sys>>", "assistant", "instruction")


@rule("sayable", MqmCategory.DESIGN, Severity.CRITICAL)
def sayable(subject: Subject) -> Iterator[Flaw]:
    """The text can be shown, stored and published as it is; no override approves one that cannot."""
    for why in unsayable(subject.target):
        span = None if why.start is None or why.end is None else (why.start, why.end)
        yield Flaw(f"the {why.part} {why.reason}", Place(why.part, why.phrasing), span)


@rule("personal-data", MqmCategory.AUDIENCE, Severity.CRITICAL)
def personal_data(subject: Subject) -> Iterator[Flaw]:
    """No e-mail address, telephone number, card, id or key that neither the source nor the market's facts publish."""
    if not _may_hold_data(subject):
        return
    found = [(part, data) for part, text in subject.parts() for data in _found(text)]
    for part, text in subject.parts():
        for mark in MASK.finditer(text):
            yield Flaw(_MASKED.format(mark[0], DataKind(mark["kind"]).label), part, mark.span())
    if not found:
        return  # before what is public is read, which takes longest
    public = "\n".join((subject.source_text, *(fact.value for fact in subject.market.facts)))
    keys = {data.key for data in find(public, unsure=True)}
    allowed = re.sub(r"[\W_]", "", plain(public).text).casefold()
    for part, data in found:
        if data.key not in keys and data.key not in allowed:
            message = f"{data.kind.label} that is not in the source; nobody's data may be published"
            yield Flaw(message, part, (data.start, data.end))


_MASKED = (
    "{} stands for {} that is masked in the article: leave it out; or if this market publishes it, add it to its facts.csv "
    "(`kb parse PATH --private` shows the row) and run again"
)


def _found(text: str) -> tuple[PrivateData, ...]:
    """What `text` holds for sure, and words that are perhaps keys, outside of links."""
    sure = find(text, markup=True)
    perhaps = find(blanked(text, PUBLISHED), unsure=True)
    return (*sure, *(data for data in perhaps if data.kind is DataKind.API_KEY and data not in sure))


def _may_hold_data(subject: Subject) -> bool:
    """Whether the text has anything that somebody's data would be seen by; nearly no text has."""
    text = subject.written
    if "@" in text or "＠" in text or "⟦" in text or "://" in text or "&#" in text or has_password_word(text):
        return True
    return subject.has_digit and _has_number(text if text.isascii() else plain(text).text)


def _has_number(text: str) -> bool:
    return _NUMBERS.search(text) is not None or any(map(_DIGIT.search, _LONG_WORD.findall(text)))


@rule("bot-instruction", MqmCategory.AUDIENCE, Severity.CRITICAL)
def bot_instruction(subject: Subject) -> Iterator[Flaw]:
    """No order to the bot that reads the text, nothing that only the bot sees: hidden characters, comments, encoded text."""
    text, latin = subject.written, subject.latin
    if not text.isprintable() and _UNSEEN.search(text):
        yield from _unseen(subject, _HIDDEN, "characters that nobody sees")
    if "<!--" in latin:
        yield from _unseen(subject, _COMMENT, "a comment that only the bot sees")
    yield from _spoken(subject, _orders(), "gives orders to the bot; say what customers need to know")
    if _LONG.search(latin):
        for part, match in subject.finditer(_BLOB):
            if match[0] not in subject.source_text and _is_text(match[0]):
                yield Flaw("encoded text that only the bot reads; write it out or remove it", part, match.span())


def _spoken(subject: Subject, words: "_Words", what: str) -> Iterator[Flaw]:
    """What `words` find in each part, as it is written or without its disguise, where no place is known."""
    if not any(sign in subject.undisguised for sign in words.signs):  # many times as fast as one pattern of them
        return
    for part, text in subject.parts():
        found = next(((said, span) for said, span in words.in_any_form(text)), None)
        if found:
            yield Flaw(f"'{found[0][:80]}' {what}", part, found[1])


class _Words(NamedTuple):
    """Patterns of all languages. What they match has one of the signs, in lower case, which are found many times faster."""

    pattern: re.Pattern[str]
    signs: tuple[str, ...]

    def in_any_form(self, text: str) -> Iterator[tuple[str, tuple[int, int] | None]]:
        """The first of them in each form of a text, with its place in the text as it is written."""
        seen = undisguised(text)
        for form in dict.fromkeys((text, seen, run_together(seen))):
            if match := self.pattern.search(form):
                yield match[0], match.span() if form is text else None


@cache
def _orders() -> _Words:
    signs = (*_BORDER_SIGNS, *everywhere(lambda language: language.bot_orders.sign))
    patterns = everywhere(lambda language: language.bot_orders.patterns)
    return _Words(
        pattern=re.compile("|".join((*patterns, _BORDERS)), re.IGNORECASE | re.MULTILINE),
        signs=tuple(dict.fromkeys(signs)),
    )


def _unseen(subject: Subject, pattern: re.Pattern[str], what: str) -> Iterator[Flaw]:
    for part, match in subject.finditer(pattern):
        if match[0] not in subject.source_text:
            yield Flaw(f"{what}; remove them", part, match.span(), "")


def _is_text(blob: str) -> bool:
    """Whether base64 decodes to something readable, as a word or an identifier does not."""
    try:
        decoded = base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return decoded.isprintable()
