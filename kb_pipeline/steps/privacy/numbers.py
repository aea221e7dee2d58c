"""Numbers that are somebody's: national ids, payment cards, telephone numbers, bank accounts, passports. No marks of masks here.

A pattern is the digits with any separators between them; what a number must be besides, its check says. A number whose check
might hold by chance (13 bare digits) is `sure` only where a word before it, or its grouping, says what it is.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kb_pipeline.domain.privacy import DataKind
from kb_pipeline.steps.privacy.context import Role, roles_before
from kb_pipeline.steps.privacy.plain import Plain

_GAP = r"[ \-./_()]{0,3}"
_GROUP = re.compile(r"\d+")
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[-. /]\d{1,2}[-. /]\d{4}|\d{4}[-. /]\d{1,2}[-. /]\d{1,2})(?!\d)")
_ORDER = re.compile(r"(?:[A-Za-z][-_]?|#)\Z")


class Found(NamedTuple):
    """A span of the plain text. `sure`: good enough to change an article; else only to leave it out of a log."""

    kind: DataKind
    start: int
    end: int
    sure: bool


class Number(NamedTuple):
    """A number as it is written: its digits, the sizes of its groups, and what is said before it."""

    digits: str
    groups: tuple[int, ...]
    written: str
    roles: frozenset[Role]
    is_glued: bool  # to Latin letters or a `#`, as order numbers are

    @property
    def is_nobodys(self) -> bool:
        """Whether the words or letters before say that it is an order's, a parcel's or a device's."""
        return self.is_glued or Role.NO_DATA in self.roles


def _spaced(*digits: str) -> str:
    """The pattern of single digits with any separators between them: `0`, `[689]`, `\\d`."""
    return _GAP.join(digits)


def _any(count: int) -> tuple[str, ...]:
    return (r"\d",) * count


def _from(pattern: str) -> re.Pattern[str]:
    """Looks ahead at every group of digits, so that a window that is nothing hides no other."""
    return re.compile(rf"(?<!\d)(?=(?P<found>{pattern})(?!\d))")


def _is_thai_id(digits: str) -> bool:
    """Modulo 11 over the first twelve digits, weights 13 to 2 (Department of Provincial Administration)."""
    total = sum(int(digit) * (13 - place) for place, digit in enumerate(digits[:12]))
    return (11 - total % 11) % 10 == int(digits[12])


