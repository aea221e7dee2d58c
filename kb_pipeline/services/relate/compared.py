"""Texts with the vectors that they are compared by."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from kb_pipeline.domain.entries import Entry
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.ports.models import Embedder
from kb_pipeline.steps.relate.compared import ComparedEntry

_BATCH = 256  # texts embedded between two signs of progress


class EntryText(NamedTuple):
    """A text of an entry that stands, or that would."""

    entry_id: str
    source_faq_id: str | None
    language: str
    text: FaqText

    @classmethod
    def of(cls, entry: Entry) -> "EntryText":
        """The text of an entry as it stands."""
        return cls(entry.id, entry.source_faq_id, entry.language, entry.text)


def compared(
    texts: Sequence[EntryText], embedder: Embedder, done: Callable[[str], None] = lambda _: None
) -> list[ComparedEntry]:
    """The texts with their vectors, embedded in batches; `done` is called once for each. Raises what the embedder raises."""
    entries: list[ComparedEntry] = []
    for first in range(0, len(texts), _BATCH):
        batch = texts[first : first + _BATCH]
        questions = embedder.embed([q for *_, text in batch for q in (text.question, *text.phrasings)], "query")
        answers = embedder.embed([text.answer for *_, text in batch], "passage")
        at = 0
        for (key, source, language, text), answer in zip(batch, answers, strict=True):
            own = questions[at : at + 1 + len(text.phrasings)]
            at += len(own)
            entries.append(ComparedEntry(key, source, language, text, own, answer))
            done(text.question)
    return entries
