"""Asks the running API over HTTP whether it serves a release: `/readyz`, which needs no key."""

import time

import httpx

from kb_pipeline.domain.releases import Release

PATIENCE = 8.0  # seconds; readers follow the pointer within 2
_EVERY = 0.2


class HttpProbe:
    """Implements `ports.releases.Probe` for the API at `base_url`."""

    def __init__(self, base_url: str, patience: float = PATIENCE) -> None:
        self._url = f"{base_url.rstrip('/')}/readyz"
        self._patience = patience

    def failure(self, release: Release) -> str | None:
        """See ports.releases.Probe."""
        until, failure = time.monotonic() + self._patience, ""
        while True:
            failure = self._look(release)
            if not failure:
                return None
            if time.monotonic() >= until:
                return f"the API at {self._url} does not serve {release.id} after {self._patience:.0f} s: {failure}"
            time.sleep(_EVERY)

    def _look(self, release: Release) -> str:
        """What is wrong now; empty when it serves the release. An API that is not ready for another market is no failure."""
        try:
            serving = httpx.get(self._url, timeout=2.0).json()["releases"]
            number = serving.get(release.market)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return str(error) or type(error).__name__
        except (ValueError, KeyError, TypeError, AttributeError):
            return "its answer is not that of the retrieval API"
        return "" if number == release.number else f"it serves {number or 'nothing'} in {release.market}"
