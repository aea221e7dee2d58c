"""Whether a built release is fit to go live. Reads only: store, index and cached vectors; the verdict is a ReleaseReport."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.findings import TextPart
from kb_pipeline.domain.index import IndexText
from kb_pipeline.domain.markets import GoldenQuery, Market
from kb_pipeline.domain.releases import UNFINISHED, Manifest, Release, ReleaseReport, manifest_hash
from kb_pipeline.errors import NotFoundError, ReleaseError, StoreError
from kb_pipeline.ports.models import Embedder, TextRole, Vectors
from kb_pipeline.ports.releases import ApprovedEntries, Failpoint, Indexes, ReleaseIndex, Releases
from kb_pipeline.steps.release.manifest import index_texts
from kb_pipeline.steps.serve.ranking import ROLE_OF, rank, search_words

SAMPLE = 500  # self-queries that are compared with exact search
LEAST_RECALL = 0.95
DEPTH = 10  # texts; the k of recall@k
GOLDEN_DEPTH = 50  # texts and entries that a golden query asks for, before they are grouped
FIRST = 3  # a golden query is found when its article is among so many entries
SHOWN = 10  # missed questions and bad items that the report names
_LEVEL = 1e-4  # scores that differ by less are level
_SAME = 1e-3  # components of vectors that differ by less are the same


class VerifyStore(Releases, ApprovedEntries, Protocol):
    """What verifying takes of the store."""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What it takes to verify releases of one market."""

    store: VerifyStore
    indexes: Indexes
    embedder: Embedder
    market: Market
    golden_margin: float
    failpoint: Failpoint = lambda _: None


@dataclass(frozen=True)
class _Golden:
    asked: int
    found: int
    mrr: float


def embed_texts(embedder: Embedder, texts: Sequence[IndexText]) -> Vectors:
    """The vector of each text in the role of its part, in order. Raises whatever the embedder does."""
    roles: dict[TextRole, list[int]] = {}
    for n, text in enumerate(texts):
        roles.setdefault(ROLE_OF[text.part], []).append(n)
    found: dict[int, Vectors] = {}
    for role, places in roles.items():
        found |= dict(zip(places, embedder.embed([texts[n].text for n in places], role), strict=True))
    return np.stack([found[n] for n in range(len(texts))]) if texts else np.zeros((0, 0), np.float32)


def warm_queries(embedder: Embedder, market: Market, texts: Sequence[IndexText]) -> None:
    """Cache the vectors of all that `verify_release` asks, so that the process which runs it needs no model."""
    asked = [text.text for text in texts if text.part is TextPart.QUESTION]
    embedder.embed([*asked, *(golden.query for golden in market.golden)], "query")


def verify(verification: Verification, number: int | None = None) -> tuple[Release, ReleaseReport]:
    """The release of that number (None: the live one), verified. Only an unfinished one is compared with what is live.

    Raises NotFoundError, and ReleaseError when its index cannot be opened.
    """
    tag = verification.market.tag
    live = verification.store.live_numbers().get(tag)
    wanted = live if number is None else number
    if wanted is None:
        raise NotFoundError(f"nothing is live in {tag}", "name a release: kb release list")
    release = verification.store.release(tag, wanted)
    with closing(verification.indexes.open(release)) as index:
        if live is None or release.state not in UNFINISHED:
            return release, verify_release(verification, release, index)
        before = verification.store.release(tag, live)
        try:
            verification.store.manifest(tag, live)
            live_index = verification.indexes.open(before)
        except (ReleaseError, StoreError):  # it is damaged, or was: there is nothing to compare with
            return release, verify_release(verification, release, index)
        with closing(live_index):
            return release, verify_release(verification, release, index, (before, live_index))


