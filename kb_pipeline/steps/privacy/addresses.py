"""E-mail addresses and bank accounts: what is letters and digits."""

import re
from collections.abc import Iterator
from functools import cache

from kb_pipeline.domain.privacy import DataKind
from kb_pipeline.steps.language.reader import everywhere
from kb_pipeline.steps.privacy.checksums import is_iban
from kb_pipeline.steps.privacy.context import any_word
from kb_pipeline.steps.privacy.numbers import Found

_LATIN = "A-Za-z0-9\u00c0-\u024f"  # an address ends where the script changes: Thai and Chinese go on without a space
_LOCAL = (re.compile(rf"[{_LATIN}._%+'\-]{{1,64}}\Z"), re.compile(r"[\w.%+'\-]{1,64}\Z"))
_DOMAIN = (
    re.compile(rf"[{_LATIN}\-]{{1,63}}(?:\.[{_LATIN}\-]{{1,63}}){{0,8}}\.(?:[A-Za-z]{{2,24}}|xn--[a-z0-9\-]{{2,60}})"),
    re.compile(r"[\w\-]{1,63}(?:\.[\w\-]{1,63}){0,8}\.[^\W\d_][\w\u0e31-\u0e4e]{1,24}"),
)
# As people hide one from machines: `ann @ mail . com`, `ann (at) mail (dot) com`.
_AT, _DOT = r"(?:\s?@\s?|\s?[(\[{]\s?at\s?[)\]}]\s?)", r"(?:\s?\.\s?|\s?[(\[{]\s?dot\s?[)\]}]\s?)"
_SPREAD = re.compile(
    rf"(?<![{_LATIN}._%+\-])[{_LATIN}._%+\-]{{1,64}}{_AT}[{_LATIN}\-]{{1,63}}(?:{_DOT}[{_LATIN}\-]{{1,63}}){{0,3}}?"
    rf"{_DOT}(?:co{_DOT}(?:th|uk|jp)|com|net|org|info|io|co|me|edu|gov|biz|app|shop|th|cn|jp|de|uk|us)(?![{_LATIN}])",
    re.IGNORECASE,
)
_SPREAD_SIGN = re.compile(r"\s@|@\s|[(\[{]\s?at\s?[)\]}]", re.IGNORECASE)
_NO_DOMAIN = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|js|css|md|html?)\Z", re.IGNORECASE)
# The addresses of nobody that manuals show: name@example.com.
_NOBODY = re.compile(
    r"(?:your[\w.\-]*|name|user(?:name)?\d?|you|someone|somebody|email|first\.?last(?:name)?)@"
    r"(?:[\w\-]+\.)*(?:example|contoso|fabrikam|your\w*|company|domain)\.[\w.]+",
    re.IGNORECASE,
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \-./_]{0,2}[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_GROUPED = re.compile(r"[A-Z]{2}\d{2}(?:[ \-][A-Z0-9]{4}){2,}.*")
_SHORTEST = 15
_ENDS = re.compile(r"(?<=[A-Z0-9])(?=[^A-Z0-9]|\Z)")
_PASSPORT_NUMBER = r"(?P<number>[A-Z]{1,2}[ \-]?\d{6,8}|[A-Z]\d{2}[A-Z]{2}\d{4}|\d{9})(?![A-Za-z0-9])"


def emails(text: str) -> Iterator[Found]:
    """The e-mail addresses of a plain text, each found from its `@`, so that the time is that of the text."""
    at = text.find("@")
    while at >= 0:
        before, after = text[max(0, at - 64) : at], text[at + 1 : at + 256]
        local = _LOCAL[0].search(before) or _LOCAL[1].search(before)
        domain = _DOMAIN[0].match(after) or _DOMAIN[1].match(after)
        if local and domain and not _NO_DOMAIN.search(domain[0]):
            start, end = at - len(local[0].lstrip(".'-")), at + 1 + domain.end()
            if start < at and not _NOBODY.fullmatch(text[start:end]):
                yield Found(DataKind.EMAIL, start, end, True)
        at = text.find("@", at + 1)
    if _SPREAD_SIGN.search(text):
        yield from (Found(DataKind.EMAIL, *match.span(), True) for match in _SPREAD.finditer(text))


def accounts(text: str) -> Iterator[Found]:
    """International bank accounts (ISO 13616): sure with their check sum, perhaps where they are only written like one."""
    for match in _IBAN.finditer(text):
        valid = [end for end in _lengths(match[0]) if is_iban(re.sub(r"[ \-./_]", "", match[0][:end]))]
        if valid:
            yield Found(DataKind.BANK_ACCOUNT, match.start(), match.start() + valid[0], True)
        elif _GROUPED.fullmatch(match[0]):
            yield Found(DataKind.BANK_ACCOUNT, *match.span(), False)


def passports(text: str) -> Iterator[Found]:
    """Passports' numbers, which only the word before tells from others."""
    for match in _passport().finditer(text):
        yield Found(DataKind.PASSPORT, *match.span("number"), True)


def _lengths(written: str) -> list[int]:
    """Where the account may end, longest first: behind a group; the shortest account has 15 letters and digits."""
    return [match.start() for match in _ENDS.finditer(written) if match.start() >= _SHORTEST][::-1]


@cache
def _passport() -> re.Pattern[str]:
    words = any_word(everywhere(lambda language: language.private_words.passport))
    return re.compile(rf"(?:(?i:{words}))[^\d\nA-Z]{{0,30}}?{_PASSPORT_NUMBER}")
