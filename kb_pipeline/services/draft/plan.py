"""What a run would do, without doing it: no model call, nothing written."""

from collections.abc import Iterator, Mapping

from kb_pipeline.domain.articles import Article, Notice, Quarantined, SplitArticle
from kb_pipeline.domain.base import Value
from kb_pipeline.ports.articles import SourceReader
from kb_pipeline.services.draft.due import due_faqs
from kb_pipeline.services.draft.estimate import RunEstimate, WorkDue, estimate_run
from kb_pipeline.services.draft.ingest import split
from kb_pipeline.services.draft.run import Pipeline


class RunPlan(Value):
    """What is due. `entries` counts what is due by market now; FAQs that are still to be written come on top."""

    articles: int
    changed: tuple[str, ...]  # ids of new and changed articles
    removed: tuple[str, ...]
    quarantined: tuple[Quarantined, ...]
    chunks_to_write: int
    faqs_to_revise: int
    entries: dict[str, int]
    warnings: tuple[Notice, ...] = ()  # what of the articles would be masked or left out
    estimate: RunEstimate
    beyond_cap: str = ""  # which cap of the run ends it before all is done, if the estimate is right; empty: none


def plan_run(pipeline: Pipeline) -> RunPlan:
    """Compare the source folder with the store."""
    folder = _Folder(pipeline.reader, {a.id: a for a in pipeline.store.articles()}, pipeline.chunk_tokens)
    due = due_faqs(folder.articles(), pipeline.store)
    work = WorkDue(
        chunks=len(due.chunks),
        revisions=len(due.stale),
        entries={m.tag: len(pipeline.due_entries(m).due) for m in pipeline.markets},
    )
    estimate = estimate_run(pipeline.store, work, pipeline.llm.model, pipeline.parallel)
    return RunPlan(
        articles=len(folder.read),
        changed=tuple(folder.changed),
        removed=tuple(sorted(folder.stored.keys() - folder.read)),
        quarantined=tuple(folder.quarantined),
        chunks_to_write=work.chunks,
        faqs_to_revise=work.revisions,
        entries=work.entries,
        warnings=tuple(pipeline.reader.notices),
        estimate=estimate,
        beyond_cap=pipeline.cap.passed_by(estimate.tokens, estimate.cost),
    )


class _Folder:
    """The source folder, read once, one article at a time."""

    def __init__(self, reader: SourceReader, stored: Mapping[str, Article], chunk_tokens: int) -> None:
        self._reader = reader
        self._chunk_tokens = chunk_tokens
        self.stored = stored
        self.read, self.changed, self.quarantined = set[str](), list[str](), list[Quarantined]()

    def articles(self) -> Iterator[SplitArticle]:
        """The readable articles, split; what else is met is noted on the way."""
        for item in self._reader.read():
            if isinstance(item, Quarantined):
                self.quarantined.append(item)
                continue
            self.read.add(item.id)
            old = self.stored.get(item.id)
            if old is None or old.content_hash != item.content_hash:
                self.changed.append(item.id)
            yield split(item, self._chunk_tokens)
