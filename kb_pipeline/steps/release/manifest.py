"""What a release says and how it is found: manifest items and index texts of approved revisions. No I/O."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from kb_pipeline.domain.articles import FrontMatter
from kb_pipeline.domain.entries import ApprovedEntry
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.findings import TextPart
from kb_pipeline.domain.index import IndexText
from kb_pipeline.domain.releases import LeftOut, Manifest, ManifestItem, Release, manifest_hash
from kb_pipeline.domain.sayable import unsayable
from kb_pipeline.errors import ReleaseError
from kb_pipeline.steps.serve.ranking import plain, search_words


class Composed(NamedTuple):
    """What a release would say, and what was approved and is left out. Both by entry id."""

    manifest: Manifest
    left_out: tuple[LeftOut, ...]


def manifest_of(entries: Iterable[ApprovedEntry], articles: Mapping[str, FrontMatter], live: Manifest = ()) -> Composed:
    """The manifest of these entries. Left out is what cannot be said, since rules grow, and what may be said nowhere.

    `articles` are the front matters of the present articles, by article id. When an article is gone, its entry keeps the
    limits that it has in the `live` manifest, until a person retires it.
    """
    before = {item.entry_id: item for item in live}
    manifest, left_out = list[ManifestItem](), list[LeftOut]()
    for entry in sorted(entries, key=lambda entry: entry.revision.entry_id):
        made = _item(entry, articles, before.get(entry.revision.entry_id))
        if isinstance(made, LeftOut):
            left_out.append(made)
        else:
            manifest.append(made)
    return Composed(tuple(manifest), tuple(left_out))


def _item(entry: ApprovedEntry, articles: Mapping[str, FrontMatter], before: ManifestItem | None) -> ManifestItem | LeftOut:
    """The entry under the narrowest limits of all that it cites."""
    if why := next(iter(unsayable(entry.revision.text)), None):
        return _left_out(entry, f"its {why.part.value} {why.reason}", f"correct it: kb entry correct {entry.revision.entry_id}")
    cited = sorted({citation.article_id for citation in entry.revision.citations})
    found: list[FrontMatter | ManifestItem] = [articles[id_] for id_ in cited if id_ in articles]
    if before is not None and len(found) < len(cited):
        found.append(before)
    limits = [set(one.markets) for one in found if one.markets]
    markets = set.intersection(*limits) if limits else set[str]()
    if limits and not markets:
        return _left_out(entry, "its articles share no market", "let one market stand in the front matter of all that it cites")
    return ManifestItem(
        entry_id=entry.revision.entry_id,
        revision_id=entry.revision.id,
        text_hash=entry.revision.text.hash,
        topics=tuple(sorted({*entry.topics, *(topic for one in found for topic in one.topics)})),
        markets=tuple(sorted(markets)),
        valid_from=max((day for one in found if (day := one.valid_from)), default=None),
        valid_until=_earliest(one.valid_until for one in found),
    )


def _left_out(entry: ApprovedEntry, reason: str, remedy: str) -> LeftOut:
    return LeftOut(entry_id=entry.revision.entry_id, text=entry.revision.text, reason=reason, remedy=remedy)


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day), default=None)


def check_items(release: Release, manifest: Manifest, revisions: Mapping[str, Revision]) -> None:
    """Raises ReleaseError unless these are the items that the release was made with, and the texts that were approved."""
    remedy = (
        "the database was changed behind the pipeline, see kb audit verify; restore a backup: kb restore FILE; or take it as "
        f"it is, kb audit seal --reason WHY, then kb release publish --market {release.market}"
    )
    if manifest_hash(release.market, manifest, release.embedder) != release.manifest_hash:
        raise ReleaseError(f"the manifest of {release.id} is not the one that was published", remedy)
    for item in manifest:
        revision = revisions.get(item.revision_id)
        if revision is None or (revision.entry_id, revision.market) != (item.entry_id, release.market):
            raise ReleaseError(f"{release.id} names revision {item.revision_id}, which is not of entry {item.entry_id}", remedy)
        if revision.text.hash != item.text_hash or revision.id != item.revision_id:
            raise ReleaseError(f"the text of entry {item.entry_id} is not the one that {release.id} published", remedy)


def index_texts(revisions: Iterable[Revision]) -> tuple[IndexText, ...]:
    """All that can be found: questions, phrasings, and answers in plain text. An answer that shows no text is left out."""
    return tuple(text for revision in revisions for text in _texts(revision))


def _texts(revision: Revision) -> Iterator[IndexText]:
    parts: Sequence[tuple[TextPart, int, str]] = (
        (TextPart.QUESTION, 0, revision.text.question),
        *((TextPart.PHRASING, n, text) for n, text in enumerate(revision.text.phrasings)),
        (TextPart.ANSWER, 0, plain(revision.text.answer)),
    )
    for part, position, text in parts:
        if text.strip():
            words = search_words(text, revision.language)
            yield IndexText(entry_id=revision.entry_id, part=part, position=position, text=text, words=words)
