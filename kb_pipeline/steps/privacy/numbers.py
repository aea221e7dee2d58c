"""Numbers that are somebody's: national ids, payment cards, telephone numbers, bank accounts, passports.

Digits stand in groups, with any separators between them; every window of whole groups is held against the shapes of its
length. A number whose check might hold by chance (13 bare digits) is `sure` only where a word before it, or its grouping, says
what it is.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from kb_pipeline.domain.privacy import DataKind
from kb_pipeline.steps.privacy.checksums import is_chinese_id, is_luhn, is_thai_id
from kb_pipeline.steps.privacy.context import Announcements, Role
from kb_pipeline.steps.privacy.plain import Plain

_RUN = re.compile(r"\d+(?:[ \-./_()]{1,3}\d+)*")
# Behind a word, one sign of any kind stands between the groups: 1~1017~00230~70~8.
_WIDE_RUN = re.compile(r"\d+ ?(?P<sign>[^\w\s]|[_\u30fc]) ?\d+(?: ?(?P=sign) ?\d+)+")
_GROUP = re.compile(r"\d+")
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[-. /]\d{1,2}[-. /]\d{4}|\d{4}[-. /]\d{1,2}[-. /]\d{1,2})(?!\d)")
_PART = re.compile(r"(?:[A-Za-z][-_]?|#|\d[.\-/_])\Z")
_CHINESE_ID = re.compile(
    r"(?<![\dA-Za-z])[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)
_THAI_ACCOUNT = re.compile(r"(?<!\d)(?<!\d[ \-./_])\d{3}[ \-./_]\d[ \-./_]\d{5}[ \-./_]\d(?!\d)")  # as banks group it
_LOOSE = 8  # groups, of which nobody writes so many but digit by digit
_MOST = 19  # digits of what is somebody's
_BEFORE = re.compile(r"[^\d\n]{0,40}?(?=\d)")


class Found(NamedTuple):
    """A span of the plain text. `sure`: good enough to change an article; else only to leave it out of a log."""

    kind: DataKind
    start: int
    end: int
    sure: bool


class Number:
    """A window of groups of digits, and what is said before it. `is_loose`: digit by digit, as `1 1 0 1 7`."""

    def __init__(self, plain: Plain, words: Announcements, digits: str, start: int, end: int, *, is_loose: bool) -> None:
        self._plain, self._words, self.is_loose = plain, words, is_loose
        self.digits, self.start, self.end = digits, start, end

    @cached_property
    def roles(self) -> frozenset[Role]:
        """What the word before announces, or the one that says behind it what it is."""
        return self._words.before(self.start) or self._words.behind(self.end)

    @cached_property
    def groups(self) -> tuple[int, ...]:
        """The sizes of the groups of digits; a character that nobody sees parts them, too."""
        sizes, size = list[int](), 0
        for place in range(self.start, self.end):
            is_digit = self._plain.text[place].isdigit()
            if size and (not is_digit or not self._plain.touches(place)):
                sizes.append(size)
                size = 0
            size += is_digit
        return (*sizes, size) if size else tuple(sizes)

    @property
    def is_date(self) -> bool:
        """Whether it holds a date."""
        return _DATE.search(self._plain.text[self.start : self.end]) is not None

    @property
    def is_signed(self) -> bool:
        """Whether a plus stands before it."""
        return is_signed(self._plain.text, self.start)

    @cached_property
    def is_nobodys(self) -> bool:
        """Whether the word or the letters before say that it is an order's, a parcel's or a device's."""
        return self.is_part or Role.NO_DATA in self.roles

    @cached_property
    def is_of_goods(self) -> bool:
        """Whether it is nobody's, or may be that of what was sent, as no telephone number is."""
        return self.is_nobodys or Role.GOODS in self.roles

    @property
    def is_part(self) -> bool:
        """Whether it goes on from letters or digits before: `ORD-0812345678`, `10.0.569.20009`."""
        return _PART.search(self._plain.text[max(0, self.start - 2) : self.start]) is not None


