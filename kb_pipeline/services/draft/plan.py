"""What a run would do, without doing it: no model call, nothing written."""

from kb_pipeline.domain.articles import Article, Quarantined
from kb_pipeline.domain.base import Value
from kb_pipeline.services.draft.run import Services
from kb_pipeline.steps.parse.chunks import chunks as split_chunks
from kb_pipeline.steps.parse.sentences import sentences as split_sentences
from kb_pipeline.steps.source.generation import plan_generation, plan_revisions


class RunPlan(Value):
    """What is due. `entries` counts what is due by market now; FAQs that are still to be written come on top."""

    articles: int
    changed: tuple[str, ...]  # ids of new and changed articles
    removed: tuple[str, ...]
    quarantined: tuple[Quarantined, ...]
    chunks_to_write: int
    faqs_to_revise: int
    entries: dict[str, int]


def plan_run(services: Services) -> RunPlan:
    """Compare the source folder with the store."""
    store = services.store
    stored = {a.id: a for a in store.articles()}
    read, changed, quarantined, write, revise = set[str](), list[str](), list[Quarantined](), 0, 0
    for item in services.reader.read():
        if isinstance(item, Quarantined):
            quarantined.append(item)
            continue
        read.add(item.id)
        old = stored.get(item.id)
        if old is None or old.content_hash != item.content_hash:
            changed.append(item.id)
        chunks, stale = _due(services, item)
        write, revise = write + chunks, revise + stale
    return RunPlan(
        articles=len(read),
        changed=tuple(changed),
        removed=tuple(sorted(stored.keys() - read)),
        quarantined=tuple(quarantined),
        chunks_to_write=write,
        faqs_to_revise=revise,
        entries={m.tag: len(services.localizer(m).due()) for m in services.markets},
    )


def _due(services: Services, article: Article) -> tuple[int, int]:
    sentences = split_sentences(article)
    seen = services.store.seen_sentences(article.id)
    stale = plan_revisions(services.store.source_faqs(article.id), sentences, seen)
    will_be_seen = seen.union(*(task.seen for task in stale))
    chunks = plan_generation(article, split_chunks(article, sentences, services.chunk_tokens), will_be_seen)
    return len(chunks), len(stale)
