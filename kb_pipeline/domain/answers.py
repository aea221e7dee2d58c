"""Questions of customers, the answers to them, and what came of those."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.releases import ManifestItem


class Query(Value):
    """A customer's question to one market. `topics`: only entries of one of these; empty: all."""

    text: str
    market: str
    top_k: int = 5
    topics: tuple[str, ...] = ()
    fallback: bool = True  # look in the market's fallback chain when it has no confident answer itself


class ServedEntry(Value):
    """An approved entry as a release says it."""

    market: str
    language: str
    text: FaqText
    citations: tuple[Citation, ...]
    item: ManifestItem

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.item.entry_id

    def may_be_said(self, market: str, day: date, topics: tuple[str, ...] = ()) -> bool:
        """Whether `market` may say it on `day`, and it is of one of `topics` (none given: of any)."""
        available = not self.item.markets or market in self.item.markets
        fits = not topics or bool(set(topics) & set(self.item.topics))
        return available and fits and self.item.is_valid_on(day)


class Agreement(StrEnum):
    """How an entry stands to a question in codes, names, roles and bounds."""

    AGREES = "agrees"  # it has the code or name that was asked for
    CONTRADICTS = "contradicts"  # it is about another code, name, role or bound
    LACKS = "lacks"  # another entry of the release is about the code that was asked for
    SILENT = "silent"  # nothing of the sort was asked

    @property
    def is_veto(self) -> bool:
        """Whether the entry may not be said, however near it is."""
        return self in (Agreement.CONTRADICTS, Agreement.LACKS)


class Hit(Value):
    """An entry that was found. `scores` say why: dense, lexical, fused, coverage ..."""

    entry: ServedEntry
    confidence: float  # 0 to 1
    scores: dict[str, float] = Field(default_factory=dict)
    agreement: Agreement = Agreement.SILENT  # a veto: its confidence is 0
    level: int = 0  # 0: the asked market's own; 1: the first of its fallback chain; ...
    release: str  # e.g. th-TH/r0007


class Abstention(StrEnum):
    """Why nothing is said."""

    NO_CONFIDENT_ANSWER = "no_confident_answer"
    WITHDRAWN = "withdrawn"  # the entry that would have come first was withdrawn; neither the next best nor a fallback answers
    NO_RELEASE = "no_release"  # neither the market nor its fallbacks have anything live


class SearchResult(Value):
    """The hits, best first, all from one release of one market, or an abstention (whose hits are what came nearest)."""

    request_id: str
    market: str
    hits: tuple[Hit, ...] = ()
    confidence: float = 0.0  # the first hit's
    threshold: float = 0.0  # below it nothing is said
    abstained: bool
    reason: Abstention | None = None
    release: str | None = None  # the one that the hits are of
    etag: str | None = None  # of what that release says: it changes when something is withdrawn, too
    level: int = 0

    @property
    def answer(self) -> Hit | None:
        """The one entry to say; None when it abstains."""
        return None if self.abstained or not self.hits else self.hits[0]


class Outcome(StrEnum):
    """What came of an answer."""

    RESOLVED = "resolved"
    NOT_RESOLVED = "not_resolved"
    HANDED_OFF = "handed_off"
    HELPFUL = "helpful"
    NOT_HELPFUL = "not_helpful"
    CSAT = "csat"


class Feedback(Value):
    """An outcome of one request. `score` (1 to 5) goes with csat only."""

    request_id: str
    outcome: Outcome
    score: int | None = None
    comment: str = ""  # redacted before it is kept


class QueryRecord(Value):
    """One line of the query log. `text` is redacted: no personal data is kept."""

    request_id: str
    at: datetime
    market: str
    text: str
    client: str = ""  # the API key's id
    release: str | None = None
    level: int = 0
    entry_ids: tuple[str, ...] = ()
    confidence: float = 0.0
    abstained: bool = False
    reason: str = ""
    seconds: float = 0.0
