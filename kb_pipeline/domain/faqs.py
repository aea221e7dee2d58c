"""FAQs: the source FAQ in the article's language, and each market's entry with its immutable revisions."""

from functools import cached_property

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.base import Value, comparison_key, fingerprint


class Usage(Value):
    """What a model call used. `cost` is in US dollars; None when the model's price is unknown."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None

    def __add__(self, other: "Usage") -> "Usage":
        """The sum; its cost is unknown as soon as one cost is."""
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cost=None if self.cost is None or other.cost is None else self.cost + other.cost,
        )


class Provenance(Value):
    """How a text came to be. All empty for imported entries; `actor` is set for a person's text."""

    prompt: str = ""  # `id@version`
    prompt_fingerprint: str = ""
    model: str = ""
    pack_fingerprint: str = ""
    source_revision: int = 0
    run_id: str = ""
    actor: str = ""
    calls: tuple[str, ...] = ()  # fingerprints of the model calls, in order
    usage: Usage = Usage()


class FaqText(Value):
    """A question, its answer (Markdown) and other ways to ask it."""

    question: str
    answer: str
    phrasings: tuple[str, ...] = ()

    @cached_property
    def hash(self) -> str:
        """Identity of the text, to the byte."""
        return fingerprint(self.question, self.answer, list(self.phrasings), length=64)


class SourceFaq(Value):
    """A grounded question and answer in the article's language: the one thing every market's entry is localized from."""

    id: str
    article_id: str
    language: str
    revision: int
    text: FaqText
    citations: tuple[Citation, ...]
    topics: tuple[str, ...] = ()
    provenance: Provenance
    retired: bool = False

    @staticmethod
    def identity(article_id: str, question: str, citations: tuple[Citation, ...]) -> str:
        """The id of a FAQ at its birth; it stays through all revisions, whatever becomes of the question."""
        cited = sorted(c.sentence_hash for c in citations)
        return fingerprint("source_faq", article_id, comparison_key(question).casefold(), cited)


class Revision(Value):
    """The immutable text of an entry in one market."""

    entry_id: str
    market: str
    language: str
    text: FaqText
    citations: tuple[Citation, ...] = ()
    provenance: Provenance

    @cached_property
    def id(self) -> str:
        """Identity: the entry, its text, and what it cites."""
        return fingerprint(self.entry_id, self.text.hash, [c.sentence_hash for c in self.citations])


def entry_id(market: str, origin: str) -> str:
    """The id of a market's entry; `origin` is its source FAQ's id, or the question for an imported entry."""
    return fingerprint("entry", market, origin)
