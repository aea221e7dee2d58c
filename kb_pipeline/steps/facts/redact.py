"""Personal data out of what customers write, before it is kept or logged. No I/O.

It leans to redacting: a number that could be a telephone number is one. Order numbers (letters before the digits, or digits
of no such form) stay, because they say what a question is about without saying whose it is.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from kb_pipeline.steps.language.patterns import any_of
from kb_pipeline.steps.language.reader import everywhere

_LATIN = "(?:(?![\u0e00-\u0e7f])\\w)"  # Thai is written without spaces: a word's end is where the script changes
_DOMAIN = rf"{_LATIN}(?:{_LATIN}|-)*(?:\.(?:{_LATIN}|-)+)+"
_EMAILS = (re.compile(rf"(?:{_LATIN}|[.%+'\-])+[@＠]{_DOMAIN}"), re.compile(rf"(?<![\w.%+'\-])[\w.%+'\-]+[@＠]{_DOMAIN}"))
_SECRETS = (
    re.compile(r"eyJ[\w\-]{8,}\.[\w\-]{8,}(?:\.[\w\-]+)?", re.ASCII),  # JSON Web Token
    re.compile(r"(?<![A-Za-z0-9])(?:sk|pk|rk|kb|gh[opsu]|xox[abps]|AKIA|AIza)[-_A-Z0-9a-z]{12,}"),  # keys by their prefix
    re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f])"),  # UUID
    re.compile(r"(?<![A-Za-z0-9+_])(?=[A-Za-z+_]*[0-9])(?=[0-9+_]*[A-Za-z])[A-Za-z0-9+_]{24,}={0,2}"),  # long and mixed
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])", re.ASCII)
_GROUPED = re.compile(r"[A-Z]{2}\d{2}(?:[ -][A-Z0-9]{4}){2,}.*", re.ASCII)
_NUMBERS = re.compile(r"\+?\(?\d+(?:[ \u00a0.\-()]{0,2}\d+)*")
_GROUP = re.compile(r"\d+")
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[-. /]\d{1,2}[-. /]\d{4}|\d{4}[-. /]\d{1,2}[-. /]\d{1,2})(?!\d)")
_ORDER = re.compile(r"(?:[A-Za-z][-_]?|#)$")
_LONGEST = 19  # digits of a payment card: no window of groups is longer


def redact(text: str) -> str:
    """`text` with e-mail addresses, telephone numbers, cards, Thai national ids, bank accounts and keys replaced.

    By `[email]`, `[phone]`, `[card]`, `[national-id]` and `[secret]`. Redacting twice changes nothing more.
    """
    for pattern in _EMAILS if "@" in text or "＠" in text else ():
        text = pattern.sub("[email]", text)
    for pattern in _SECRETS:
        text = pattern.sub("[secret]", text)
    text = _IBAN.sub(lambda found: "[secret]" if _is_iban(found.group()) else found.group(), text)
    return _NUMBERS.sub(lambda found: _numbers(found.group(), text[: found.start()]), text)


def _numbers(run: str, before: str) -> str:
    """A run of digit groups, with the longest windows of groups that are somebody's number replaced."""
    redacted, last = "", 0
    for start, end, label in _windows(run, before):
        redacted += run[last:start] + label
        last = end
    return redacted + run[last:]


def _windows(run: str, before: str) -> Iterator[tuple[int, int, str]]:
    groups = [match.span() for match in _GROUP.finditer(run)]
    first = 0
    while first < len(groups):
        start = groups[first][0]
        for after in range(min(len(groups), first + _LONGEST), first, -1):
            end = groups[after - 1][1]
            if label := _label(run[start:end], before + run[:start]):
                lead = len(run[:start]) - len(run[:start].rstrip("+("))
                yield start - lead, end, label
                first = after
                break
        else:
            first += 1


def _label(written: str, before: str) -> str:
    """What the number `written` is, after the text `before`; empty if it is nobody's."""
    digits = "".join(str(unicodedata.digit(c)) for c in written if c.isdigit())
    if len(digits) == 13 and _is_national_id(digits):
        return "[national-id]"
    if 13 <= len(digits) <= _LONGEST and digits[0] in "23456" and _is_luhn(digits):
        return "[card]"
    return "[phone]" if _is_phone(digits, written, before) else ""


def _is_phone(digits: str, written: str, before: str) -> bool:
    called = _calls().search(before[-60:]) is not None
    if (_ORDER.search(before) and not called) or _DATE.search(written):
        return False
    if before.rstrip("(").endswith("+") or digits.startswith("00"):
        return 8 <= len(digits.lstrip("0")) <= 15
    thai = re.fullmatch(r"0[689]\d{8}|0[2-7]\d{7}|66[2-9]\d{7,8}", digits)
    american = re.fullmatch(r"1?[2-9]\d{2}[2-9]\d{6}", digits) and (called or re.search(r"\d\D+\d{3}\D+\d{4}$", written))
    return bool(thai or american or (called and 8 <= len(digits) <= 15))


@cache
def _calls() -> re.Pattern[str]:
    """Words of any language that say that a telephone number follows, a few words on."""
    words = any_of(everywhere(lambda language: language.telephone_words))
    return re.compile(rf"(?<![A-Za-z])(?:{words})\W{{0,3}}(?:\w+\W{{1,3}}){{0,3}}$", re.IGNORECASE)


def _is_national_id(digits: str) -> bool:
    """The check digit of a Thai national id: modulo 11 over the first twelve digits, weights 13 to 2."""
    total = sum(int(digit) * (13 - place) for place, digit in enumerate(digits[:12]))
    return (11 - total % 11) % 10 == int(digits[12]) and digits[0] != "0"


def _is_luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _is_iban(written: str) -> bool:
    """A valid check sum (ISO 13616), or written in groups of four as only a bank account is."""
    bare = re.sub(r"[ -]", "", written)
    number = int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4]))
    return number % 97 == 1 or _GROUPED.fullmatch(written) is not None
