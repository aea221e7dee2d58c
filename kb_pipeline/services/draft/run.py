"""The main job, from articles to staged changes, as one call. The Dagster assets call the same services in the same order."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from kb_pipeline.domain.articles import Quarantined
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import Change
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports import LLM, Embedder, ModelAccount, Progress, SourceReader, Store
from kb_pipeline.services.draft.generate import FaqWriter, GenerateResult
from kb_pipeline.services.draft.ingest import IngestResult, embed_chunks, read_articles
from kb_pipeline.services.draft.localize import Localizer, LocalizeResult, Run
from kb_pipeline.services.draft.relate import RelateSummary, relate_drafts
from kb_pipeline.services.draft.stage import StageResult, stage_changes
from kb_pipeline.services.draft.work import Failure


@dataclass(frozen=True)
class Services:
    """The main job's use cases, wired once for a run."""

    store: Store
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

    def ingest(self) -> IngestResult:
        """Read, split and store the articles."""
        return read_articles(self.reader, self.store, self.chunk_tokens, self.progress)

    def embed(self) -> int:
        """Embed the chunks; how many there are."""
        return embed_chunks(self.store, self.embedder)

    def writer(self) -> FaqWriter:
        """The use case that writes source FAQs."""
        return FaqWriter(self.store, self.llm, self.progress, run_id=self.run_id, parallel=self.parallel)

    def localizer(self, market: Market) -> Localizer:
        """The use case that localizes into `market`."""
        run = Run(id=self.run_id, day=self.day, parallel=self.parallel, repairs=self.repairs)
        return Localizer(self.store, self.llm, self.embedder, market, self.progress, run)

    def relate(self, market: Market) -> RelateSummary:
        """Compare the market's drafts with its entries and with each other."""
        return relate_drafts(market, self.store, self.embedder, self.progress)

    def stage(self, market: Market) -> StageResult:
        """Stage the market's drafts as changes."""
        return stage_changes(self.store, market)


class ChangeCounts(Value):
    """Changes of one market: in total, by kind (add, update, retire), by relation (new, duplicate ...)."""

    total: int = 0
    by_kind: dict[str, int] = Field(default_factory=dict)
    by_relation: dict[str, int] = Field(default_factory=dict)


class RunReport(Value):
    """What a run did. `changes` counts the proposals; `findings` theirs by `rule/severity`."""

    run_id: str
    articles: int
    quarantined: tuple[Quarantined, ...]
    sentences: int
    chunks: int
    source_faqs: GenerateResult
    entries: tuple[LocalizeResult, ...]
    changes: dict[str, ChangeCounts]
    findings: dict[str, int]
    withdrawn: int
    account: ModelAccount
    seconds: float
    failures: tuple[Failure, ...]

    @property
    def live_faqs(self) -> int:
        """Source FAQs in force after the run."""
        return self.source_faqs.kept + len(self.source_faqs.written) + len(self.source_faqs.revised)

    @property
    def model_share(self) -> float:
        """The share of the wall time in which the language model was at work."""
        return self.account.busy_seconds / self.seconds if self.seconds else 0.0


def run_pipeline(services: Services) -> RunReport:
    """Articles to staged changes. Every step can be killed and run again; finished model calls are never paid twice."""
    started = time.monotonic()
    ingested = services.ingest()
    services.embed()
    faqs = services.writer().run()
    localized, staged = [], []
    for market in services.markets:
        localized.append(services.localizer(market).run())
        services.relate(market)
        staged.append(services.stage(market))
    changes = [services.store.change(id_) for result in staged for id_ in result.proposed]
    return RunReport(
        run_id=services.run_id,
        articles=ingested.articles,
        quarantined=ingested.quarantined,
        sentences=ingested.sentences,
        chunks=ingested.chunks,
        source_faqs=faqs,
        entries=tuple(localized),
        changes=count_changes(changes, [m.tag for m in services.markets]),
        findings=count_findings(changes),
        withdrawn=sum(len(s.withdrawn) for s in staged),
        account=services.llm.account,
        seconds=time.monotonic() - started,
        failures=(*faqs.failures, *(f for result in localized for f in result.failures)),
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
