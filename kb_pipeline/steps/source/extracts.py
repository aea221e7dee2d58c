"""What a small model is asked a question about: the sentences that one FAQ answers with, as they stand in the article. No I/O.

Nobody writes such an answer, so that nothing in it is invented. A sentence is one answer; with it go the sentence before, where
it points back to that ("It always ..."), and a list or a table as a whole, with the line that leads into it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from kb_pipeline.domain.articles import Sentence, SentenceKind
from kb_pipeline.domain.base import Value
from kb_pipeline.steps.language.definition_words import Wording
from kb_pipeline.steps.language.patterns import whole_words
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.source.generation import GenerationTask

LONGEST = 500  # characters of an answer, as a model that writes it itself may use
_LEADS = (":", "：")
_LISTED = (SentenceKind.ITEM, SentenceKind.ROW)
_STOPS = (".", "!", "?", "。", "！", "？")


class Extract(Value):
    """An answer that is an extract. `sources`: the places of its sentences in the chunk, from 1."""

    sources: tuple[int, ...]
    answer: str


def extracts(task: GenerationTask) -> tuple[Extract, ...]:
    """The answers of the chunk's sentences that no earlier call has seen."""
    sentences, language = task.chunk.sentences, task.chunk.language

    def answer(group: Sequence[int]) -> str:
        return _answer([sentences[place - 1] for place in group], language)

    fitting = chain.from_iterable(_fitting(group, sentences, answer) for group in _groups(sentences, language))
    fresh = (group for group in fitting if not set(group).isdisjoint(task.uncovered))
    return tuple(Extract(sources=tuple(group), answer=answer(group)) for group in fresh)


def _fitting(
    group: Sequence[int], sentences: Sequence[Sentence], answer: Callable[[Sequence[int]], str]
) -> Iterator[Sequence[int]]:
    """A group in parts whose answers are short enough; what leads into a list leads into each part."""
    lead = list(group[:1]) if sentences[group[0] - 1].claim.endswith(_LEADS) else []
    part = list[int]()
    for place in group:
        if part not in ([], lead) and len(answer([*part, place])) > LONGEST:
            yield part
            part = list(lead)
        part.append(place)
    yield part


def _groups(sentences: Sequence[Sentence], language: str) -> list[list[int]]:
    """The places of what belongs together, without lines that lead into nothing."""
    groups = list[list[int]]()
    for place, sentence in enumerate(sentences, 1):
        if groups and _goes_on(sentences[place - 2], sentence, language):
            groups[-1].append(place)
        else:
            groups.append([place])
    return [group for group in groups if not sentences[group[-1] - 1].claim.endswith(_LEADS)]


def _goes_on(before: Sentence, sentence: Sentence, language: str) -> bool:
    """Whether a sentence belongs to the one before it."""
    if sentence.kind in _LISTED:
        return before.kind is sentence.kind or before.claim.endswith(_LEADS)
    return before.kind is SentenceKind.TEXT is sentence.kind and _points_back(sentence.claim, language)


def _points_back(claim: str, language: str) -> bool:
    pattern = whole_words(Wording(words=language_of(language).pointing_back), re.IGNORECASE)
    return pattern is not None and pattern.match(claim) is not None


def _answer(sentences: Sequence[Sentence], language: str) -> str:
    """The sentences as one text: a list where they are items or rows, and no sentences."""
    listed = [sentence.claim for sentence in sentences if sentence.kind in _LISTED]
    if listed and not all(claim.endswith(_STOPS) for claim in listed):
        return "\n".join(f"- {s.claim}" if s.kind in _LISTED else f"{s.claim}\n" for s in sentences)
    return (" " if language_of(language).spaces else "").join(sentence.claim for sentence in sentences)
