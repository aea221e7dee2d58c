"""Where sentences end inside one block of text. Rules by script, so that mixed text needs no language tag.

The words that the rules need (abbreviations, months) are those of all languages' files together.

Latin and similar scripts end with a stop and a space; Chinese and Japanese with 。！？； and no space; Thai with a space
only, which pythainlp's crfcut (a CRF trained on TED talks) tells from the other spaces.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from kb_pipeline.steps.language.patterns import any_of
from kb_pipeline.steps.language.prose import UNCUT
from kb_pipeline.steps.language.reader import everywhere

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

LONGEST = 600  # characters of a sentence; longer pieces are cut at the best place inside
_LONGEST_GROUP = 300  # characters in brackets or quotes that are kept together
_CLOSERS = "\"'”’»)\\]}）】」』》〉"
_WIDE_END = re.compile(rf"[。！？；｡]+[{_CLOSERS}]*|…{{2,}}[{_CLOSERS}]*(?=[\u4e00-\u9fff])")
_END = re.compile(rf"(?P<stop>[.!?…]+)(?P<closers>[{_CLOSERS}]*)\s+")
_THAI = re.compile("[\u0e01-\u0e5b]")
_SIGNS = "฿$€£¥"
_GROUPS = re.compile(
    "|".join(
        f"{re.escape(a)}[^{re.escape(a + b)}]{{0,{_LONGEST_GROUP}}}{re.escape(b)}"
        for a, b in ("()", "[]", "{}", "“”", "（）", "【】", "「」", "『』", "《》", "«»")
    )
    + r'|(?<!\w)"[^"\n]{1,200}"(?!\w)'
)
_WORD_BEFORE = re.compile(r"[^\s(\[{“\"'‘]+\Z")
_WORD_AFTER = re.compile(r"[\"'“‘(\[{¿¡*]*([^\W\d_]+)")


class _Words(NamedTuple):
    """What all languages say of sentence ends; `SentenceEnds` says what each is. `atoms`: inside of these no sentence ends."""

    abbreviations: frozenset[str]
    may_end: frozenset[str]
    starters: frozenset[str]
    months: frozenset[str]
    conditions: tuple[str, ...]
    conjunctions: tuple[str, ...]
    atoms: re.Pattern[str]


@cache
def _words() -> _Words:
    counted = any_of(everywhere(lambda language: language.sentence_ends.counted))
    before_number = any_of(everywhere(lambda language: language.sentence_ends.before_number))
    number = rf"(?:\d(?:[\d.,]*\d)?|[{_SIGNS}])\s+(?=(?:%|[a-zA-Z]{{1,3}}\b|{counted}))\S"
    numbered = rf"(?:[ก-ฮ]{{1,2}}\.[ก-ฮ]{{1,2}}\.|[№{_SIGNS}]|\b(?:{before_number}))\s+\d"  # a Thai abbreviation: พ.ศ.
    return _Words(
        abbreviations=frozenset(everywhere(lambda language: language.sentence_ends.abbreviations)),
        may_end=frozenset(everywhere(lambda language: language.sentence_ends.may_end)),
        starters=frozenset(everywhere(lambda language: language.sentence_ends.starters)),
        months=frozenset(everywhere(lambda language: language.sentence_ends.months)),
        conditions=everywhere(lambda language: language.sentence_ends.conditions),
        conjunctions=everywhere(lambda language: language.sentence_ends.conjunctions),
        atoms=re.compile(f"{UNCUT}|{number}|{numbered}"),
    )


def sentence_spans(text: str, atoms: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end), white space around them left out; together they hold all the rest.

    Nothing is cut inside `atoms`, placeholders, URLs, a number and its unit, nor, if avoidable, brackets and quotes.
    """
    firm = [*atoms, *(m.span() for m in _words().atoms.finditer(text))]
    loose = [*firm, *(m.span() for m in _GROUPS.finditer(text))]
    spans: list[tuple[int, int]] = []
    for start, end in _between(text, _outside(_ends(text), loose)):
        if end - start <= LONGEST:
            spans.append((start, end))
            continue
        inner = _outside(_ends(text[start:end]), [(a - start, b - start) for a, b in firm])
        for a, b in _between(text[start:end], inner):
            spans += [(start + a + c, start + a + d) for c, d in _cut(text[start + a : start + b])]
    return spans


