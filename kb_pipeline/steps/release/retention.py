"""Which indexes of releases stay on the disk. Values in, ids out."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from kb_pipeline.domain.releases import UNFINISHED, Release, ReleaseState


def needed(releases: Iterable[Release], kept: int, grace: timedelta, now: datetime) -> frozenset[str]:
    """The ids of releases whose index stays: the live one, unfinished ones, the newest `kept` superseded ones, and those that
    are superseded for less than `grace`. A clock that was set back makes them stay longer, never shorter.
    """
    releases = list(releases)
    superseded = sorted((r for r in releases if r.state is ReleaseState.SUPERSEDED), key=lambda r: r.number, reverse=True)
    flips = sorted(r.live_at for r in releases if r.live_at)
    stay = {r.id for r in releases if r.state in {ReleaseState.LIVE, *UNFINISHED}}
    stay |= {r.id for r in superseded[:kept]}
    stay |= {r.id for r in superseded if now - _superseded_at(r, flips, now) < grace}
    return frozenset(stay)


def _last_live(release: Release) -> datetime:
    """When it last went live; of one that never did, when it was made."""
    return release.live_at or release.created_at


def _superseded_at(release: Release, flips: Sequence[datetime], now: datetime) -> datetime:
    """When it stopped being live: at the next flip. A release that goes live again loses its earlier time: then it is later."""
    return next((at for at in flips if at > _last_live(release)), now)
