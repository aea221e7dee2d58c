"""What must not reach customers or the bot: somebody's data, keys, text that gives the bot orders, characters that hide."""

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.privacy.redact import redact
from kb_pipeline.steps.language.prose import PUBLISHED
from kb_pipeline.steps.language.reader import everywhere

_LABEL = re.compile(r"\[(?P<what>email|phone|card|national-id|secret)\]")
_NAMES = {
    "email": "an e-mail address", "phone": "a telephone number", "card": "a payment card", "national-id": "a national id",
    "secret": "a key or an account number",
}  # fmt: skip
# What all of somebody's data but an e-mail address holds: many digits, the head of an IBAN, or a long word with a digit.
# It begins with one digit for all, as a pattern is looked for by what it begins with.
_NUMBERS = re.compile(r"\d(?:(?:[^\w\n]{0,2}\d){7}|\d(?<=[A-Z]{2}\d\d)[ -]?[A-Z0-9]{4})")
_LONG_WORD = re.compile(r"[A-Za-z0-9_+\-]{14,}")
_DIGIT = re.compile("[0-9]")

# Characters that are not seen: zero-width ones that no script needs here, bidirectional controls, tags.
_HIDDEN = re.compile(
    "[\u200b\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]+|(?<![\u0600-\u0dff\U0001f000-\U0001ffff\u2600-\u27bf\ufe0f])[\u200c\u200d\u200e\u200f]+"
)
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LONG = re.compile("[a-z0-9+/]{24}")  # in lower case
_BLOB = re.compile(
    r"(?<![A-Za-z0-9+/=_.\-])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{24,}={0,2}(?![A-Za-z0-9+/=_\-])"
)
# What chat models take for the borders of their prompts, in lower case; every one has one of the signs.
_BORDERS = r"<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?INST\]|^\s*#{0,3}\s*system\s*:"
_BORDER_SIGNS = ("system", "im_start", "im_end", "endoftext", "inst]")


@rule("personal-data", MqmCategory.AUDIENCE, Severity.CRITICAL)
def personal_data(subject: Subject) -> Iterator[Flaw]:
    """No e-mail address, telephone number, card, id or key that neither the source nor the market's facts publish."""
    if not _may_hold_data(subject):
        return
    public = "\n".join((subject.source_text, *(fact.value for fact in subject.market.facts)))
    allowed = re.sub(r"\W", "", public).casefold()
    for part, text in subject.parts():
        free = PUBLISHED.sub(" ", text)
        for start, end, what in _redacted(free):
            if re.sub(r"\W", "", free[start:end]).casefold() not in allowed:
                message = f"{_NAMES[what]} that is not in the source; nobody's data may be published"
                at = text.find(free[start:end])
                yield Flaw(message, part, (at, at + end - start) if at >= 0 else None)


def _may_hold_data(subject: Subject) -> bool:
    """Whether the text has anything that somebody's data would be seen by; nearly no text has."""
    text = subject.written
    if "@" in text or "＠" in text:
        return True
    return subject.has_digit and _has_number(text) and _has_number(PUBLISHED.sub(" ", text))


def _has_number(text: str) -> bool:
    return _NUMBERS.search(text) is not None or any(map(_DIGIT.search, _LONG_WORD.findall(text)))


def _redacted(text: str) -> Iterator[tuple[int, int, str]]:
    """Where `redact` puts a label in place of something, and which."""
    labels, at, last = redact(text), 0, 0
    for match in _LABEL.finditer(labels):
        between = labels[last : match.start()]
        start = text.find(between, at) + len(between) if between else at
        rest = labels[match.end() :].split("[", 1)[0]
        end = text.find(rest, start + 1) if rest else len(text)
        if start >= 0 and end > start and text[start:end] != match[0]:
            yield start, end, match["what"]
        at, last = max(end, start), match.end()


@rule("bot-instruction", MqmCategory.AUDIENCE, Severity.CRITICAL)
def bot_instruction(subject: Subject) -> Iterator[Flaw]:
    """No order to the bot that reads the text, nothing that only the bot sees: hidden characters, comments, encoded text."""
    text, latin = subject.written, subject.latin
    if not text.isprintable() and _UNSEEN.search(text):
        yield from _unseen(subject, _HIDDEN, "characters that nobody sees")
    if "<!--" in latin:
        yield from _unseen(subject, _COMMENT, "a comment that only the bot sees")
    orders = _orders()
    if orders.latin_sign.search(latin) or orders.sign.search(text):
        for part, match in subject.finditer(orders.pattern):
            yield Flaw(f"'{match[0][:80]}' gives orders to the bot; say what customers need to know", part, match.span())
    if _LONG.search(latin):
        for part, match in subject.finditer(_BLOB):
            if match[0] not in subject.source_text and _is_text(match[0]):
                yield Flaw("encoded text that only the bot reads; write it out or remove it", part, match.span())


class _Orders(NamedTuple):
    """Orders to a bot in all languages. Every order has a sign, which is found many times faster."""

    pattern: re.Pattern[str]
    latin_sign: re.Pattern[str]  # of `Subject.latin`
    sign: re.Pattern[str]


@cache
def _orders() -> _Orders:
    signs = (*_BORDER_SIGNS, *everywhere(lambda language: language.bot_orders.sign))
    patterns = everywhere(lambda language: language.bot_orders.patterns)
    return _Orders(
        pattern=re.compile("|".join((*patterns, _BORDERS)), re.IGNORECASE | re.MULTILINE),
        latin_sign=re.compile("|".join(re.escape(sign) for sign in signs if sign.isascii())),
        sign=re.compile("|".join(re.escape(sign) for sign in signs if not sign.isascii())),
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
