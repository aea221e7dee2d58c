"""What must survive to the letter (URLs, e-mail addresses, phone numbers, placeholders, UI labels), and bare numbers."""

import re
from collections.abc import Iterator
from functools import cache

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.steps.facts.numbers import at_digits, canonical, digits_pattern, matches_at, scales
from kb_pipeline.steps.facts.recogniser import CLAIMED
from kb_pipeline.steps.facts.units import unit_after
from kb_pipeline.steps.language.patterns import any_of, is_spaced

_PLACEHOLDER = re.compile(
    r"\{\{\s?[\w.-]{1,60}\s?\}\}|[$%]?\{[\w.:-]{0,60}\}|\{\s?[$-][\w.-]{1,60}\s?\}|\{\w{1,60}(?=,\s?(?:plural|select|selectordinal),)"
    r"|%\(\w{1,60}\)[sdif]|(?<![0-9%])%(?:[0-9]\$)?(?:\.[0-9])?l?[sdifu@](?![A-Za-z])|(?<![0-9%])(?<![0-9] )%[1-9](?![0-9%])"
    r"|\$[a-z]\w{1,40}\$"
    r"|\[[a-z][a-z_ ]{2,40}\](?![(\[:])|\\?<your [\w ]{1,40}>|</?[0-9]{1,2}/?>"
)
_PLACEHOLDER_BEGINS = re.compile(r"[$%{\[<\\]")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'“”‘’|\\^`{}\x00\u0e00-\u0e7f\u3000-\u9fff\uff00-\uffef]+")
_LINK = re.compile(r"\]\((?P<to>[^()\s]{1,500})(?=\)|\s\")")
_WIKI_LINK = re.compile(r"\[\[(?P<to>[^\[\]|\n]{1,200})(?=\||\]\])")
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+[0-9]{1,3}[ .-]?)?(?:\([0-9]{1,4}\)[ .-]?)?[0-9]{1,4}(?:[ .-][0-9]{2,4}){1,4}(?![\w/-]|[.,][0-9])"
    r"|(?<![\w.,/-])(?:\+[0-9]{8,14}|0[0-9]{8,9})(?![\w-])"
)
_LABEL = re.compile(r"\*\*(?P<path>[^*\n]{1,80})\*\*")
_DIGIT = re.compile("[0-9]")
_STEP = re.compile(r"\s*(?:&gt;|>|→|›)\s*")
_IN_NO_NAME = re.compile(f"[0-9>→›;{CLAIMED}]")  # what makes a label a path, or none
_VERSION = r"(?:(?<![\w.])|(?<=(?<![\w.])[vV]))[0-9]+(?:\.[0-9]+){2,}"
_NO_QUOTE = re.compile(r"(?![\w'’])")
PHONE_CUE = r"[0-9](?:[ .()-]{0,2}[0-9]){7}"  # eight digits


def placeholders(text: str, language: str) -> Iterator[Fact]:
    """`{x}`, `{{x}}`, `%s`, `%(x)s`, `[phone number]`, `<your name>`, `<0>`; the value is the placeholder itself."""
    for match in matches_at(_PLACEHOLDER_BEGINS, _PLACEHOLDER, text):
        yield _exact(match, FactKind.PLACEHOLDER, match[0].replace("{ ", "{").replace(" }", "}"))


def urls(text: str, language: str) -> Iterator[Fact]:
    """Web addresses, and the targets of links in Markdown and wikis; closing punctuation is not part of them."""
    for match in _LINK.finditer(text):
        yield Fact(kind=FactKind.URL, value=match["to"], raw=match["to"], start=match.start("to"), end=match.end())
    for match in _WIKI_LINK.finditer(text) if "[[" in text else ():
        yield Fact(kind=FactKind.URL, value=match["to"], raw=match["to"], start=match.start("to"), end=match.end())
    if "://" not in text and "www." not in text:
        return
    rest = _LINK.sub(lambda link: CLAIMED * len(link[0]), text)
    for match in _URL.finditer(rest):
        if rest.startswith("](", max(0, match.start() - 2)):  # a link that never ends
            continue
        raw = match[0].rstrip(".,;:!?)]*_")
        yield Fact(kind=FactKind.URL, value=raw, raw=raw, start=match.start(), end=match.start() + len(raw))