def verify_release(
    verification: Verification, release: Release, index: ReleaseIndex, before: tuple[Release, ReleaseIndex] | None = None
) -> ReleaseReport:
    """Verify a release by its index. `before`: what is live, with its index; None: golden queries are compared with nothing.

    Failures are in the report; it raises only what keeps it from verifying (ReleaseError, StoreError).
    """
    started = time.monotonic()
    manifest, revisions = _texts_of(verification.store, release)
    texts = index_texts(revisions[item.revision_id] for item in manifest if item.revision_id in revisions)
    ids, held, vectors = index.contents()
    contents = dict(zip(ids, zip(held, vectors, strict=True), strict=True))
    failures = [*_check_manifest(verification, release, manifest, revisions)]
    failures += ["the index is of another manifest"] if index.manifest_hash != release.manifest_hash else []
    failures += check_contents(verification.embedder, texts, contents)
    verification.failpoint("verify.during")
    asked, missed = _ask_all(verification.embedder, index, texts, dict(zip(ids, held, strict=True)))
    failures += [f"{len(missed)} of {asked} questions do not find their own entry"] if missed else []
    recall = _recall(verification.embedder, index, texts, ids, vectors)
    if recall < LEAST_RECALL:
        failures.append(f"the index finds {recall:.3f} of what exact search finds, {LEAST_RECALL} is the least")
    golden, live = _ask_golden(verification, release, index, before)
    if live is not None and golden.mrr < live.mrr - verification.golden_margin:
        failures.append(
            f"golden queries: MRR {golden.mrr:.3f}, the live release has {live.mrr:.3f} (margin {verification.golden_margin})"
        )
    return ReleaseReport(
        entries=len(manifest),
        texts=len(ids),
        self_queries=asked,
        self_found=asked - len(missed),
        golden_asked=golden.asked,
        golden_found=golden.found,
        golden_mrr=round(golden.mrr, 4),
        golden_live_mrr=None if live is None else round(live.mrr, 4),
        exact_recall=round(recall, 4),
        failures=tuple(failures),
        missed=tuple(missed[:SHOWN]),
        seconds=round(time.monotonic() - started, 2),
    )


def _check_manifest(
    verification: Verification, release: Release, manifest: Manifest, revisions: Mapping[str, Revision]
) -> Iterator[str]:
    """The manifest is the one that was written, and says nothing but approved revisions of this market, to the byte."""
    if manifest_hash(release.market, manifest, release.embedder) != release.manifest_hash or len(manifest) != release.entries:
        yield "the manifest is not the one that the release was made with"
    if verification.embedder.fingerprint != release.embedder:
        yield f"the release was embedded by {release.embedder}, and {verification.embedder.fingerprint} is in use"
    texts = {id_: revision.text.hash for id_, revision in revisions.items()}
    other = [item.entry_id for item in manifest if texts.get(item.revision_id) != item.text_hash]
    yield from _each("has another text than the revision that was approved", other)
    foreign = [revision.entry_id for revision in revisions.values() if revision.market != release.market]
    yield from _each("is of another market", foreign)
    if release.state in UNFINISHED:
        approved = {entry.revision.id for entry in verification.store.approved_entries(release.market)}
        gone = [item.entry_id for item in manifest if item.revision_id not in approved]
        yield from _each("is not approved, or no longer", gone)


def check_contents(embedder: Embedder, texts: Sequence[IndexText], held: Mapping[str, tuple[str, Vectors]]) -> Iterator[str]:
    """The index holds exactly the manifest's texts, under the vectors that the embedder gives them."""
    wanted = {text.id: text.text for text in texts}
    yield from _each("is missing in the index", sorted(wanted.keys() - held.keys()))
    yield from _each("is in the index without being in the manifest", sorted(held.keys() - wanted.keys()))
    both = [text for text in texts if text.id in held]
    yield from _each("has another text in the index", [text.id for text in both if held[text.id][0] != text.text])
    if not both:
        return
    right, stored = embed_texts(embedder, both), np.stack([held[text.id][1] for text in both])
    off = np.abs(right - stored).max(axis=1) > _SAME if right.shape == stored.shape else np.ones(len(both), dtype=bool)
    yield from _each("has another vector in the index", [text.id for text, is_off in zip(both, off, strict=True) if is_off])


def _each(what: str, bad: Collection[str]) -> Iterator[str]:
    """One failure for all items of a kind, naming the first."""
    if bad:
        named = sorted(bad)[:SHOWN]
        yield f"{', '.join(named)}{' ...' if len(bad) > SHOWN else ''} {what} ({len(bad)})"


