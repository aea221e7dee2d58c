"""What must survive to the letter (URLs, e-mail addresses, phone numbers, placeholders, UI labels), and bare numbers."""

import re
from collections.abc import Iterator
from functools import cache

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts.numbers import at_digits, canonical, digits_pattern
from kb_pipeline.steps.facts.units import unit_after

_PLACEHOLDER = re.compile(
    r"\{\{\s?[\w.-]{1,60}\s?\}\}|[$%]?\{[\w.-]{0,60}\}|%\(\w{1,60}\)[sdif]|(?<![0-9%])%(?:[0-9]\$)?[sdif](?![A-Za-z])"
    r"|\[[a-z][a-z_ ]{2,40}\](?![(\[:])|\\?<your [\w ]{1,40}>|</?[0-9]{1,2}/?>"
)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'“”‘’|\\^`{}\u0e00-\u0e7f\u3000-\u9fff\uff00-\uffef]+")
_LINK = re.compile(r"(?<=\]\()[^()\s]{1,500}(?=\)|\s\")")
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+[0-9]{1,3}[ .-]?)?(?:\([0-9]{1,4}\)[ .-]?)?[0-9]{1,4}(?:[ .-][0-9]{2,4}){1,4}(?![\w/-]|[.,][0-9])"
    r"|(?<![\w.,/-])(?:\+[0-9]{8,14}|0[0-9]{8,9})(?![\w-])"
)
_LABEL = re.compile(r"\*\*(?P<path>[^*\n]{1,80})\*\*")
_DIGIT = re.compile("[0-9]")
_STEP = re.compile(r"\s*(?:&gt;|>|→|›)\s*")
_VERSION = re.compile(r"(?<![\w.])[vV]?[0-9]+(?:\.[0-9]+){2,}(?![0-9])")
_MARK_END = re.compile(r"[.)]\s")
_NO_QUOTE = re.compile(r"(?![\w'’])")
_EIGHT_DIGITS = re.compile(r"[0-9](?:[ .()-]{0,2}[0-9]){7}")


def placeholders(text: str, language: str) -> Iterator[Fact]:
    """`{x}`, `{{x}}`, `%s`, `%(x)s`, `[phone number]`, `<your name>`, `<0>`; the value is the placeholder itself."""
    for match in _PLACEHOLDER.finditer(text):
        yield _exact(match, FactKind.PLACEHOLDER, match[0].replace("{ ", "{").replace(" }", "}"))


def urls(text: str, language: str) -> Iterator[Fact]:
    """Web addresses, and the targets of Markdown links; closing punctuation is not part of them."""
    for match in _LINK.finditer(text):
        yield _exact(match, FactKind.URL, match[0])
    for match in _URL.finditer(text):
        if text[max(0, match.start() - 2) : match.start()] == "](":
            continue
        raw = match[0].rstrip(".,;:!?)]*_")
        end = match.start() + len(raw)
        yield Fact(kind=FactKind.URL, value=raw, raw=raw, start=match.start(), end=end)


def emails(text: str, language: str) -> Iterator[Fact]:
    """E-mail addresses in lower case."""
    for match in _EMAIL.finditer(text):
        yield _exact(match, FactKind.EMAIL, match[0].lower())


def phones(text: str, language: str) -> Iterator[Fact]:
    """Phone numbers of 8 to 15 digits (ITU-T E.164); the value is the digits, with `+` where it is written."""
    for match in _PHONE.finditer(text) if _EIGHT_DIGITS.search(text) else ():
        digits = re.sub("[^0-9]", "", match[0])
        if 8 <= len(digits) <= 15 and match[0][0] in "+0(148" and not re.fullmatch("[0-9]{4}[ .-][0-9]{4}", match[0]):
            yield _exact(match, FactKind.PHONE, ("+" if match[0][0] == "+" else "") + digits)


def labels(text: str, language: str) -> Iterator[Fact]:
    """Bold UI labels of Markdown, a path `**Settings > Orders**` giving one each. Bold text with digits is no label."""
    for match in _LABEL.finditer(text):
        path = match["path"]
        if _DIGIT.search(path):
            continue
        start = match.start("path")
        for step in _STEP.split(path):
            at = text.index(step, start)
            start = at + len(step)
            if step.strip():
                yield Fact(kind=FactKind.UI_LABEL, value=step.strip(), raw=step, start=at, end=start)


@cache
def _number(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z_0-9.])(?P<n>{digits_pattern(language)})(?![0-9])")


def counts(text: str, language: str) -> Iterator[Fact]:
    """The numbers that nothing else has claimed; not those inside names (`MP3`), not the marks of a list.

    What they count is their unit, where the table of units has it; `raw` is the number alone.
    """
    versions = [match.span() for match in _VERSION.finditer(text)] if text.count(".") > 1 else []
    for start, end in versions:
        raw = text[start:end].lstrip("vV")
        yield Fact(kind=FactKind.COUNT, value=raw, raw=raw, start=end - len(raw), end=end)
    for match in at_digits(_number(language), text):
        if any(start <= match.start() < end for start, end in versions) or _is_list_mark(match):
            continue
        value = f"20{match['n']}" if _is_short_year(match) else _number_value(match["n"], language)
        yield _exact(match, FactKind.COUNT, value, unit_after(text, match.end(), language))


def _number_value(raw: str, language: str) -> str:
    """The number's value; one with zeros before it is a name, `00000002`, whose zeros count."""
    return raw if raw.startswith("00") and raw.isdigit() else canonical(raw, language)


def _is_list_mark(match: re.Match[str]) -> bool:
    """Whether a number is `1.` or `1)` at the start of a line."""
    text, start = match.string, match.start()
    line = text.rfind("\n", 0, start) + 1
    return not text[line:start].strip(" \t>") and len(match[0]) <= 3 and _MARK_END.match(text, match.end()) is not None


def _is_short_year(match: re.Match[str]) -> bool:
    """Whether a number is the year of `'19`."""
    before = match.string[max(0, match.start() - 2) : match.start()]
    return (
        len(match[0]) == 2
        and before[-1:] in ("'", "’")
        and not before[:-1].isalnum()
        and _NO_QUOTE.match(match.string, match.end()) is not None
    )


def _exact(match: re.Match[str], kind: FactKind, value: str, unit: str = "") -> Fact:
    return Fact(kind=kind, value=value, unit=unit, raw=match[0], start=match.start(), end=match.end())