def _between(text: str, ends: list[int]) -> list[tuple[int, int]]:
    """The pieces between the boundaries, stripped, empty ones left out."""
    spans = []
    for start, end in zip([0, *ends], [*ends, len(text)], strict=True):
        piece = text[start:end]
        if stripped := piece.strip():
            first = start + piece.index(stripped[0])
            spans.append((first, first + len(stripped)))
    return spans


def _outside(ends: list[int], kept: Sequence[tuple[int, int]]) -> list[int]:
    """`ends` without those inside a kept range; one sweep over both."""
    found, reach, waiting = [], 0, sorted(kept, reverse=True)
    for end in ends:
        while waiting and waiting[-1][0] < end:
            reach = max(reach, waiting.pop()[1])
        if end >= reach:
            found.append(end)
    return found


def _ends(text: str) -> list[int]:
    """Offsets at which a new sentence may begin."""
    ends = {match.end() for match in _WIDE_END.finditer(text)}
    ends |= {match.end() for match in _END.finditer(text) if _is_end(text, match)}
    if _THAI.search(text):
        ends |= set(_thai_ends(text))
    return sorted(ends)


def _is_end(text: str, match: re.Match[str]) -> bool:
    """Whether a stop and a space end a sentence."""
    following = _WORD_AFTER.match(text, match.end())
    word = following.group(1) if following else ""
    if word[:1].islower() or text[match.end() : match.end() + 1] in ",;:)":
        return False
    if match["stop"] != ".":
        return True
    before = _WORD_BEFORE.search(text, max(0, match.start() - 40), match.start())
    last = before.group() if before else ""
    words = _words()
    if last.lower() in words.may_end:
        return word.lower() in words.starters
    if last.isdecimal() and len(last) <= 2:  # a list's number, or a German day of the month
        return bool(text[: before.start() if before else 0].strip()) and word.lower() not in words.months
    is_initial = len(last) == 1 and last.isupper() and last != "I"
    return last.lower() not in words.abbreviations and not is_initial


def _thai_ends(text: str) -> list[int]:
    """Crfcut's boundaries, as far as they stand at a space and not before a number."""
    if not re.search(r"\s\S", text.strip()):
        return []
    from pythainlp.tokenize import sent_tokenize  # noqa: PLC0415  loads its dictionary and model

    ends, begin, position = [], 0, 0
    flat = re.sub(r"\s", " ", text)
    for sentence in cast("list[str]", sent_tokenize(flat, engine="crfcut", keep_whitespace=True)):
        position += len(sentence)
        while position < len(text) and flat[position] == " ":
            position += 1
        if position < len(text) and _is_thai_end(flat[begin:position].strip(), flat[position - 1 : position + 12]):
            ends.append(position)
            begin = position
    return ends


def _is_thai_end(before: str, after: str) -> bool:
    """Whether one Thai sentence ends and another begins; `after` starts with the character in between."""
    words = _words()
    is_half = before.startswith(words.conditions) and " " not in before
    is_bound = after.startswith(words.conjunctions, 1) or after[1].isdigit() or after[1] in "ๆฯ)]}%,.:;"
    return after[0] == " " and not is_half and not is_bound


def _cut(text: str) -> list[tuple[int, int]]:
    """`text` in pieces of at most LONGEST characters, cut at the best separator; nothing is lost."""
    if len(text) <= LONGEST:
        return [(0, len(text))]
    spans, position = [], 0
    for piece in _splitter().split_text(text):
        spans += [(position + a, position + b) for a, b in _between(piece, [])]
        position += len(piece)
    return spans


@cache
def _splitter() -> "RecursiveCharacterTextSplitter":
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: PLC0415  0.5 s, for long pieces only

    return RecursiveCharacterTextSplitter(
        chunk_size=LONGEST,
        chunk_overlap=0,
        separators=["\n", "; ", "；", "，", "、", ", ", " ", "\u200b", ""],
        keep_separator="end",
        strip_whitespace=False,
    )