def _ask_all(
    embedder: Embedder, index: ReleaseIndex, texts: Sequence[IndexText], held: Mapping[str, str]
) -> tuple[int, list[str]]:
    """How many questions were asked of the index, and those whose own entry was not first, or level with the first."""
    questions = [text for text in texts if text.part is TextPart.QUESTION]
    vectors = embedder.embed([question.text for question in questions], "query")
    missed = []
    for question, vector in zip(questions, vectors, strict=True):
        found = index.dense(vector, DEPTH)
        level = {hit.entry_id for hit in found if hit.score >= found[0].score - _LEVEL}
        twin = bool(found) and comparison_key(held.get(found[0].text_id, "")) == comparison_key(question.text)
        if question.entry_id not in level and not twin:
            missed.append(question.text)
    return len(questions), missed


def _recall(embedder: Embedder, index: ReleaseIndex, texts: Sequence[IndexText], ids: Sequence[str], vectors: Vectors) -> float:
    """recall@10 against exact search, over at most SAMPLE questions evenly spread; a text level with the tenth counts."""
    questions = [text.text for text in texts if text.part is TextPart.QUESTION]
    sample = questions[:: max(1, -(-len(questions) // SAMPLE))]
    if not sample or not ids:
        return 0.0
    depth, place, shares = min(DEPTH, len(ids)), {id_: n for n, id_ in enumerate(ids)}, list[float]()
    for vector in embedder.embed(sample, "query"):
        exact = vectors @ vector
        tenth = np.partition(exact, -depth)[-depth]
        found = {hit.text_id for hit in index.dense(vector, depth)}
        shares.append(sum(1 for id_ in found & place.keys() if exact[place[id_]] >= tenth - _LEVEL) / depth)
    return float(np.mean(shares))


def _texts_of(store: VerifyStore, release: Release) -> tuple[Manifest, Mapping[str, Revision]]:
    """The manifest and its texts, by revision id."""
    manifest = store.manifest(release.market, release.number)
    return manifest, store.revisions([item.revision_id for item in manifest])


def _ask_golden(
    verification: Verification, release: Release, index: ReleaseIndex, before: tuple[Release, ReleaseIndex] | None
) -> tuple[_Golden, _Golden | None]:
    """The market's golden queries whose article is in the release, asked of it and of what is live.

    What another embedder built is not compared: its vectors are of another space.
    """
    articles = _articles(*_texts_of(verification.store, release))
    known = {id_ for cited in articles.values() for id_ in cited}
    queries = [golden for golden in verification.market.golden if golden.article_id in known]
    found = _golden(verification, queries, index, articles)
    if not queries or before is None or before[0].embedder != release.embedder:
        return found, None
    return found, _golden(verification, queries, before[1], _articles(*_texts_of(verification.store, before[0])))


def _articles(manifest: Manifest, revisions: Mapping[str, Revision]) -> dict[str, frozenset[str]]:
    """The articles that each entry cites."""
    held = ((item.entry_id, revisions[item.revision_id]) for item in manifest if item.revision_id in revisions)
    return {id_: frozenset(citation.article_id for citation in revision.citations) for id_, revision in held}


def _golden(
    verification: Verification, queries: Sequence[GoldenQuery], index: ReleaseIndex, articles: Mapping[str, frozenset[str]]
) -> _Golden:
    """MRR over the first ten entries, ranked as they are when customers ask."""
    if not queries:
        return _Golden(0, 0, 0.0)
    ranks = []
    for golden, vector in zip(queries, verification.embedder.embed([g.query for g in queries], "query"), strict=True):
        words = search_words(golden.query, verification.market.tag)
        ranked = rank(index.dense(vector, GOLDEN_DEPTH), index.lexical(words, GOLDEN_DEPTH))[:DEPTH]
        hits = (n for n, entry in enumerate(ranked, 1) if golden.article_id in articles.get(entry.entry_id, ()))
        ranks.append(next(hits, None))
    mrr = sum(1 / place for place in ranks if place) / len(queries)
    return _Golden(len(queries), sum(1 for place in ranks if place and place <= FIRST), mrr)
