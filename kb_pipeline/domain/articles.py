"""Articles and what they are split into: sentences (the unit of provenance) and chunks (what a prompt sees)."""

from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field

from kb_pipeline.domain.base import Value, comparison_key, fingerprint


class FrontMatter(Value):
    """The keys of an article's front matter that we know. `extra` keeps the rest as text, so that nothing is lost."""

    id: str | None = None
    title: str | None = None
    lang: str | None = None
    markets: tuple[str, ...] = ()  # empty: every market
    topics: tuple[str, ...] = ()
    owner: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    extra: dict[str, str] = Field(default_factory=dict)


class Article(Value):
    """One source document. `body` is Markdown, whatever the file was; `path` is relative to the source folder."""

    id: str
    language: str  # BCP-47
    title: str
    body: str
    path: str
    content_hash: str  # of the file's bytes
    front_matter: FrontMatter = FrontMatter()

    def is_for(self, market: str) -> bool:
        """Whether the article's front matter lets it into `market`."""
        return not self.front_matter.markets or market in self.front_matter.markets


# Left out of the stored form where there is none: what was stored before stays as it is, to the byte.
LeadIn = Annotated[tuple[str, ...], Field(exclude_if=lambda lead_in: not lead_in)]


class SentenceKind(StrEnum):
    """Where in the document's structure a sentence stands."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"  # of a list
    TABLE_HEAD = "table_head"
    ROW = "row"
    CODE = "code"


class Sentence(Value):
    """The addressable claim of an article.

    `text` is what a reader sees of it (a row's cells joined by ` | `). `claim` is what a prompt sees and what is hashed:
    the same with strong emphasis as Markdown (`tap **Orders**`: how an article names the app's labels), and with column names
    in table rows (`Method: Wallet; Refund time: at once`).
    `start` and `end` are character offsets into the article's body. `lead_in` is what a list item stands under, the outermost
    first: the sentence with a colon before its list (`Orders are cancelled when:`), the items around it. It is context, no part
    of the claim: it changes no hash.
    """

    article_id: str
    ordinal: int
    kind: SentenceKind
    text: str
    claim: str
    heading_path: tuple[str, ...] = ()
    lead_in: LeadIn = ()
    start: int
    end: int

    @cached_property
    def hash(self) -> str:
        """Stable identity of the claim: it survives moves within the article and changes of white space."""
        return fingerprint(comparison_key(self.claim))

    @property
    def in_context(self) -> str:
        """The claim behind its lead-in, as a prompt shows it."""
        return " ".join((*self.lead_in, self.claim))

    @property
    def is_citable(self) -> bool:
        """Headings and table heads give context; they are no claims of their own."""
        return self.kind not in (SentenceKind.HEADING, SentenceKind.TABLE_HEAD)


class Chunk(Value):
    """A run of citable sentences under one heading path that fits the token budget."""

    article_id: str
    language: str
    title: str
    heading_path: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    tokens: int  # of the claims, as counted by the splitter's token function

    @cached_property
    def id(self) -> str:
        """Identity from content, never from a position."""
        return fingerprint(self.article_id, list(self.heading_path), [s.hash for s in self.sentences])

    @property
    def heading(self) -> str:
        """The headings above the chunk, without the article's title: `Refunds > Cards`."""
        return " > ".join(name for name in self.heading_path if name != self.title)

    @property
    def topic(self) -> str:
        """The title and the headings above, as a prompt names the place: `Returns > Refunds > Cards`."""
        return f"{self.title} > {self.heading}" if self.heading else self.title

    @cached_property
    def text(self) -> str:
        """What is embedded: the heading path, then the claims, one a line."""
        head = " > ".join(dict.fromkeys((self.title, *self.heading_path)))
        return "\n".join((head, *(s.claim for s in self.sentences)))


class SplitArticle(Value):
    """An article with its sentences and chunks, stored or just read."""

    article: Article
    sentences: tuple[Sentence, ...]
    chunks: tuple[Chunk, ...]


class Quarantined(Value):
    """An input that could not be used, kept with the reason, the place and the remedy."""

    path: str
    code: str  # kebab-case, e.g. `not-utf8`
    message: str
    remedy: str
    line: int | None = None
    offset: int | None = None  # bytes
    content_hash: str | None = None


class Notice(Value):
    """What of an article that was read does not reach a model, and why: masked data, text that its page hides."""

    path: str
    code: str  # kebab-case, e.g. `masked-phone`
    message: str
    remedy: str
    line: int | None = None  # of the file; None where it is written otherwise there
    data: str = Field("", exclude=True, repr=False)  # what was masked, for the person at the terminal; never kept, never logged


class Citation(Value):
    """A sentence that supports an answer. Written by code from the numbers that the model gives, never by the model."""

    article_id: str
    sentence_hash: str
    heading_path: tuple[str, ...] = ()
    lead_in: LeadIn = ()
    text: str  # the sentence's claim

    @classmethod
    def of(cls, sentence: Sentence) -> Self:
        """The citation of `sentence`."""
        return cls(
            article_id=sentence.article_id,
            sentence_hash=sentence.hash,
            heading_path=sentence.heading_path,
            lead_in=sentence.lead_in,
            text=sentence.claim,
        )
