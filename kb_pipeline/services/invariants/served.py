"""What is said to customers, and from what."""

from collections.abc import Iterator

from kb_pipeline.domain.releases import Release, ReleaseState
from kb_pipeline.errors import KBError
from kb_pipeline.services.invariants.home import RESTORE, Breach, Home
from kb_pipeline.services.release.verify import Verification, verify
from kb_pipeline.services.serve.live import LiveReleases

READY_SECONDS = 10.0


def texts_are_approved(home: Home) -> Iterator[Breach]:
    """I2: whatever a live release holds is a text that a person approved, to the byte."""
    approved = {(e.subject, (e.after or {}).get("revision")) for e in home.store.events() if e.action == "entry.approved"}
    for release in _live(home):
        manifest = home.store.manifest(release.market, release.number)
        texts = home.store.revisions([item.revision_id for item in manifest])
        for item in manifest:
            text, where = texts.get(item.revision_id), f"entry {item.entry_id} in {release.id}"
            if text is None or text.id != item.revision_id or text.text.hash != item.text_hash:
                yield Breach(f"{where} has another text than the one that was approved", RESTORE)
            if (item.entry_id, item.revision_id) not in approved:
                yield Breach(f"{where} has a text that nobody approved", RESTORE)


def releases_are_complete(home: Home) -> Iterator[Breach]:
    """I3: the index of every live release holds exactly what its manifest says, and finds it."""
    packs = {market.tag: market for market in home.markets}
    for release in _live(home):
        remedy = f"kb release publish --market {release.market}"
        if release.market not in packs:
            yield Breach(f"{release.id} is live, and {release.market} has no pack", f"kb market add {release.market}")
            continue
        verification = Verification(
            store=home.store,
            indexes=home.indexes,
            embedder=home.embedder,
            market=packs[release.market],
            golden_margin=home.golden_margin,
        )
        try:
            _, report = verify(verification, release.number)
        except KBError as error:
            yield Breach(error.message, remedy)
        else:
            yield from (Breach(f"{release.id}: {failure}", remedy) for failure in report.failures)


def pointer_is_verified(home: Home) -> Iterator[Breach]:
    """I4: each market's pointer names its one live release, and that was found fit."""
    pointers, releases = home.store.live_numbers(), home.store.releases()
    for tag in home.tags:
        live = [release for release in releases if release.market == tag and release.state is ReleaseState.LIVE]
        if [release.number for release in live] != ([pointers[tag]] if tag in pointers else []):
            named = ", ".join(release.id for release in live) or "none"
            yield Breach(f"the pointer of {tag} names {pointers.get(tag, 'nothing')}, and live is {named}", RESTORE)
        for release in live:
            if release.report is None or not release.report.is_fit:
                yield Breach(f"{release.id} is live without having been found fit", RESTORE)


def is_ready_soon(home: Home) -> Iterator[Breach]:
    """I10: all live releases can be opened within ten seconds."""
    began = home.clock()
    live = LiveReleases(home.store, home.indexes, home.embedder, sorted(home.store.live_numbers()))
    try:
        live.refresh()
        seconds = home.clock() - began
        for market in live.health():
            if market.problem:
                yield Breach(market.problem, f"kb release publish --market {market.market}")
    finally:
        live.close()
    if seconds > READY_SECONDS:
        yield Breach(f"opening the live releases took {seconds:.1f} s, {READY_SECONDS:.0f} s are the most", "look at the disk")


def _live(home: Home) -> list[Release]:
    """The releases that the pointers name, as far as they are there."""
    pointers = home.store.live_numbers()
    return [release for release in home.store.releases() if pointers.get(release.market) == release.number]
