"""Terms that reviewers' edits propose: what they replace again and again, and the source word it stands for. No I/O."""

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import Edit
from kb_pipeline.domain.markets import Term, TermStatus
from kb_pipeline.steps.language.diff import DiffPiece, word_diff
from kb_pipeline.steps.language.reader import everywhere, language_of
from kb_pipeline.steps.language.stems import stem, stop_words
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.language.words import composed, segments

_LONGEST = 40  # characters of a replaced run: more is a sentence written anew, not a term
_WORDS = 3  # words of a source term
_LEAST_CONFIDENCE = 0.5  # Dice: below it the source word is met more often without the replacement than with it
_END = DiffPiece("same", "\n")
_EXAMPLES = 3


class TermExample(Value):
    """One edit that shows the replacement."""

    source: str
    before: str
    after: str
    actor: str


class TermCandidate(Value):
    """A proposal: `source` is rendered as `preferred`, and no more as `forbidden`.

    `count`: edits that made the replacement, less those that made the opposite one. `confidence`: how exactly the source
    word and the replacement go together, as Dice's coefficient 2a / (2a + b + c) over the edited texts (Dice 1945), 0 to 1;
    `likelihood`: Dunning's log-likelihood ratio of the same table (Dunning 1993), above 3.84 for p < 0.05.
    """

    source: str
    source_lang: str
    preferred: str
    forbidden: str
    count: int
    people: tuple[str, ...]
    confidence: float
    likelihood: float
    examples: tuple[TermExample, ...]

    def terms(self) -> tuple[Term, Term]:
        """The two rows of the term base."""
        return (
            Term(source=self.source, target=self.preferred, status=TermStatus.PREFERRED, source_lang=self.source_lang),
            Term(source=self.source, target=self.forbidden, status=TermStatus.FORBIDDEN, source_lang=self.source_lang),
        )


class _Observed(NamedTuple):
    """One edited text: question or answer of one edit."""

    edit: int
    language: str
    phrases: dict[tuple[str, ...], str]  # stems -> as written
    replaced: frozenset[tuple[str, str]]
    example: TermExample


def mine(edits: Sequence[Edit], market: str, least: int = 2) -> tuple[TermCandidate, ...]:
    """What at least `least` edits replaced alike while their sources share a word; the most frequent first, then the surest."""
    observed = [text for number, edit in enumerate(edits) for text in _texts(number, edit, market)]
    by_pair: dict[tuple[str, str], list[_Observed]] = defaultdict(list)
    for text in observed:
        for pair in text.replaced:
            by_pair[pair].append(text)
    counts = {pair: len({text.edit for text in texts}) for pair, texts in by_pair.items()}
    found = []
    for (old, new), texts in by_pair.items():
        count = counts[old, new] - counts.get((new, old), 0)
        if count >= least and (candidate := _candidate(old, new, count, texts, observed)):
            found.append(candidate)
    return tuple(sorted(found, key=lambda c: (-c.count, -c.confidence, -c.likelihood, c.source, c.preferred)))


def replacements(old: str, new: str, language: str) -> Iterator[tuple[str, str]]:
    """The runs of words of `old` that `new` has other words for, without punctuation; no long runs, no changed numbers."""
    was, became = "", ""
    for piece in (*word_diff(composed(old), composed(new), language), _END):
        if piece.kind != "added":
            was += piece.text
        if piece.kind != "removed":
            became += piece.text
        if piece.kind != "same" or (piece.text.isspace() and "\n" not in piece.text):
            continue
        before, after = (_bare(text.removesuffix(piece.text)) for text in (was, became))
        was, became = "", ""
        if before.casefold() != after.casefold() and all(map(_wordy, (before, after))):
            yield before, after


def _bare(text: str) -> str:
    """`text` without the punctuation and white space around it, and without an article before it."""
    inside = [at for at, character in enumerate(text) if unicodedata.category(character)[0] not in "PSZC"]
    words = text[inside[0] : inside[-1] + 1].split(" ") if inside else []
    return " ".join(words[1:] if len(words) > 1 and words[0].lower() in _articles() else words)


@cache
def _articles() -> frozenset[str]:
    """The articles of all languages."""
    return frozenset(everywhere(lambda language: language.articles))


def _wordy(text: str) -> bool:
    return any(c.isalpha() for c in text) and not any(c.isdigit() for c in text) and len(text) <= _LONGEST


def _texts(number: int, edit: Edit, market: str) -> Iterator[_Observed]:
    if edit.source is None:
        return
    language, actor = edit.source.language, edit.decision.actor
    for part in ("question", "answer"):
        source, before, after = (getattr(t.text, part) for t in (edit.source, edit.before, edit.after))
        if before == after:
            continue
        yield _Observed(
            edit=number,
            language=language,
            phrases=_phrases(source, language),
            replaced=frozenset(replacements(before, after, market)),
            example=TermExample(source=source, before=before, after=after, actor=actor),
        )


def _candidate(
    old: str, new: str, count: int, texts: Sequence[_Observed], observed: Sequence[_Observed]
) -> TermCandidate | None:
    """The source phrase that goes best with the replacement: by Dice, then the longer one; None if none goes with it."""
    inside = Counter(phrase for text in texts for phrase in text.phrases)
    everywhere = Counter(phrase for text in observed for phrase in text.phrases)

    def dice(phrase: tuple[str, ...]) -> float:
        return 2 * inside[phrase] / (len(texts) + everywhere[phrase])

    shared = [phrase for phrase, n in inside.items() if n > 1]
    if not shared:
        return None
    best = max(shared, key=lambda phrase: (dice(phrase), len(phrase), phrase))
    if dice(best) < _LEAST_CONFIDENCE:
        return None
    holding = [text for text in texts if best in text.phrases]
    return TermCandidate(
        source=min((text.phrases[best] for text in holding), key=lambda written: (len(written), written)),
        source_lang=primary(holding[0].language),
        preferred=new,
        forbidden=old,
        count=count,
        people=tuple(sorted({text.example.actor for text in texts})),
        confidence=round(dice(best), 3),
        likelihood=round(_likelihood(len(holding), len(texts), everywhere[best], len(observed)), 2),
        examples=tuple(text.example for text in texts[:_EXAMPLES]),
    )


def _likelihood(both: int, pair: int, phrase: int, total: int) -> float:
    """Dunning's G² of a two-by-two table: texts with both, with the pair, with the phrase, and all texts."""
    cells = ((both, pair, phrase), (pair - both, pair, total - phrase), (phrase - both, total - pair, phrase),
             (total - pair - phrase + both, total - pair, total - phrase))  # fmt: skip
    return 2 * sum(n * math.log(n * total / (row * column)) for n, row, column in cells if n)


def _phrases(text: str, language: str) -> dict[tuple[str, ...], str]:
    """Runs of up to `_WORDS` words, by their stems; none begins or ends with a stop word or holds a number."""
    stop = stop_words(language)
    found: dict[tuple[str, ...], str] = {}
    run: list[str] = []
    for segment in (*segments(composed(text), language), "."):
        if segment.isspace():
            continue
        if not segment[0].isalpha():
            run = []
            continue
        run = [*run[-_WORDS + 1 :], segment.casefold()]
        for size in range(1, len(run) + 1):
            words = run[-size:]
            if not {words[0], words[-1]} & stop:
                joined = "" if not words[0].isascii() and not language_of(language).spaces else " "
                found.setdefault(tuple(map(stem, words)), joined.join(words))
    return found
