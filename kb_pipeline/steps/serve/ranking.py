"""What is found by meaning and by words, as one ranking of entries and how sure it is. No I/O; indexes live in adapters."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb_pipeline.domain.answers import Agreement
from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import TextPart
from kb_pipeline.domain.index import Found
from kb_pipeline.ports.models import TextRole
from kb_pipeline.steps.language.scripts import scripts_of
from kb_pipeline.steps.language.stems import stem, stop_words
from kb_pipeline.steps.language.words import words

# As which side of a search a text is embedded. Customers' questions are "query"; see docs/adr/0008-retrieval.md.
ROLE_OF: dict[TextPart, TextRole] = {TextPart.QUESTION: "query", TextPart.PHRASING: "query", TextPart.ANSWER: "passage"}

# What one point of BM25 adds to a cosine. Chosen on one half of six sets of questions; docs/adr/0008-retrieval.md.
LEXICAL_WEIGHT = 0.002
# Of the confidence, for the embedded embedder. Fitted by `python benchmarks/retrieval.py --calibrate` on half of 5,628 English
# and Thai questions, of which three in ten have their entry in the release; for the other half see docs/benchmarks.md.
INTERCEPT, DENSE, LEAD, COVERAGE, FOREIGN = -22.3, 20.1, 75.4, 3.2, 4.0

_SARA_AM, _DECOMPOSED_SARA_AM = "\u0e33", "\u0e4d\u0e32"


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry in the ranking. `dense`: its best cosine, or the lowest one seen if only its words were found."""

    entry_id: str
    dense: float
    lexical: float = 0.0  # BM25; 0 when its words were not found

    @property
    def fused(self) -> float:
        """What it is ranked by: a cosine that grows with the words in common."""
        return self.dense + LEXICAL_WEIGHT * self.lexical


@lru_cache(maxsize=16384)
def search_words(text: str, language: str) -> tuple[str, ...]:
    """The words that the lexical index compares, in order and with repeats: segmented, lower case, English ones stemmed.

    Stop words are left out, the English ones in every language: texts and questions of all markets mix English in.
    """
    stop = stop_words(language) | stop_words("en")
    key = comparison_key(text).replace(_DECOMPOSED_SARA_AM, _SARA_AM)  # the segmenter's dictionary knows the composed one
    found = (word.casefold() for word in words(key, language))
    return tuple(stem(word) for word in found if word not in stop)


def rank(dense: Iterable[Found], lexical: Iterable[Found]) -> list[Ranked]:
    """The entries of both lists, best first. An entry counts once, by its best text.

    Words add to a score and never take an entry away: one that was found by meaning alone stays.
    """
    cosines, scores = _best(dense), _best(lexical)
    lowest = min(cosines.values(), default=0.0)
    ranked = [Ranked(id_, cosines.get(id_, lowest), scores.get(id_, 0.0)) for id_ in cosines.keys() | scores.keys()]
    return sorted(ranked, key=lambda r: (-r.fused, -r.dense, r.entry_id))


def lead_of(found: Ranked, ranked: Sequence[Ranked]) -> float:
    """How far an entry is ahead of the best other one; negative if it is not the first, 0 if there is no other."""
    other = next((r for r in ranked if r.entry_id != found.entry_id), found)
    return found.fused - other.fused


class Judged(NamedTuple):
    """An entry of the ranking, how it stands to the question, and how far it is ahead of its rivals."""

    found: Ranked
    agreement: Agreement
    lead: float


def judged_by(agreements: Mapping[str, Agreement], ranked: Sequence[Ranked]) -> list[Judged]:
    """The ranking, vetoed entries behind the others. Only an entry that has what was asked for is ahead of a vetoed rival."""
    stands = {found.entry_id: agreements.get(found.entry_id, Agreement.SILENT) for found in ranked}
    fitting = [found for found in ranked if not stands[found.entry_id].is_veto]
    judged = (
        Judged(found, of, lead_of(found, fitting if of is Agreement.AGREES else ranked))
        for found in ranked
        for of in (stands[found.entry_id],)
    )
    return sorted(judged, key=lambda one: one.agreement.is_veto)


def _best(found: Iterable[Found]) -> dict[str, float]:
    best: dict[str, float] = {}
    for hit in found:
        best[hit.entry_id] = max(hit.score, best.get(hit.entry_id, -math.inf))
    return best


def coverage(question: str, language: str, text: FaqText) -> float | None:
    """Which share of the question's words the entry has, in any of its texts; None when they are in two scripts.

    `language` is the entry's. Of a Thai question and an English answer the words in common say nothing; a question without
    letters (a face, `5/5`) has no words at all.
    """
    if not _script(question):
        return 0.0
    if _script(question) != _script(text.question + text.answer):
        return None
    asked = frozenset(search_words(question, language))
    return len(asked & _words_of(text, language)) / len(asked) if asked else 0.0


@lru_cache(maxsize=16384)
def _words_of(text: FaqText, language: str) -> frozenset[str]:
    parts = (text.question, *text.phrasings, plain(text.answer))
    return frozenset(word for part in parts for word in search_words(part, language))


@lru_cache(maxsize=16384)
def _script(text: str) -> str:
    """The script of most letters, all of the Japanese and Chinese ones as one."""
    scripts = scripts_of(text)
    most = max(scripts, key=lambda script: (scripts[script], script), default="")
    return "Hani" if most in {"Hira", "Kana"} else most


def confidence(dense: float, lead: float, shared: float | None) -> float:
    """How likely an entry answers the question, from 0 to 1, cautiously: one wrong answer weighs as three abstentions.

    A logistic of its best cosine, its lead (see `lead_of`) and the share of the question's words that it has (None: they
    cannot be compared).
    """
    words_say = FOREIGN if shared is None else COVERAGE * shared
    return 1 / (1 + math.exp(-(INTERCEPT + DENSE * dense + LEAD * lead + words_say)))


@lru_cache(maxsize=4096)
def plain(markdown: str) -> str:
    """What a reader sees of an answer's Markdown: no marks, no link targets; list items keep their number or dash."""
    lines: list[str] = []
    mark, numbers, row = "", list[int](), False
    for token in _parser().parse(markdown):
        if token.type == "ordered_list_open":
            numbers.append(int(token.attrGet("start") or 1))
        elif token.type == "bullet_list_open":
            numbers.append(-1)
        elif token.type in {"ordered_list_close", "bullet_list_close"}:
            numbers.pop()
        elif token.type == "list_item_open":
            mark = "- " if numbers[-1] < 0 else f"{numbers[-1]}. "
            numbers[-1] += numbers[-1] >= 0
        elif token.type in {"tr_open", "tr_close"}:
            row = token.type == "tr_open"
            mark = ""
        elif text := _visible(token):
            if row and mark:
                lines[-1] += mark + text
            else:
                lines.append(mark + text)
            mark = " | " if row else ""
    return "\n".join(lines)


_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_BREAK = re.compile(r"<br */?>", re.IGNORECASE)


def _visible(token: Token) -> str:
    if token.type in {"fence", "code_block"}:
        return token.content.strip("\n")
    if token.type == "html_block":
        return _TAG.sub("", token.content).strip()
    return "".join(_inline(child) for child in token.children or ()).strip()


def _inline(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"} or _BREAK.fullmatch(token.content):
        return "\n"
    return "" if token.type == "html_inline" else token.content


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")
