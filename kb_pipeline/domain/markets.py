"""A market and its pack: everything that makes one market's FAQ differ from another's, as data."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from kb_pipeline.domain.base import Value


class TermStatus(StrEnum):
    """The standing of a target term."""

    PREFERRED = "preferred"
    ADMITTED = "admitted"
    FORBIDDEN = "forbidden"
    DO_NOT_TRANSLATE = "do_not_translate"


class Term(Value):
    """One row of a term base: `source` is rendered as `target` (for a forbidden term: must not be)."""

    source: str
    target: str
    status: TermStatus
    note: str = ""
    source_lang: str = ""  # empty: any source language


class UiString(Value):
    """A live label of the app in this market. `source` is its text in `source_lang`."""

    key: str
    source: str
    target: str
    source_lang: str = ""


class FactContext(Value):
    """What a market fact is about: where this fits, its value is meant; elsewhere a person is asked.

    A phrase fits where all its words stand near the value, in any order and form: in the sentence, in what it cites and the
    headings above that, in the question. An article fits what cites it, by its id or a glob (`vouchers-*`). One that fits is
    enough. `unless` are phrases beside which another thing is meant. All of them may be in any source language.
    """

    phrases: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it can fit anywhere."""
        return bool(self.phrases or self.articles)


class MarketFact(Value):
    """What is true in this market only: `key` names the claim, `source_value` is what the source articles say.

    Both values are written as a person would (`$4.99`, `฿50`, `15 days`); an empty `source_value` states a
    fact of the market alone, which needs no context.
    """

    key: str
    source_value: str
    value: str
    valid_from: date | None = None
    valid_until: date | None = None
    source: str  # who says so: a policy id, a contract, a law
    context: FactContext = FactContext()

    def is_valid_on(self, day: date) -> bool:
        """Whether the fact holds on `day`."""
        return (self.valid_from or day) <= day <= (self.valid_until or day)


class GoldenQuery(Value):
    """A question that customers ask, and the article that answers it. It judges releases; it is not in the fingerprint."""

    query: str
    article_id: str


class Tone(Value):
    """The register that the market's entries keep, as words that show it."""

    particles: tuple[str, ...] = ()  # polite particles of the language, e.g. ครับ, ค่ะ
    particle_use: Literal["never", "optional", "always"] = "optional"
    avoid: tuple[str, ...] = ()  # words of another register, e.g. du, dein
    endings: tuple[str, ...] = ()  # one of them ends every sentence, e.g. です, ます; empty: not judged


class Clause(Value):
    """What every answer on a topic must say in this market, by law or by policy.

    It holds where the topic is the FAQ's and, if `when` has words, one of them is in the source or the answer.
    """

    topic: str
    any_of: tuple[str, ...]  # one of these is in the answer
    text: str  # the sentence to add, approved by `source`
    when: tuple[str, ...] = ()
    source: str  # who says so: a law, a policy id


class Unavailable(Value):
    """What the market does not have: an entry that offers it is wrong."""

    name: str
    words: tuple[str, ...]  # how source and target call it
    source: str


class Limits(Value):
    """How long a text may be, in characters."""

    question: int = 120
    answer: int = 600
    phrasing: int = 120


class Conventions(Value):
    """Where the market's form differs from CLDR, or where a check needs to know it."""

    currency: str  # ISO 4217
    buddhist_era: bool = False
    full_stop: bool = True  # sentences end with a full stop
    scripts: tuple[str, ...] = ("Latn",)  # ISO 15924 scripts that entries may contain
    question_marks: tuple[str, ...] = ("?",)  # what ends a question; empty: none needed
    question_words: tuple[str, ...] = ()  # any of these makes a question, too
    tone: Tone = Tone()
    spelling: dict[str, str] = Field(default_factory=dict)  # other regions' word -> this market's word, e.g. colour -> color


class SentenceExample(Value):
    """A sentence in the market's language and its sources by language, as a small model is shown them: the market's values."""

    target: str
    sources: dict[str, str]


class Market(Value):
    """A market's pack, loaded and validated. `fingerprint` is the hash of the pack's files."""

    tag: str  # BCP-47, e.g. th-TH
    name: str
    language_name: str  # in English, for prompts
    conventions: Conventions
    limits: Limits = Limits()
    fallback: tuple[str, ...] = ()  # other market tags, nearest first
    risk_topics: tuple[str, ...] = ()
    minor_source_changes: Literal["keep", "update"] = "update"  # keep: a source that only changed its wording disturbs nobody
    addresses: tuple[
        str, ...
    ] = ()  # where entries may lead: domains with all below them, pages (`line.me/R/ti/p/@shop`), accounts (`@shop`)
    clauses: tuple[Clause, ...] = ()
    unavailable: tuple[Unavailable, ...] = ()
    style: str = ""
    style_brief: str = ""  # the few lines of the style guide that go into the prompt
    examples: tuple[tuple[str, str, str, str], ...] = ()  # source question, answer -> target question, answer
    sentence_examples: tuple[SentenceExample, ...] = ()
    terms: tuple[Term, ...] = ()
    ui_strings: tuple[UiString, ...] = ()
    facts: tuple[MarketFact, ...] = ()
    golden: tuple[GoldenQuery, ...] = ()
    fingerprint: str

    @property
    def language(self) -> str:
        """The primary language subtag: `th` for `th-TH`."""
        return self.tag.split("-", 1)[0]
