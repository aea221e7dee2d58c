"""Where sentences end inside one block of text. Rules by script, so that mixed text needs no language tag.

Latin and similar scripts end with a stop and a space; Chinese and Japanese with 。！？； and no space; Thai with a space
only, which pythainlp's crfcut (a CRF trained on TED talks) tells from the other spaces.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

LONGEST = 600  # characters of a sentence; longer pieces are cut at the best place inside
_LONGEST_GROUP = 300  # characters in brackets or quotes that are kept together
_CLOSERS = "\"'”’»)\\]}）】」』》〉"
_WIDE_END = re.compile(rf"[。！？；｡]+[{_CLOSERS}]*|…{{2,}}[{_CLOSERS}]*(?=[\u4e00-\u9fff])")
_END = re.compile(rf"(?P<stop>[.!?…]+)(?P<closers>[{_CLOSERS}]*)\s+")
_THAI = re.compile("[\u0e01-\u0e5b]")
_GROUPS = re.compile(
    "|".join(
        f"{re.escape(a)}[^{re.escape(a + b)}]{{0,{_LONGEST_GROUP}}}{re.escape(b)}"
        for a, b in ("()", "[]", "{}", "“”", "（）", "【】", "「」", "『』", "《》", "«»")
    )
    + r'|(?<!\w)"[^"\n]{1,200}"(?!\w)'
)
_ATOMS = re.compile(
    r"\{\{[^{}]{0,80}\}\}|<[^<>\n]{1,80}>|(?:https?://|www\.)[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"
    # a number and what it counts, a Thai abbreviation and its number
    r"|(?:\d(?:[\d.,]*\d)?|[฿$€£¥])\s+(?=(?:%|[a-zA-Z]{1,3}\b|น\.|บาท|วัน|ชั่วโมง|นาที|วินาที|เดือน|ปี|ครั้ง|ชิ้น|รายการ|คน|เท่า|ขั้นตอน))\S"
    r"|(?:พ\.ศ\.|ค\.ศ\.|[ก-ฮ]{1,2}\.[ก-ฮ]{1,2}\.|[№฿$€£¥]|\b(?:No|Nr|Nos|Fig|Sec|Ch|Vol|pp?|art)\.)\s+\d",
)
# Words that end with a stop inside a sentence. With a capital after it, only the first group holds it together.
_TITLES = re.compile(
    r"mrs?|ms|[dj]r|prof|st|sra?|srta|mme|mlle|fr|hr|rev|gen|col|lt|capt|sgt|e\.g|i\.e|z\.b|d\.h|p\.ej|p\.ex|vs|cf|al|approx|ca"
    r"|bzw|vgl|ggf|inkl|zzgl|n[ro]|nos|figs?|vol|pp|eds?|dept|est|min|max|incl|excl|tel|ext|ref",
    re.IGNORECASE,
)
_ENDABLE = re.compile(r"etc|inc|ltd|co|corp|llc|u\.s|u\.k|e\.u|[ap]\.m|usw|u\.a|ph\.d|b\.v|s\.a", re.IGNORECASE)
_STARTERS = re.compile(
    r"th(?:e|is|at|ese|ose|ere)|its?|if|you|your|we|our|they|s?he|i|an?|in|on|at|for|to|when|while|after|before|as|here|please|see"
    r"|note|click|select|go|use|do|der|die|das|wenn|sie|wir|el|l[aeo]s?|si|ils?|elle",
    re.IGNORECASE,
)
_MONTHS = re.compile(
    "januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|januari|februari|maret", re.IGNORECASE
)
# crfcut also cuts between a condition and its consequence, and before a conjunction; both leave half a claim.
_THAI_CONDITION = re.compile("หาก|ถ้า|เมื่อ|เพื่อ|ในกรณี|เนื่องจาก|หลังจาก|ก่อน|สำหรับ|ขณะ|แม้|ใน")
_THAI_CONJUNCTION = re.compile("และ|หรือ|แต่|ซึ่ง|โดย|ที่|เพื่อ|รวมทั้ง|รวมถึง|เช่น|ได้แก่|จึง|ก็|จะ|แล้ว|ตลอดจน|ว่า|ของ|กับ")
_WORD_BEFORE = re.compile(r"[^\s(\[{“\"'‘]+\Z")
_WORD_AFTER = re.compile(r"[\"'“‘(\[{¿¡*]*([^\W\d_]+)")


def sentence_spans(text: str, atoms: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end), white space around them left out; together they hold all the rest.

    Nothing is cut inside `atoms`, placeholders, URLs, a number and its unit, nor, if avoidable, brackets and quotes.
    """
    firm = [*atoms, *(m.span() for m in _ATOMS.finditer(text))]
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
    if _ENDABLE.fullmatch(last):
        return bool(_STARTERS.fullmatch(word))
    if last.isdecimal() and len(last) <= 2:  # a list's number, or a German day of the month
        return bool(text[: before.start() if before else 0].strip()) and not _MONTHS.fullmatch(word)
    is_initial = len(last) == 1 and last.isupper() and last != "I"
    return not _TITLES.fullmatch(last) and not is_initial


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
    is_half = bool(_THAI_CONDITION.match(before)) and " " not in before
    is_bound = bool(_THAI_CONJUNCTION.match(after, 1)) or after[1].isdigit() or after[1] in "ๆฯ)]}%,.:;"
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
