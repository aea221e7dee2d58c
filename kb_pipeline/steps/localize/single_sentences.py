"""A text in the single sentences that a small model is asked for, and together again. No I/O.

A sentence ends at its stop, at the end of a line, and at a semicolon where the market writes no stops. "Yes." and "No." stay
with what follows: what they are in another language depends on that. Marks of lists, quotes and headings stay outside, they are
not translated.
"""

import re
from collections.abc import Callable, Sequence

from kb_pipeline.domain.base import Value
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.localize.alignment import split

_LINE_MARK = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,3}[.)]|#{1,6}|>)[ \t]+)+")
_SEMICOLON = re.compile(r"(?<=[;；])\s*(?=\S)")
_SEMICOLONS = "；;"


class Single(Value):
    """A sentence; `before` stands before it and is no part of it: white space, a list's mark."""

    before: str
    text: str


class Singles(Value):
    """A text in single sentences; `after` stands behind the last one."""

    sentences: tuple[Single, ...]
    after: str = ""

    def rendered(self, render: Callable[[str], str], gap: str) -> str:
        """The text with each sentence as `render` gives it. `gap` stands between two sentences on one line."""
        text = ""
        for single in self.sentences:
            text += (single.before if "\n" in single.before or not text else gap) + render(single.text)
        return text + self.after


def single_sentences(text: str, language: str, *, at_semicolons: bool) -> Singles:
    """The sentences of Markdown `text`, which is in `language`."""
    cut = split(text)
    found = list[Single]()
    for gap, sentence in zip(cut.gaps, cut.sentences, strict=False):
        first, *others = _SEMICOLON.split(sentence) if at_semicolons else [sentence]
        before = gap
        if (not found or "\n" in gap) and (mark := _LINE_MARK.match(first)) and mark.end() < len(first):
            before, first = gap + mark[0], first[mark.end() :]
        found.append(Single(before=before, text=first))
        found += [Single(before=" ", text=other) for other in others]
    if at_semicolons:
        found = [single.model_copy(update={"text": single.text.rstrip(_SEMICOLONS)}) for single in found]
    return Singles(sentences=_joined(found, language), after=cut.gaps[-1])


def _joined(found: Sequence[Single], language: str) -> tuple[Single, ...]:
    """`found`, a verdict and what follows it on the line as one."""
    verdict = language_of(language).verdict
    verdicts = {*verdict.yes, *verdict.no} if verdict else set()
    joined = list[Single]()
    for single in found:
        last = joined[-1].text if joined else ""
        if "\n" not in single.before and last.strip(" .,!。！，").lower() in verdicts:
            joined[-1] = joined[-1].model_copy(update={"text": f"{last}{single.before}{single.text}"})
        else:
            joined.append(single)
    return tuple(joined)


def without_stop(sentence: str, tag: str) -> str:
    """A sentence of a market that writes no full stop, without the one that a model writes all the same."""
    bare = sentence.removesuffix(".")
    abbreviations = (word for word in language_of(tag).sentence_ends.counted if word.endswith("."))
    return sentence if bare.endswith(".") or sentence.endswith(tuple(abbreviations)) else bare


def gap_between(tag: str, *, full_stop: bool) -> str:
    """What stands between two sentences in the market's language: nothing where a stop needs no space behind it."""
    return "" if full_stop and not language_of(tag).spaces else " "