# Thailand's provinces in the second and third digit of an id (TIS 1099, Department of Provincial Administration).
_PROVINCES = re.compile("1[0-9]|2[0-7]|3[0-9]|4[0-9]|5[0-8]|6[0-7]|7[0-7]|8[0-6]|9[0-6]")


def _thai_id(number: Number) -> bool | None:
    if (number.is_loose and Role.ID not in number.roles) or not is_thai_id(number.digits):
        return None
    if number.roles & {Role.ID, Role.CARD} or number.groups == (1, 4, 5, 2, 1):
        return True
    return None if number.is_of_goods or not _PROVINCES.match(number.digits, 1) else False


def _ssn(number: Number) -> bool | None:
    return True if Role.ID in number.roles and number.groups in ((3, 2, 4), (9,)) and not number.is_part else None


_CARD_GROUPS = ((16,), (15,), (14,), (19,), (4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (8, 8))


def _card(number: Number) -> bool | None:
    if (number.is_loose and Role.CARD not in number.roles) or not is_luhn(number.digits):
        return None
    if Role.CARD in number.roles or number.groups in _CARD_GROUPS[4:]:
        return True
    return None if number.is_of_goods else number.groups in _CARD_GROUPS


def _announced_card(number: Number) -> bool | None:
    return True if Role.CARD in number.roles and is_luhn(number.digits) else None


def _perhaps_card(number: Number) -> bool | None:
    return None if number.is_loose or number.is_of_goods or not is_luhn(number.digits) else False


def _phone(number: Number) -> bool | None:
    if Role.PHONE in number.roles or number.is_signed:
        return None if number.is_date else True
    return None if number.is_nobodys or number.is_date else True


def _separated_phone(number: Number) -> bool | None:
    """For forms that only a telephone number has when it is written in groups, as 415-555-0123."""
    is_grouped = number.groups in ((3, 3, 4), (1, 3, 3, 4), (3, 4, 4)) or (
        number.digits[:2] in ("00", "66") and len(number.groups) > 1
    )
    return _phone(number) if is_grouped or number.is_signed or Role.PHONE in number.roles else None


class Shape(NamedTuple):
    """A kind of number: its digits, and the check that says True (sure), False (perhaps) or None (it is none)."""

    kind: DataKind
    firsts: str  # the digits that it may begin with
    digits: str
    lengths: tuple[int, ...]
    check: Callable[[Number], bool | None]


_ISSUERS = (
    r"(?=(?:\d{16}|\d{19})\Z)(?:4|62)\d*|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12}"
)
_OTHER_ISSUERS = r"220[0-4]\d*|5[0678]\d*|6\d*"  # Mir, Maestro, RuPay: good enough for the log
_SHAPES = (
    Shape(DataKind.NATIONAL_ID, "12345678", r"[1-8]\d*", (13,), _thai_id),
    Shape(DataKind.NATIONAL_ID, "012345678", r"(?!000|666)[0-8]\d\d(?!00)\d\d(?!0000)\d{4}", (9,), _ssn),
    Shape(DataKind.CARD, "23456", _ISSUERS, (14, 15, 16, 19), _card),
    Shape(DataKind.CARD, "23456", r"\d*", (16,), _announced_card),
    Shape(DataKind.CARD, "256", _OTHER_ISSUERS, (16,), _perhaps_card),
    Shape(DataKind.PHONE, "0", r"0[689]\d{8}|0[2-7]\d{7}", (9, 10), _phone),
    Shape(DataKind.PHONE, "6", r"660?[689]\d{8}|660?[2-7]\d{7}", (10, 11, 12), _separated_phone),
    Shape(DataKind.PHONE, "0", r"0066(?:0?[689]\d{8}|0?[2-7]\d{7})", (12, 13, 14), _phone),
    Shape(
        DataKind.PHONE, "0123456789", r"1?[2-9]\d\d[2-9]\d{6}|1[3-9]\d{9}|00[1-9]\d*", (10, 11, 12, 13, 14), _separated_phone
    ),
)
_SIGNED = Shape(DataKind.PHONE, "123456789", r"(?!66|1[2-9])\d*|1[2-9]\d{9}", tuple(range(8, 16)), _phone)


def _by_length(*shapes: Shape) -> dict[tuple[int, str], list[tuple[re.Pattern[str], Shape]]]:
    """By length and first digit: what a window is held against."""
    table: dict[tuple[int, str], list[tuple[re.Pattern[str], Shape]]] = {}
    for shape in shapes:
        for length in shape.lengths:
            for first in shape.firsts:
                table.setdefault((length, first), []).append((re.compile(shape.digits), shape))
    return table


_UNSIGNED_SHAPES, _SIGNED_SHAPES = _by_length(*_SHAPES), _by_length(*_SHAPES, _SIGNED)
# What is somebody's by the word before it only, whatever its form; with its fewest and most digits.
_ANNOUNCED = ((Role.PHONE, DataKind.PHONE, 8, 15), (Role.ACCOUNT, DataKind.BANK_ACCOUNT, 9, 19))


def numbers(plain: Plain) -> Iterator[Found]:
    """The numbers of a text that are somebody's, or might be; they may overlap."""
    words = Announcements(plain.text)
    for run in _RUN.finditer(plain.text):
        yield from _in_run(plain, words, run.start(), run.end())
    for run in _WIDE_RUN.finditer(plain.text):
        if words.before(run.start()) & {Role.ID, Role.CARD, Role.PHONE} and not _RUN.fullmatch(run[0]):
            yield from _in_run(plain, words, run.start(), run.end())
    for match in _THAI_ACCOUNT.finditer(plain.text):
        if Role.ACCOUNT in (roles := words.before(match.start())) or Role.NO_DATA not in roles:
            yield Found(DataKind.BANK_ACCOUNT, match.start(), match.end(), True)
    for match in _CHINESE_ID.finditer(plain.text):
        if is_chinese_id(match[0]):
            yield Found(DataKind.NATIONAL_ID, match.start(), match.end(), True)
    yield from _announced(plain, words)


def _in_run(plain: Plain, words: Announcements, start: int, end: int) -> Iterator[Found]:
    """Every window of whole groups of a run, against the shapes of its length."""
    groups = [match.span() for match in _GROUP.finditer(plain.text, start, end)]
    digits = [plain.text[a:b] for a, b in groups]
    for first, (begin, _) in enumerate(groups):
        shapes, window = _SIGNED_SHAPES if is_signed(plain.text, begin) else _UNSIGNED_SHAPES, ""
        for last in range(first, min(len(groups), first + _MOST)):
            window += digits[last]
            is_loose = last - first >= _LOOSE
            if len(window) > _MOST or (is_loose and window[0] != "0" and not words.before(begin)):
                break  # a telephone number is also read digit by digit, others only behind their word
            for pattern, shape in shapes.get((len(window), window[0]), ()):
                if pattern.fullmatch(window):
                    sure = shape.check(Number(plain, words, window, begin, groups[last][1], is_loose=is_loose))
                    if sure is not None:
                        yield Found(shape.kind, _lead(plain.text, begin), groups[last][1], sure)


def _announced(plain: Plain, words: Announcements) -> Iterator[Found]:
    """Numbers of any form behind a word that says whose they are."""
    for role, kind, fewest, most in _ANNOUNCED:
        for place in words.places(role):
            gap = _BEFORE.match(plain.text, place)
            run = _RUN.match(plain.text, gap.end()) if gap else None
            if run is None or role not in words.before(run.start()):
                continue
            groups = [match.span() for match in _GROUP.finditer(run[0][:80])]
            while groups and sum(b - a for a, b in groups) > most:
                groups.pop()
            digits = "".join(run[0][a:b] for a, b in groups)
            if len(digits) >= fewest and not _DATE.search(run[0][: groups[-1][1]]):
                yield Found(kind, _lead(plain.text, run.start()), run.start() + groups[-1][1], True)


def is_signed(text: str, start: int) -> bool:
    """Whether a plus stands before the number at `start`."""
    return "+" in text[max(0, start - 2) : start] and text[max(0, start - 2) : start].rstrip("( ").endswith("+")


def _lead(text: str, start: int) -> int:
    """Where the number begins with the sign before it: `+`, `(`."""
    while start and text[start - 1] in "+(":
        start -= 1
    return start
