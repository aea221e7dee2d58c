"""What a model answers when it localizes. Names, docstrings and fields are part of every call's fingerprint."""

from pydantic import Field

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.sayable import writable


class LocalizedFaq(Value):
    """The model's answer for one entry."""

    question: str = Field(min_length=2, max_length=160)
    answer: str = Field(min_length=2, max_length=700)
    phrasings: tuple[str, ...] = Field(max_length=2)

    def text(self) -> FaqText:
        """As the text of an entry, trimmed, without repeated phrasings."""
        question, answer, *others = (writable(text).strip() for text in (self.question, self.answer, *self.phrasings))
        phrasings = dict.fromkeys(phrasing for phrasing in others if phrasing)
        phrasings.pop(question, None)
        return FaqText(question=question, answer=answer, phrasings=tuple(phrasings))


class LocalizedSentence(Value):
    """The model's answer for one piece of an approved entry."""

    text: str = Field(min_length=1, max_length=700)