def _is_chinese_id(digits: str) -> bool:
    """ISO 7064 MOD 11-2 (GB 11643)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(digits[:17]))
    return "10X98765432"[total % 11] == digits[17].upper()


def _is_luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _thai_id(number: Number) -> bool | None:
    if not _is_thai_id(number.digits):
        return None
    if Role.ID in number.roles or number.groups == (1, 4, 5, 2, 1):
        return True
    return None if number.is_nobodys and len(number.groups) == 1 else False


def _chinese_id(number: Number) -> bool | None:
    return (not number.is_nobodys or Role.ID in number.roles) if _is_chinese_id(number.digits) else None


def _ssn(number: Number) -> bool | None:
    return True if Role.ID in number.roles else None


_ISSUER = re.compile(
    r"4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}"
    r"|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17}|(?:5[06-8]|6[037-9])\d{14}"
)
_CARD_GROUPS = ((4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (8, 8))


def _card(number: Number) -> bool | None:
    if not _is_luhn(number.digits):
        return None
    if Role.CARD in number.roles:
        return True
    if number.is_nobodys and len(number.groups) == 1:
        return None
    return bool(_ISSUER.fullmatch(number.digits)) and (len(number.groups) == 1 or number.groups in _CARD_GROUPS)


def _phone(number: Number) -> bool | None:
    called = Role.PHONE in number.roles
    if _DATE.search(number.written) or (number.is_glued and not called):
        return None
    return called or Role.NO_DATA not in number.roles


def _separated_phone(number: Number) -> bool | None:
    """For forms that only a telephone number has when it is written in groups, as 415-555-0123."""
    if len(number.groups) == 1 and Role.PHONE not in number.roles:
        return None
    return _phone(number)


def _called(number: Number) -> bool | None:
    return None if Role.PHONE not in number.roles or _DATE.search(number.written) else True


def _account(number: Number) -> bool | None:
    if number.groups in ((3, 1, 5, 1), (3, 1, 6)) and not number.is_nobodys:
        return True
    return True if Role.ACCOUNT in number.roles and not _DATE.search(number.written) else None


class Shape(NamedTuple):
    """A kind of number: its digits, and the check that says True (sure), False (perhaps) or None (it is none)."""

    kind: DataKind
    pattern: re.Pattern[str]
    check: Callable[[Number], bool | None]


_NANP = ("[2-9]", r"\d", r"\d", "[2-9]", *_any(6))
SHAPES = (
    Shape(DataKind.NATIONAL_ID, _from(_spaced("[1-8]", *_any(12))), _thai_id),
    Shape(DataKind.NATIONAL_ID, _from(r"[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"), _chinese_id),
    Shape(DataKind.NATIONAL_ID, _from(rf"(?!000|666)[0-8]\d\d{_GAP}(?!00)\d\d{_GAP}(?!0000)\d{{4}}"), _ssn),
    *(Shape(DataKind.CARD, _from(_spaced("[2-6]", *_any(n - 1))), _card) for n in (19, 18, 17, 16, 15, 14)),
    Shape(DataKind.PHONE, _from(rf"(?:\+|00){_GAP}66{_GAP}" + _spaced("0?", "[689]", *_any(8))), _phone),
    Shape(DataKind.PHONE, _from(rf"(?:\+|00){_GAP}66{_GAP}" + _spaced("0?", "[2-7]", *_any(7))), _phone),
    Shape(DataKind.PHONE, _from(rf"(?:\+|00){_GAP}1{_GAP}" + _spaced(*_NANP)), _phone),
    *(Shape(DataKind.PHONE, _from(rf"\+{_GAP}" + _spaced("[1-9]", *_any(n - 1))), _phone) for n in range(15, 7, -1)),
    *(Shape(DataKind.PHONE, _from("00" + _GAP + _spaced("[1-9]", *_any(n - 1))), _separated_phone) for n in range(13, 7, -1)),
    Shape(DataKind.PHONE, _from(_spaced("0", "[689]", *_any(8))), _phone),
    Shape(DataKind.PHONE, _from(_spaced("0", "[2-7]", *_any(7))), _phone),
    Shape(DataKind.PHONE, _from(_spaced("6", "6", "[689]", *_any(8))), _phone),
    Shape(DataKind.PHONE, _from(_spaced("6", "6", "[2-7]", *_any(7))), _phone),
    Shape(DataKind.PHONE, _from(rf"(?:1{_GAP})?\(?[2-9]\d\d[ \-./_()]{{1,3}}[2-9]\d\d[ \-./_()]{{1,3}}\d{{4}}"), _separated_phone),
    Shape(DataKind.PHONE, _from(rf"1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}"), _separated_phone),
    *(Shape(DataKind.PHONE, _from(_spaced(*_any(n))), _called) for n in range(15, 7, -1)),
    Shape(DataKind.BANK_ACCOUNT, _from(rf"\d{{3}}{_GAP}\d{_GAP}\d{{5}}{_GAP}\d"), _account),
    *(Shape(DataKind.BANK_ACCOUNT, _from(_spaced(*_any(n))), _account) for n in range(17, 8, -1)),
)  # fmt: skip


def numbers(plain: Plain) -> Iterator[Found]:
    """The numbers of a text that are somebody's, or might be; they may overlap."""
    text = plain.text
    for kind, pattern, check in SHAPES:
        for match in pattern.finditer(text):
            start, end = match.span("found")
            sure = check(_number(plain, start, end))
            if sure is not None:
                yield Found(kind, _lead(text, start), end, sure)


def _number(plain: Plain, start: int, end: int) -> Number:
    text = plain.text
    written = text[start:end]
    return Number(
        digits="".join(c for c in written if c.isdigit() or c in "xX"),
        groups=_groups(plain, start, end),
        written=written,
        roles=roles_before(text, start),
        is_glued=_ORDER.search(text[max(0, start - 2) : start].rstrip("(+")) is not None,
    )


def _groups(plain: Plain, start: int, end: int) -> tuple[int, ...]:
    """The sizes of the groups of digits; a character that nobody sees parts them, too."""
    sizes, size = list[int](), 0
    for place in range(start, end):
        is_digit = plain.text[place].isdigit()
        if size and (not is_digit or not plain.touches(place)):
            sizes.append(size)
            size = 0
        size += is_digit
    return tuple(sizes + [size] if size else sizes)


def _lead(text: str, start: int) -> int:
    """Where the number begins with the sign before it: `+`, `(`."""
    while start and text[start - 1] in "+(":
        start -= 1
    return start
