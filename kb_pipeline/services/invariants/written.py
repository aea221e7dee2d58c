"""What runs wrote, and what they left lying about."""

from collections import Counter
from collections.abc import Iterator

from kb_pipeline.domain.changes import ChangeState
from kb_pipeline.domain.faqs import Provenance
from kb_pipeline.services.invariants.home import RESTORE, Breach, Home

_OPEN = (ChangeState.PENDING, ChangeState.CHANGES_REQUESTED)


def calls_are_stored(home: Home) -> Iterator[Breach]:
    """I5: every model call that a text is made of is stored, so that it is never paid again."""
    stored = home.store.stored_calls()
    for what, made in _made(home):
        missing = [call for call in made.calls if call not in stored]
        if missing:
            yield Breach(f"{what} comes of call {missing[0][:12]}, which is not stored", RESTORE)


def work_fits_together(home: Home) -> Iterator[Breach]:
    """I8: what a run left points only to what is there, so that the next one ends where an uninterrupted one does."""
    faqs = {faq.id: faq.revision for faq in home.store.source_faqs(retired=True)}
    for tag in home.tags:
        for draft in home.store.drafts(tag):
            if faqs.get(draft.source_faq_id, 0) < draft.source_revision:
                where = f"the draft of {draft.source_faq_id} in {tag}"
                yield Breach(f"{where} was made of revision {draft.source_revision}, which is not stored", RESTORE)
    waiting = Counter(change.entry_id for change in home.store.changes(None, _OPEN))
    for entry, number in waiting.items():
        if number > 1:
            yield Breach(f"{number} changes of entry {entry} wait at once", f"kb entry show {entry}")


def nothing_is_damaged(home: Home) -> Iterator[Breach]:
    """I9: the database is sound, and every index is a release's."""
    yield from (Breach(f"the database is damaged: {what}", RESTORE) for what in home.store.damage())
    known = {release.id for release in home.store.releases()}
    for id_ in home.indexes.present():
        if id_ not in known:
            yield Breach(
                f"there is an index of {id_}, a release that nobody made", f"kb release publish --market {id_.split('/')[0]}"
            )


def _made(home: Home) -> Iterator[tuple[str, Provenance]]:
    """How each text came to be, and what it is."""
    for faq in home.store.source_faqs(retired=True):
        yield f"source FAQ {faq.id}", faq.provenance
    for tag in home.tags:
        for draft in home.store.drafts(tag):
            yield f"the draft of {draft.source_faq_id} in {tag}", draft.revision.provenance
