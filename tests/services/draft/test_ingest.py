"""The store follows the source folder, article by article."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb_pipeline.adapters.source.files import SourceFiles
from kb_pipeline.domain.articles import Article, Chunk, Quarantined, Sentence
from kb_pipeline.services.draft.ingest import (
    IngestResult,
    ParseResult,
    ShownSentence,
    parse_only,
    read_articles,
    shown_sentences,
)


class MemoryStore:
    """The smallest ArticleStore."""

    def __init__(self) -> None:
        self.saved: dict[str, tuple[Article, tuple[Sentence, ...], tuple[Chunk, ...]]] = {}
        self.bad: tuple[Quarantined, ...] = ()

    def save_article(self, article: Article, sentences: Sequence[Sentence], chunks: Sequence[Chunk]) -> bool:
        new = (article, tuple(sentences), tuple(chunks))
        changed = self.saved.get(article.id) != new
        self.saved[article.id] = new
        return changed

    def remove_articles_except(self, ids: Iterable[str]) -> tuple[str, ...]:
        gone = tuple(sorted(self.saved.keys() - set(ids)))
        for key in gone:
            del self.saved[key]
        return gone

    def articles(self) -> Sequence[Article]:
        return [self.saved[key][0] for key in sorted(self.saved)]

    def sentences(self, article_id: str) -> Sequence[Sentence]:
        return self.saved[article_id][1] if article_id in self.saved else ()

    def chunks(self, article_id: str | None = None) -> Sequence[Chunk]:
        return [c for key, (_, _, chunks) in self.saved.items() if article_id in (None, key) for c in chunks]

    def save_quarantine(self, items: Sequence[Quarantined]) -> None:
        self.bad = tuple(items)

    def quarantine(self) -> Sequence[Quarantined]:
        return self.bad


class Quiet:
    """A Progress that keeps its notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    @contextmanager
    def track(self, what: str, total: int) -> Iterator[Callable[[str], None]]:
        del what, total
        yield self.notes.append


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "a.md").write_text("# Returns\n\nYou have 7 days. Keep the box.\n", "utf-8")
    (tmp_path / "b.md").write_text("# คืนสินค้า\n\nคุณมีเวลา 7 วัน\n", "utf-8")
    return tmp_path


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def ingest(source: Path, store: MemoryStore, budget: int = 100, limit: int | None = None) -> IngestResult:
    reader = SourceFiles(source, languages=("en", "th"), max_bytes=10_000, limit=limit)
    return read_articles(reader, store, budget, Quiet())


def test_the_first_reading_stores_all(source: Path, store: MemoryStore) -> None:
    result = ingest(source, store)
    assert result == IngestResult(articles=2, changed=("a", "b"), removed=(), sentences=5, chunks=2, quarantined=())
    assert [s.text for s in store.sentences("a")] == ["Returns", "You have 7 days.", "Keep the box."]


def test_a_second_reading_changes_nothing_and_keeps_the_stored_sentences(source: Path, store: MemoryStore) -> None:
    first = ingest(source, store)
    kept = store.sentences("b")
    again = ingest(source, store)
    assert (again.changed, again.removed) == ((), ())
    assert (again.articles, again.sentences, again.chunks) == (first.articles, first.sentences, first.chunks)
    assert all(old is new for old, new in zip(kept, store.sentences("b"), strict=True))


def test_one_edited_sentence_changes_one_hash(source: Path, store: MemoryStore) -> None:
    ingest(source, store)
    before = {s.hash for s in store.sentences("a")}
    (source / "a.md").write_text("# Returns\n\nYou have 15 days. Keep the box.\n", "utf-8")
    assert ingest(source, store).changed == ("a",)
    assert len(before & {s.hash for s in store.sentences("a")}) == 2


def test_another_budget_cuts_other_chunks(source: Path, store: MemoryStore) -> None:
    ingest(source, store)
    result = ingest(source, store, budget=8)
    assert (result.changed, result.chunks) == (("a",), 3)


def test_a_deleted_file_is_removed_and_a_broken_one_is_not(source: Path, store: MemoryStore) -> None:
    ingest(source, store)
    (source / "a.md").write_bytes(b"\xff")
    (source / "b.md").unlink()
    result = ingest(source, store)
    assert result.removed == ("b",)
    assert [q.code for q in result.quarantined] == [q.code for q in store.quarantine()] == ["not-utf8"]
    assert [a.id for a in store.articles()] == ["a"]


def test_what_a_limit_left_out_is_not_gone(source: Path, store: MemoryStore) -> None:
    ingest(source, store)
    result = ingest(source, store, limit=1)
    assert (result.articles, result.removed) == (1, ())
    assert [a.id for a in store.articles()] == ["a", "b"]


def test_progress_names_every_file(source: Path, store: MemoryStore) -> None:
    (source / "c.md").write_bytes(b"")
    progress = Quiet()
    read_articles(SourceFiles(source, languages=(), max_bytes=100), store, 100, progress)
    assert progress.notes == ["a.md", "b.md", "c.md"]


def test_parsing_only_counts(source: Path) -> None:
    (source / "c.md").write_bytes(b"\0")
    result = parse_only(SourceFiles(source, languages=("en", "th"), max_bytes=10_000), budget=100)
    assert isinstance(result, ParseResult)
    assert (result.articles, result.sentences, result.chunks) == (2, 5, 2)
    assert [q.code for q in result.quarantined] == ["nul-byte"]


def test_the_shown_sentences_are_the_claims_of_all_chunks_under_their_headings(source: Path) -> None:
    (source / "c.md").write_bytes(b"\0")
    table = "# Fees\n\n## Abroad\n\n| Method | Fee |\n|---|---|\n| Card | **$2** |\n\n## ค่าธรรมเนียม\n\nบัตร 60 บาท\n"
    (source / "d.md").write_text(table, "utf-8")
    reader = SourceFiles(source, languages=("en", "th"), max_bytes=10_000)
    a, *_, quarantined, row, thai = shown_sentences(reader, budget=100)
    assert a == ShownSentence(article="a", heading="Returns", text="You have 7 days.")
    assert isinstance(quarantined, Quarantined)
    assert row == ShownSentence(article="d", heading="Fees > Abroad", text="Method: Card; Fee: **$2**")
    assert thai == ShownSentence(article="d", heading="Fees > ค่าธรรมเนียม", text="บัตร 60 บาท")


def test_a_sentence_is_shown_before_the_next_article_is_read(source: Path) -> None:
    reader = SourceFiles(source, languages=("en", "th"), max_bytes=10_000)
    shown = shown_sentences(reader, budget=100)
    assert next(shown).article == "a"
    (source / "b.md").write_text("# คืนสินค้า\n\nคุณมีเวลา 15 วัน\n", "utf-8")
    assert [s.text for s in shown][1:] == ["คุณมีเวลา 15 วัน"]
