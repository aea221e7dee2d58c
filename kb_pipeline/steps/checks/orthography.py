"""How the market's language is written: punctuation, and in Thai marks that were lost or cannot stand where they do."""

import re
from collections.abc import Iterator

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.language.prose import NO_BRACKETS
from kb_pipeline.steps.language.thai_marks import lost_marks

_THAI = re.compile("[\u0e01-\u0e4e]{4}")
# Two tone marks, two vowels on one letter, a vowel above or below after a tone mark or after a leading vowel: no reading.
_IMPOSSIBLE = re.compile(
    "[\u0e31\u0e34-\u0e3a\u0e40-\u0e44\u0e47-\u0e4b]"  # the first of the two, whichever: one set is quick to look for
    "(?:(?<=[\u0e48-\u0e4b])[\u0e31\u0e34-\u0e3a\u0e48-\u0e4b]"
    "|(?<=[\u0e31\u0e34-\u0e39\u0e47])[\u0e31\u0e34-\u0e39\u0e47]"
    "|(?<=[\u0e40-\u0e44])[\u0e31\u0e33-\u0e3a\u0e47-\u0e4c])"
)
_THAI_STOP = re.compile(  # the stop first, which is quick to look for, then what is before it
    r"\.(?<=[\u0e01-\u0e30\u0e32-\u0e4e\u0e46]\.)(?<![\s.][\u0e01-\u0e2e]\.)(?<![\s.][\u0e01-\u0e2e]{2}\.)(?<!ฯ\.)(?=\s|\*\*|$)"
)
_ABBREVIATION = re.compile(r"(?:^|[\s(.\d*])[\u0e01-\u0e2e\u0e40-\u0e44]{1,3}[\u0e30-\u0e3a\u0e47-\u0e4c]?\.\Z")
_WIDE = re.compile("[。，！？；：、]")
_WIDE_OR_TWO = re.compile("[.,;:!?，、；：。！？](?:(?<=[。，！？；：、])|[.,;:!?，、；：。])")
_DOUBLED = re.compile(
    r"(?<![.!?,;:])(?P<mark>[,;:!?，、；：]|[。])(?P=mark)+(?![!?.,])|(?<=[^\s.])\.\.(?![./\\\w])|(?<=\w)[,;]\.(?=\s|$)"
)
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"), ("「", "」"), ("『", "』"), ("（", "）"), ("«", "»"), ("„", "“"))


@rule("punctuation", MqmCategory.LOCALE, Severity.MINOR)
def punctuation(subject: Subject) -> Iterator[Flaw]:
    """The market's marks: no full stop where sentences end with a space, no Chinese marks in other scripts, none doubled."""
    conventions = subject.market.conventions
    for part, text in subject.parts():
        if not conventions.full_stop and "." in text:
            for match in _THAI_STOP.finditer(text):
                if not _ABBREVIATION.search(text[max(0, match.start() - 6) : match.end()]):
                    yield Flaw("sentences end with a space here, not with a full stop", part, match.span(), "")
        if not _WIDE_OR_TWO.search(text):
            continue
        for match in () if _is_wide(conventions.scripts) else _WIDE.finditer(text):
            if match[0] not in subject.source_text or not subject.same_language:
                yield Flaw(f"'{match[0]}' is a mark of another script", part, match.span(), _NARROW.get(match[0]))
        for match in _DOUBLED.finditer(text):
            if match[0] not in subject.source_text:
                yield Flaw(f"'{match[0]}' is doubled; write '{match[0][0]}'", part, match.span(), match[0][0])
    yield from _unbalanced(subject)


_NARROW = {"。": ".", "，": ",", "！": "!", "？": "?", "；": ";", "：": ":", "、": ","}


def _is_wide(scripts: tuple[str, ...]) -> bool:
    return not {"Hani", "Hans", "Hant", "Kana", "Hira", "Jpan"}.isdisjoint(scripts)


def _unbalanced(subject: Subject) -> Iterator[Flaw]:
    """Brackets and quotation marks that open and do not close, if the source's all do."""
    source, target = subject.source_text, subject.target_text
    for opening, closing in _PAIRS:
        if target.count(opening) == target.count(closing):
            continue
        texts = [NO_BRACKETS.sub("", text) for text in (source, target)]
        own, there = ((text.count(opening), text.count(closing)) for text in texts)
        if own[0] == own[1] and there[0] != there[1] and not (opening == "“" and "„" in target) and opening != "„":
            yield Flaw(f"{opening} and {closing} do not pair: {there[0]} open, {there[1]} close")


@rule("lost-marks", MqmCategory.LINGUISTIC, Severity.MAJOR)
def missing_marks(subject: Subject) -> Iterator[Flaw]:
    """Thai words with all their vowel and tone marks, and no mark where none can stand."""
    for part, text in subject.parts():
        if not _THAI.search(text):
            continue
        for match in _IMPOSSIBLE.finditer(text):
            yield Flaw(
                f"'{text[max(0, match.start() - 3) : match.end() + 2]}': these marks cannot stand together", part, match.span()
            )
        for repair in lost_marks(text):
            message = f"'{text[repair.start : repair.end]}' lacks a mark; write '{repair.word}'"
            yield Flaw(message, part, (repair.start, repair.end), repair.word)
