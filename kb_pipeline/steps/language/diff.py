"""Word-level differences between two texts, in languages with and without spaces. No I/O."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from kb_pipeline.steps.language.words import words


class DiffPiece(NamedTuple):
    """A run of text that is the same, only in the new text, or only in the old one."""

    kind: Literal["same", "added", "removed"]
    text: str


def word_diff(old: str, new: str, language: str) -> Iterator[DiffPiece]:
    """The pieces that lead from `old` to `new`, in order. Joined `same` and `added` pieces are `new`, to the byte."""
    before, after = _tokens(old, language), _tokens(new, language)
    for tag, i, j, m, n in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield DiffPiece("same", "".join(after[m:n]))
            continue
        if i < j:
            yield DiffPiece("removed", "".join(before[i:j]))
        if m < n:
            yield DiffPiece("added", "".join(after[m:n]))


def _tokens(text: str, language: str) -> list[str]:
    """Words and what stands between them, so that nothing of `text` is lost."""
    tokens, at = [], 0
    for word in words(text, language):
        start = text.find(word, at)
        if start < 0:
            continue
        if start > at:
            tokens.append(text[at:start])
        tokens.append(word)
        at = start + len(word)
    if at < len(text):
        tokens.append(text[at:])
    return tokens
