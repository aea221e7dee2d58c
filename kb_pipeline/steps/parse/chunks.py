"""Group an Article's Sentences into Chunks. No I/O; embedding lives in adapters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from kb_pipeline.domain.articles import Article, Chunk, Sentence, SentenceKind

if TYPE_CHECKING:
    from bpe_openai import Encoding

CountTokens = Callable[[str], int]
_ENCODING = "o200k_base"  # of the measured ones the nearest to multilingual models: 2.4 Thai characters a token, 4.8 English


def estimate_tokens(text: str) -> int:
    """How many tokens `text` is, by an offline byte-pair encoding; models differ by some tens of per cent."""
    return len(_encoding().encode_ordinary(text))


def chunks(
    article: Article, sentences: Sequence[Sentence], budget: int, count_tokens: CountTokens = estimate_tokens
) -> tuple[Chunk, ...]:
    """Runs of citable sentences under one heading, each at most `budget` tokens; every one of them is in exactly one chunk.

    A table, and a list with its lead-in, stay together where they fit. A sentence over the budget is a chunk of its own.
    """
    found: list[Chunk] = []
    for path, group in groupby(_sections(sentences), key=lambda pair: pair[0]):
        members = [sentence for _, sentence in group if sentence.is_citable]
        weights = {sentence.ordinal: count_tokens(sentence.claim) + 1 for sentence in members}  # and its line end
        found += [_chunk(article, path[1], run, weights) for run in _pack(_units(members), budget, weights)]
    return tuple(found)


def _chunk(article: Article, path: tuple[str, ...], run: Sequence[Sentence], weights: dict[int, int]) -> Chunk:
    return Chunk(
        article_id=article.id,
        language=article.language,
        title=article.title,
        heading_path=path,
        sentences=tuple(run),
        tokens=sum(weights[sentence.ordinal] for sentence in run),
    )


def _sections(sentences: Iterable[Sentence]) -> Iterator[tuple[tuple[int, tuple[str, ...]], Sentence]]:
    """Each sentence with its section: two headings of one name are two sections."""
    section = 0
    for sentence in sentences:
        section += sentence.kind is SentenceKind.HEADING
        yield (section, sentence.heading_path), sentence


def _units(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Sentences that belong together: a table's rows, a list with the sentence before it; any other stands alone."""
    unit: list[Sentence] = []
    for sentence in sentences:
        last = unit[-1].kind if unit else None
        joins = sentence.kind is last is SentenceKind.ROW or (
            sentence.kind is SentenceKind.ITEM and last in (SentenceKind.ITEM, SentenceKind.TEXT)
        )
        if unit and not joins:
            yield unit
            unit = []
        unit.append(sentence)
    if unit:
        yield unit


def _pack(units: Iterable[list[Sentence]], budget: int, weights: dict[int, int]) -> Iterator[list[Sentence]]:
    """Fill chunks with whole units; only a unit that fits in none is broken."""
    run: list[Sentence] = []
    used = 0
    for unit in units:
        weight = sum(weights[sentence.ordinal] for sentence in unit)
        if run and used + weight > budget:
            yield run
            run, used = [], 0
        if weight <= budget:
            run, used = [*run, *unit], used + weight
            continue
        for sentence in unit:
            if run and used + weights[sentence.ordinal] > budget:
                yield run
                run, used = [], 0
            run.append(sentence)
            used += weights[sentence.ordinal]
    if run:
        yield run


@cache
def _encoding() -> "Encoding":
    from bpe_openai import get_encoding  # noqa: PLC0415  0.5 s to load

    return get_encoding(_ENCODING)
