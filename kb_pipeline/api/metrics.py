"""Counts for Prometheus, in a registry of their own. No text and no client of any request is among them."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import Scope

from kb_pipeline.domain.answers import SearchResult
from kb_pipeline.services.serve.serving import Serving

_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 30.0)


class Metrics:
    """The counters of requests and answers, and the state of the service."""

    def __init__(self, serving: Serving) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("kb_requests", "Requests.", ("route", "method", "status"), registry=self._registry)
        self._seconds = Histogram(
            "kb_request_seconds", "Seconds a request took.", ("route",), buckets=_SECONDS, registry=self._registry
        )
        self._answers = Counter("kb_answers", "Questions, by what came of them.", ("market", "result"), registry=self._registry)
        self._registry.register(_ServiceState(serving))

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request. Paths that are no route are one label, so that no client can make many."""
        route = getattr(scope.get("route"), "path", "none")
        self._requests.labels(route, scope["method"] if route != "none" else "any", status).inc()
        self._seconds.labels(route).observe(seconds)

    def answered(self, result: SearchResult) -> None:
        """Count what came of a question: answered, fallback, or why it abstained."""
        answered = "fallback" if result.level else "answered"
        self._answers.labels(result.market, result.reason if result.abstained else answered).inc()

    def page(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self._registry)


class _ServiceState(Collector):
    """The state of the service, read at each scrape."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        yield GaugeMetricFamily(
            "kb_ready", "1 when questions are answered, as /readyz says.", 0 if self._serving.problems() else 1
        )
        live = GaugeMetricFamily("kb_live_release", "The release that is served.", labels=["market"])
        for market, number in self._serving.live_numbers().items():
            live.add_metric([market], number)
        yield live
        age = "Seconds since keys and withdrawals were read from the database: more than a few, and it is away."
        yield GaugeMetricFamily("kb_database_age_seconds", age, self._serving.age)
        waiting = "Lines of the query log that wait in memory for the database."
        yield GaugeMetricFamily("kb_query_log_waiting", waiting, self._serving.waiting)
        dropped = "Lines of the query log that were dropped because the database was too slow or away."
        yield GaugeMetricFamily("kb_query_log_dropped", dropped, self._serving.dropped)
