"""Secrets and personal data in a text, in every form in which people write them. For articles, entries and the log."""

import re
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from kb_pipeline.domain.privacy import DataKind, mask_of
from kb_pipeline.steps.privacy.addresses import accounts, emails, passports
from kb_pipeline.steps.privacy.numbers import Found, numbers
from kb_pipeline.steps.privacy.plain import Plain, plain
from kb_pipeline.steps.privacy.secrets import secrets

_ADDRESS = re.compile(r"https?://[!-~]{1,2000}")
_CALLS = re.compile(r"(?i:tel:|wa\.me/|whatsapp|mailto:)")


class PrivateData(NamedTuple):
    """Data of a kind, `start` to `end` in the text; `key` is what it is compared by, whatever form it is written in."""

    kind: DataKind
    start: int
    end: int
    key: str


def find(text: str, *, unsure: bool = False, markup: bool = False) -> tuple[PrivateData, ...]:
    """What `text` holds, in order, none overlapping. `unsure`: also what only might be somebody's, as a log leaves it out.

    `markup`: the text is Markdown, of which only what a reader sees counts: `081**-**234` is a number.
    """
    read = plain(text, markup=markup)
    found = _apart(_all(read), unsure=unsure)
    return tuple(
        PrivateData(f.kind, *read.place(f.start, f.end), comparable(f.kind, read.text[f.start : f.end])) for f in found
    )


def masked(text: str, found: Iterable[PrivateData]) -> str:
    """`text` with a mark in the place of each of `found`."""
    parts, at = list[str](), 0
    for data in found:
        start, end = data.start, data.end
        if text[start - 1 : start] == "<" and text[end : end + 1] == ">":  # a link in Markdown: the mark is none
            start, end = start - 1, end + 1
        parts += (text[at:start], mask_of(data.kind))
        at = end
    return "".join((*parts, text[at:]))


def comparable(kind: DataKind, written: str) -> str:
    """What two ways to write the same have in common: a number's digits, a Thai one's country code as 0; else its letters."""
    if kind is DataKind.PHONE:
        digits = re.sub(r"\D", "", written).removeprefix("00")
        if digits.startswith("66") and len(digits) >= 10:
            return "0" + digits[2:].lstrip("0")
        return digits[1:] if digits.startswith("1") and len(digits) == 11 else digits
    if kind is DataKind.EMAIL:
        written = re.sub(r"[(\[{]\s?(?:at|dot)\s?[)\]}]", "", written, flags=re.IGNORECASE)
    return re.sub(r"[\W_]", "", written).casefold()


def _all(read: Plain) -> Iterable[Found]:
    text = read.text
    found = chain(secrets(text), emails(text), accounts(text), passports(text), numbers(read))
    if "://" not in text:
        return found
    links = [match.span() for match in _ADDRESS.finditer(text) if not _CALLS.search(match[0])]
    return (f if f.kind.is_secret or not _is_within(f, links) else f._replace(sure=False) for f in found)


def _is_within(found: Found, spans: list[tuple[int, int]]) -> bool:
    """Whether it is a part of a link's address, where digits are the site's own."""
    return any(start <= found.start and found.end <= end for start, end in spans)


def _apart(found: Iterable[Found], *, unsure: bool) -> list[Found]:
    """Each place once: what begins first, of these the longest; a check digit says more than a word before."""
    kept, last = list[Found](), -1
    for item in sorted(filter(lambda f: f.sure or unsure, found), key=lambda f: (f.start, -f.end, f.kind is DataKind.PHONE)):
        if item.start >= last:
            kept.append(item)
            last = item.end
    return kept
