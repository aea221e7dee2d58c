"""Read the source folder, split what changed, embed the chunks, keep what cannot be used. Splitting is `steps`'."""

from collections.abc import Iterator
from itertools import islice

from kb_pipeline.domain.articles import Article, Notice, Quarantined, SplitArticle
from kb_pipeline.domain.base import Value, fingerprint
from kb_pipeline.ports.articles import ArticleStore, SourceReader
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.progress import Progress
from kb_pipeline.steps.parse.chunks import chunks
from kb_pipeline.steps.parse.sentences import sentences

_BATCH = 256  # chunks embedded at once, so that memory does not grow with the corpus


class IngestResult(Value):
    """What a reading found: counts of all that is present, ids of what changed and of what is gone."""

    articles: int
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    sentences: int
    chunks: int
    quarantined: tuple[Quarantined, ...]
    warnings: tuple[Notice, ...] = ()


class ParseResult(Value):
    """What a reading would find. Counts only: memory does not grow with the corpus."""

    articles: int
    sentences: int
    chunks: int
    quarantined: tuple[Quarantined, ...]
    warnings: tuple[Notice, ...] = ()


class ShownSentence(Value):
    """A sentence as a model is shown it: its article's id, the title and headings above it, its lead-in, and the claim."""

    article: str
    heading: str
    lead_in: tuple[str, ...] = ()
    text: str


def split(article: Article, budget: int) -> SplitArticle:
    """The article's sentences and its chunks of at most `budget` tokens. Raises ArticleError as `sentences` does."""
    found = sentences(article)
    return SplitArticle(article=article, sentences=found, chunks=chunks(article, found, budget))


def read_articles(reader: SourceReader, store: ArticleStore, budget: int, progress: Progress) -> IngestResult:
    """Bring the store up to date with the source folder, one article at a time; `budget` is in tokens a chunk.

    An article with the bytes of the stored one keeps its stored sentences, also when a newer version would split it
    otherwise: nothing that cites it becomes stale. An article is removed only when its file is gone, not while it is
    quarantined, nor when the reader stopped at its limit. Raises UsageError from the reader.
    """
    known, paths, hashes = _known(store)
    kept, changed, quarantined = set[str](), list[str](), list[Quarantined]()
    sentence_count = chunk_count = 0
    with progress.track("read articles", len(known)) as done:
        for item in reader.read():
            done(item.path)
            if isinstance(item, Quarantined):
                quarantined.append(item)
                continue
            found = store.sentences(item.id) if known.get(item.id) == _print(item) else sentences(item)
            cut = chunks(item, found, budget)
            if store.save_article(item, found, cut):
                changed.append(item.id)
            kept.add(item.id)
            sentence_count += len(found)
            chunk_count += len(cut)
    spared = {paths[item.path] for item in quarantined if item.path in paths and not _was_let_in(item, hashes)}
    removed = () if reader.is_partial else store.remove_articles_except(kept | spared)
    store.save_quarantine(quarantined)
    return IngestResult(
        articles=len(kept),
        changed=tuple(changed),
        removed=removed,
        sentences=sentence_count,
        chunks=chunk_count,
        quarantined=tuple(quarantined),
        warnings=tuple(reader.notices),
    )


def embed_chunks(store: ArticleStore, embedder: Embedder) -> int:
    """Make sure that every chunk has its vector; how many chunks there are. Cached vectors cost nothing."""
    chunks, count = iter(store.chunks()), 0
    while batch := [c.text for c in islice(chunks, _BATCH)]:
        embedder.embed(batch, "passage")
        count += len(batch)
    return count


def parse_only(reader: SourceReader, budget: int) -> ParseResult:
    """Read and split all, store nothing. Raises UsageError from the reader."""
    articles = sentence_count = chunk_count = 0
    quarantined: list[Quarantined] = []
    for item in reader.read():
        if isinstance(item, Quarantined):
            quarantined.append(item)
            continue
        article = split(item, budget)
        articles += 1
        sentence_count += len(article.sentences)
        chunk_count += len(article.chunks)
    return ParseResult(
        articles=articles,
        sentences=sentence_count,
        chunks=chunk_count,
        quarantined=tuple(quarantined),
        warnings=tuple(reader.notices),
    )


def shown_sentences(reader: SourceReader, budget: int) -> Iterator[ShownSentence | Quarantined]:
    """The sentences that a model is shown, in the order of the articles and their chunks; also what is quarantined.

    One article at a time: memory does not grow with the corpus. Raises UsageError from the reader.
    """
    for item in reader.read():
        if isinstance(item, Quarantined):
            yield item
            continue
        for chunk in chunks(item, sentences(item), budget):
            for sentence in chunk.sentences:
                yield ShownSentence(article=item.id, heading=chunk.topic, lead_in=sentence.lead_in, text=sentence.claim)


def _known(store: ArticleStore) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Fingerprint by id, id by path, and hash of the bytes by path, of the stored articles."""
    prints, paths, hashes = {}, {}, {}
    for article in store.articles():
        prints[article.id] = _print(article)
        paths[article.path] = article.id
        hashes[article.path] = article.content_hash
    return prints, paths, hashes


def _was_let_in(item: Quarantined, hashes: dict[str, str]) -> bool:
    """Whether these very bytes are stored, by an earlier version or setting: what holds them back now must not stay there."""
    return item.code.startswith("holds-") and item.content_hash == hashes[item.path]


def _print(article: Article) -> str:
    return fingerprint(article.model_dump_json(), length=64)
