"""The main job, from articles to staged changes. Its steps are the methods of `Pipeline`, for `kb run` and for Dagster."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from pydantic import Field

from kb_pipeline.domain.articles import Notice, Quarantined
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.calls import Asks, ModelAccount
from kb_pipeline.domain.changes import Change
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.run_cap import RunCap
from kb_pipeline.ports.articles import ArticleStore, SourceReader
from kb_pipeline.ports.models import LLM, CallHistory, Embedder
from kb_pipeline.ports.progress import Progress
from kb_pipeline.services.draft.due import DueEntries
from kb_pipeline.services.draft.generate import FaqWriter, GenerateResult, GenerateStore
from kb_pipeline.services.draft.ingest import IngestResult, embed_chunks, read_articles
from kb_pipeline.services.draft.localize import Localizer, LocalizeResult, LocalizeStore, RunOptions
from kb_pipeline.services.draft.relate import RelateStore, RelateSummary, relate_drafts
from kb_pipeline.services.draft.stage import StageResult, StageStore, stage_changes
from kb_pipeline.services.draft.work import Failure, Wait, wait_for_others


class PipelineStore(ArticleStore, GenerateStore, LocalizeStore, RelateStore, StageStore, CallHistory, Protocol):
    """What the main job takes of the store."""


@dataclass(frozen=True)
class Pipeline:
    """The main job, wired for one run: one method a step, each safe to kill and to run again. Call `close()` at the end."""

    store: PipelineStore
    reader: SourceReader
    embedder: Embedder
    llm: LLM
    markets: tuple[Market, ...]
    progress: Progress
    run_id: str
    day: date
    parallel: int
    repairs: int
    chunk_tokens: int
    close: Callable[[], None]
    asks: Asks = "whole_faq"
    cap: RunCap = field(default_factory=RunCap)
    wait: Wait = wait_for_others  # while all that is left is in other hands

    def read_articles(self) -> IngestResult:
        """Read, split and store the articles."""
        return read_articles(self.reader, self.store, self.chunk_tokens, self.progress)

    def embed_chunks(self) -> int:
        """Embed the chunks; how many there are."""
        return embed_chunks(self.store, self.embedder)

    def write_faqs(self) -> GenerateResult:
        """Bring the source FAQs up to date with the articles."""
        writer = FaqWriter(
            self.store,
            self.llm,
            self.progress,
            run_id=self.run_id,
            parallel=self.parallel,
            asks=self.asks,
            wait=self.wait,
        )
        return writer.run()

    def due_entries(self, market: Market) -> DueEntries:
        """What `localize` would do now."""
        return self._localizer(market).plan()

    def localize(self, market: Market) -> LocalizeResult:
        """Bring the market's drafts up to date with the source FAQs and the pack."""
        return self._localizer(market).run()

    def relate(self, market: Market) -> RelateSummary:
        """Compare the market's drafts with its entries and with each other."""
        return relate_drafts(market, self.store, self.embedder, self.progress)

    def stage(self, market: Market) -> StageResult:
        """Stage the market's drafts as changes."""
        return stage_changes(self.store, market)

    def _localizer(self, market: Market) -> Localizer:
        options = RunOptions(
            run_id=self.run_id,
            day=self.day,
            parallel=self.parallel,
            repairs=self.repairs,
            asks=self.asks,
            wait=self.wait,
        )
        return Localizer(self.store, self.llm, self.embedder, market, self.progress, options)


class ChangeCounts(Value):
    """Changes of one market: in total, by kind (add, update, retire), by relation (new, duplicate ...)."""

    total: int = 0
    by_kind: dict[str, int] = Field(default_factory=dict)
    by_relation: dict[str, int] = Field(default_factory=dict)


class RunReport(Value):
    """What a run did. `changes` counts the proposals; `findings` theirs by `rule/severity`.

    `returned` counts the changes that wait for people again, since a request for changes led to no other text.
    """

    run_id: str
    articles: int
    quarantined: tuple[Quarantined, ...]
    sentences: int
    chunks: int
    source_faqs: GenerateResult
    entries: tuple[LocalizeResult, ...]
    changes: dict[str, ChangeCounts]
    findings: dict[str, int]
    given_up: int
    returned: int
    account: ModelAccount
    seconds: float
    failures: tuple[Failure, ...]
    warnings: tuple[Notice, ...] = ()  # what of the articles was masked or left out

    @property
    def still_due(self) -> dict[str, int]:
        """What the run's cap left undone: counts of `source_faqs` (chunks and FAQs) and of each market's entries, none is 0."""
        left = {"source_faqs": self.source_faqs.still_due} | {e.market: e.still_due for e in self.entries}
        return {part: len(items) for part, items in left.items() if items}

    @property
    def stopped(self) -> str:
        """Which cap ended the model's work before all was done, in words; empty: none did."""
        caps = (self.source_faqs.capped, *(entries.capped for entries in self.entries))
        return next(filter(None, caps), "")

    @property
    def live_faqs(self) -> int:
        """Source FAQs in force after the run."""
        return self.source_faqs.kept + len(self.source_faqs.written) + len(self.source_faqs.revised)

    @property
    def model_share(self) -> float:
        """The share of the wall time in which the language model was at work."""
        return self.account.busy_seconds / self.seconds if self.seconds else 0.0


def run_pipeline(pipeline: Pipeline) -> RunReport:
    """All steps in order. Finished model calls are never paid twice."""
    started = time.monotonic()
    ingested = pipeline.read_articles()
    pipeline.embed_chunks()
    faqs = pipeline.write_faqs()
    localized, staged = list[LocalizeResult](), list[StageResult]()
    for market in pipeline.markets:
        localized.append(pipeline.localize(market))
        pipeline.relate(market)
        staged.append(pipeline.stage(market))
    changes = [change for result in staged for change in result.proposed]
    return RunReport(
        run_id=pipeline.run_id,
        articles=ingested.articles,
        quarantined=ingested.quarantined,
        sentences=ingested.sentences,
        chunks=ingested.chunks,
        source_faqs=faqs,
        entries=tuple(localized),
        changes=count_changes(changes, [m.tag for m in pipeline.markets]),
        findings=count_findings(changes),
        given_up=sum(len(s.given_up) for s in staged),
        returned=sum(len(s.returned) for s in staged),
        account=pipeline.llm.account,
        seconds=time.monotonic() - started,
        failures=(*faqs.failures, *(f for result in localized for f in result.failures)),
        warnings=ingested.warnings,
    )


def count_changes(changes: Iterable[Change], markets: Sequence[str]) -> dict[str, ChangeCounts]:
    """The changes of each market, counted."""
    by_market = {tag: list[Change]() for tag in markets}
    for change in changes:
        by_market[change.market].append(change)
    return {
        tag: ChangeCounts(
            total=len(found),
            by_kind=dict(Counter(c.kind.value for c in found)),
            by_relation=dict(Counter(c.relation.kind.value for c in found)),
        )
        for tag, found in by_market.items()
    }


def count_findings(changes: Iterable[Change]) -> dict[str, int]:
    """Findings by `rule/severity`, most frequent first."""
    return dict(Counter(f"{f.rule}/{f.severity.value}" for change in changes for f in change.findings).most_common())
