"""What the API takes and gives, as OpenAPI shows it. Requests are strict: an unknown field is an error."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from kb_pipeline.domain.answers import Abstention, Outcome
from kb_pipeline.domain.releases import ReleaseReport

Level = Literal["market", "fallback"]
MarketTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=35)]
Topic = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
QueryText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]

_REQUEST_ID = "5f0c6f1e7a3b4c0f9d0f3a1b2c3d4e5f"
_CITATION: JsonDict = {
    "article_id": "en/returns",
    "heading_path": ["Return window"],
    "text": "You can return most items within 15 days of delivery.",
}
_ENTRY: JsonDict = {
    "entry_id": "3a6c1d8e9f204b57",
    "revision": "9b1d0c2f4e5a6b78",
    "market": "en-US",
    "language": "en",
    "question": "How long do I have to return an item?",
    "phrasings": ["What is the return window?"],
    "answer": "You can return most items within **15 days** of delivery.",
    "answer_plain": "You can return most items within 15 days of delivery.",
    "topics": ["returns"],
    "citations": [_CITATION],
    "release": "en-US/r0007",
}
_HIT: JsonDict = {**_ENTRY, "confidence": 0.93, "level": "market"}
_REPLY: JsonDict = {
    "request_id": _REQUEST_ID,
    "market": "en-US",
    "release": "en-US/r0007",
    "etag": "en-US/r0007",
    "confidence": 0.93,
    "threshold": 0.5,
    "abstained": False,
    "reason": None,
    "suggestion": None,
}
_ABSTAINED: JsonDict = {
    **_REPLY,
    "confidence": 0.12,
    "abstained": True,
    "reason": "no_confident_answer",
    "suggestion": "hand_off",
}


class Request(BaseModel):
    """Base of all request bodies."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Question(Request):
    """What every question to the knowledge base says."""

    query: QueryText = Field(description="The customer's words, 1 to 1000 characters.")
    market: MarketTag = Field(description="The market that asks, e.g. `th-TH`.")
    topics: list[Topic] = Field(default=[], max_length=20, description="Only entries of one of these topics; empty: all.")
    fallback: bool = Field(True, description="Look in the market's fallback chain when it has no confident answer itself.")


class SearchRequest(Question):
    """A search."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"query": "How long do I have to return an item?", "market": "en-US", "top_k": 3},
                {"query": "คืนสินค้าได้ภายในกี่วัน", "market": "th-TH", "topics": ["returns"]},
            ]
        }
    )

    top_k: int = Field(5, ge=1, le=20, description="How many entries at most.")


class AnswerRequest(Question):
    """A question that wants one answer, or none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "คืนสินค้าได้ภายในกี่วัน", "market": "th-TH"}]})


class FeedbackRequest(Request):
    """What came of an answer. `score` (1 to 5) goes with `csat`, and only with it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"request_id": _REQUEST_ID, "outcome": "resolved"},
                {"request_id": _REQUEST_ID, "outcome": "csat", "score": 4, "comment": "ตอบไว"},
            ]
        }
    )

    request_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] = Field(description="From the answer.")
    outcome: Annotated[Outcome, Field(strict=False)]
    score: int | None = Field(None, ge=1, le=5)
    comment: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] = Field(
        "", description="Personal data in it is removed before it is kept."
    )

    @model_validator(mode="after")
    def _score_goes_with_csat(self) -> Self:
        if (self.outcome is Outcome.CSAT) != (self.score is not None):
            raise ValueError("a score of 1 to 5 goes with the outcome csat, and only with it")
        return self


class Citation(BaseModel):
    """A sentence of a source article that supports the answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CITATION]})

    article_id: str
    heading_path: list[str]
    text: str


class Entry(BaseModel):
    """An approved entry as a release says it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ENTRY]})

    entry_id: str
    revision: str = Field(description="Id of the approved revision whose text this is.")
    market: str = Field(description="The market whose entry it is; with a fallback, not the one that asked.")
    language: str
    question: str
    phrasings: list[str]
    answer: str = Field(description="Markdown.")
    answer_plain: str = Field(description="The same without marks.")
    topics: list[str]
    citations: list[Citation]
    release: str = Field(description="The release that says it, e.g. `th-TH/r0007`.")


class Hit(Entry):
    """An entry that was found."""

    model_config = ConfigDict(json_schema_extra={"examples": [_HIT]})

    confidence: float = Field(ge=0, le=1, description="How sure it is that this answers the question.")
    level: Level = Field(description="`fallback`: another market of the fallback chain says it.")


class Reply(BaseModel):
    """What every answer to a question says."""

    request_id: str = Field(description="Give it back with the feedback; also in the header `X-Request-ID`.")
    market: str
    release: str | None = Field(None, description="The release that was asked; every hit is of it.")
    etag: str | None = Field(
        None,
        description="Of what that release says: the ETag of `GET /v1/releases/{market}`. It changes with the release, and "
        "when an entry is withdrawn from it or restored: whoever keeps answers keeps them no longer than this.",
    )
    confidence: float = Field(ge=0, le=1, description="The best hit's.")
    threshold: float = Field(description="Below this confidence nothing is said.")
    abstained: bool = Field(description="Do not say any hit: none is sure enough.")
    reason: Abstention | None = None
    suggestion: Literal["hand_off"] | None = Field(None, description="`hand_off`: let a person answer.")


class SearchResponse(Reply):
    """The hits, best first, all of one release. When it abstained they are what came nearest: for people, not to be said."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_REPLY, "hits": [_HIT]}, {**_ABSTAINED, "hits": []}]})

    hits: list[Hit]


class AnswerResponse(Reply):
    """The one entry to say, or none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_REPLY, "answer": _HIT}, {**_ABSTAINED, "answer": None}]})

    answer: Hit | None = None


class EntryPage(BaseModel):
    """Entries of a market's live release that may be said today, by id. `next_cursor` is null on the last page."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"market": "en-US", "release": "en-US/r0007", "entries": [_ENTRY], "next_cursor": _ENTRY["entry_id"]}]
        }
    )

    market: str
    release: str
    entries: list[Entry]
    next_cursor: str | None = None


class LiveRelease(BaseModel):
    """The release that a market says now, and the report of its verification."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "release": "th-TH/r0007",
                    "market": "th-TH",
                    "number": 7,
                    "entries": 119,
                    "withdrawn": ["3a6c1d8e9f204b57"],
                    "etag": "th-TH/r0007-5b0c41aa",
                    "note": "",
                    "live_at": "2026-01-15T08:00:00Z",
                    "report": None,
                }
            ]
        }
    )

    release: str
    market: str
    number: int
    entries: int = Field(description="Those that it says; `withdrawn` ones are not counted.")
    withdrawn: list[str] = Field(description="The ids of its entries that people withdrew: nobody is told them any more.")
    etag: str = Field(description="Also in the header: changes when anything that the market says changes.")
    note: str
    live_at: datetime | None = None
    report: ReleaseReport | None = None


class Health(BaseModel):
    """The process answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether a question would be answered now. `releases`: the number that is served in each market."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ready": True, "releases": {"th-TH": 7}, "problems": [], "degraded": []}]}
    )

    ready: bool
    releases: dict[str, int]
    problems: list[str] = Field(description="Why not. Empty when it is ready.")
    degraded: list[str] = Field(
        description="What does not work though questions are answered: for a person, not for a balancer."
    )