def emails(text: str, language: str) -> Iterator[Fact]:
    """E-mail addresses in lower case."""
    for match in _EMAIL.finditer(text):
        yield _exact(match, FactKind.EMAIL, match[0].lower())


def phones(text: str, language: str) -> Iterator[Fact]:
    """Phone numbers of 8 to 15 digits (ITU-T E.164); the value is the digits, with `+` where it is written."""
    for match in _PHONE.finditer(text):
        digits = re.sub("[^0-9]", "", match[0])
        if 8 <= len(digits) <= 15 and match[0][0] in "+0(148" and not re.fullmatch("[0-9]{4}[ .-][0-9]{4}", match[0]):
            yield _exact(match, FactKind.PHONE, ("+" if match[0][0] == "+" else "") + digits)


def labels(text: str, language: str) -> Iterator[Fact]:
    """Bold UI labels of Markdown, a path `**Settings > Orders**` giving one each. One with digits or a link is none."""
    for match in _LABEL.finditer(text):
        path, start = match["path"], match.start("path")
        if not _IN_NO_NAME.search(path):
            if name := path.strip():
                yield Fact(kind=FactKind.UI_LABEL, value=name, raw=path, start=start, end=match.end("path"))
        elif not _DIGIT.search(path):
            yield from _steps(path, start)


def _steps(path: str, start: int) -> Iterator[Fact]:
    """The labels of a path that stands at `start`."""
    at = 0
    for step in _STEP.split(path):
        at = path.index(step, at)
        if step.strip() and CLAIMED not in step:
            yield Fact(kind=FactKind.UI_LABEL, value=step.strip(), raw=step, start=start + at, end=start + at + len(step))
        at += len(step)


@cache
def _number(language: str) -> re.Pattern[str]:
    digits = digits_pattern(language)
    version = rf"(?!{digits}(?!\.?[0-9])){_VERSION}"  # 1.000.000 is a number where points group digits
    spaced, other = any_of(filter(is_spaced, scales())), any_of(scale for scale in scales() if not is_spaced(scale))
    scale = rf"(?:\s?(?P<scale>{other}|(?:{spaced})(?![^\W\d_])))?"
    return re.compile(rf"(?:(?P<version>{version})|(?<![A-Za-z_0-9.])(?P<number>{digits})(?![0-9]){scale})(?![0-9])")


def counts(text: str, language: str) -> Iterator[Fact]:
    """The numbers that nothing else has claimed; not those inside names (`MP3`).

    What they count is their unit, where the table of units has it; `raw` is the number alone, with its scale: `1.5 million`.
    """
    for match in at_digits(_number(language), text):
        if match["version"]:
            yield _exact(match, FactKind.COUNT, match[0])
            continue
        value = f"20{match[0]}" if _is_short_year(match) else _number_value(match["number"], language, match["scale"])
        yield _exact(match, FactKind.COUNT, value, unit_after(text, match.end(), language))


def _number_value(raw: str, language: str, scale: str | None) -> str:
    """The number's value; one with zeros before it is a name, `00000002`, whose zeros count."""
    return raw if raw.startswith("00") and raw.isdigit() else canonical(raw, language, scale)


def _is_short_year(match: re.Match[str]) -> bool:
    """Whether a number is the year of `'19`."""
    if match.end() - match.start() != 2:
        return False
    before = match.string[max(0, match.start() - 2) : match.start()]
    return before[-1:] in ("'", "’") and not before[:-1].isalnum() and _NO_QUOTE.match(match.string, match.end()) is not None


def _exact(match: re.Match[str], kind: FactKind, value: str, unit: str = "") -> Fact:
    return Fact(kind=kind, value=value, unit=unit, raw=match[0], start=match.start(), end=match.end())
