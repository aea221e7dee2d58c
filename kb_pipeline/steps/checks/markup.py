"""The form that the source gives its text: bold, headings, lists, tables, code fences, link structure. Markdown only."""

import re
from collections import Counter
from collections.abc import Iterator

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import ANSWER, QUESTION, Flaw, Place, Subject, rule
from kb_pipeline.steps.language.prose import NO_BOLD, blanked

_BOLD = re.compile(r"\*\*")
_PAIR = re.compile(r"\*\*(?P<inner>[^*\n]*(?:\*(?!\*)[^*\n]*)*)\*\*")
_HEADING = re.compile(r"^[ \t>]*(#{1,6})[ \t]", re.MULTILINE)
_RULER = re.compile(r"^[ \t>]*\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+", re.MULTILINE)
_LINK = re.compile(r"\]\(")
_TAG = re.compile(
    r"<(?P<name>/?(?:a|abbr|b|code|em|i|li|ol|p|pre|span|strong|sub|sup|table|td|th|tr|u|ul))\b"
    r"(?:[^<>]*?\b(?:href|src)\s?=\s?(?P<address>\"[^\">]*\"|'[^'>]*'|[^\s>]*))?[^<>]*>",
    re.IGNORECASE,
)
_ANCHOR = re.compile(r"<a\b(?![^<>]*href)[^<>]*(?:/>|>\s*</a>)", re.IGNORECASE)  # a place to jump to, which nobody reads
_FENCE = re.compile(r"^[ \t>]*```", re.MULTILINE)
_STRUCTURE = (
    ("heading marks", "#", _HEADING),
    ("table rulers", "--", _RULER),
    ("code fences", "```", _FENCE),
    ("link targets", "](", _LINK),
)


@rule("markdown", MqmCategory.DESIGN, Severity.MAJOR)
def markdown(subject: Subject) -> Iterator[Flaw]:
    """Markup is whole and is the source's: pairs are closed and stand at their words, headings, tables, links remain."""
    source, target = subject.source_text, subject.target_text
    for name, sign, pattern in _STRUCTURE:
        if source.count(sign) == target.count(sign):
            continue
        wanted, there = len(pattern.findall(source)), len(pattern.findall(target))
        if wanted != there:
            yield Flaw(f"the text has {there} {name}, the source {wanted}; keep the source's Markdown")
    if "<" in source:
        yield from _tags(source, target)
    marks = target.count("**")
    if (
        (marks and any(_is_shifted(match["inner"]) for match in _PAIR.finditer(target)))
        or marks % 2
        or marks != source.count("**")
    ):
        yield from _bold(source, target, subject)


def _tags(source: str, target: str) -> Iterator[Flaw]:
    """Tags of HTML that one side has more often, each with the address that it leads to."""
    wanted, there = (Counter(map(_tag, _TAG.finditer(_ANCHOR.sub("", text)))) for text in (source, target))
    for tag in dict.fromkeys((*(wanted - there), *(there - wanted))):
        yield Flaw(f"the tag <{tag}> stands {there[tag]} times, in the source {wanted[tag]}; keep the source's tags")


def _tag(match: re.Match[str]) -> str:
    return f"{match['name'].lower()} {match['address']}" if match["address"] else match["name"].lower()


def _bold(source: str, target: str, subject: Subject) -> Iterator[Flaw]:
    wanted, there = (blanked(text, NO_BOLD) for text in (source, target))
    bold, own = len(_BOLD.findall(there)), len(_BOLD.findall(wanted))
    if bold % 2 and own % 2 == 0:
        yield Flaw("a ** has no partner; close what is bold, as in the source")
    elif bold // 2 < own // 2:
        yield Flaw(
            f"{own // 2 - bold // 2} of {own // 2} bold texts are no longer bold; keep the source's", severity=Severity.MINOR
        )
    if bold % 2 or any(_is_shifted(match["inner"]) for match in _PAIR.finditer(wanted)):
        return
    for part, text in _own_parts(subject):
        for match in _PAIR.finditer(blanked(text, NO_BOLD)):
            inner = text[match.start() + 2 : match.end() - 2]
            if _is_shifted(inner):
                fix = f"**{inner.strip()}**" if inner.strip() else None
                yield Flaw(f"'{match[0][:60]}' is not bold as it stands; put the ** at the words", part, match.span(), fix)


def _own_parts(subject: Subject) -> Iterator[tuple[Place, str]]:
    yield QUESTION, subject.target.question
    yield ANSWER, subject.target.answer


def _is_shifted(inner: str) -> bool:
    """Whether white space stands inside the marks, where Markdown does not take them for bold."""
    return inner != inner.strip()
