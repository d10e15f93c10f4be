"""Counts and times what the gateway does, for Prometheus; labels are few and closed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Outcome:
    """How a fetch went; well, unless it is told otherwise."""

    def __init__(self) -> None:
        self.name = "answered"

    def failed(self) -> None:
        self.name = "failed"


class Metrics:
    """The gateway's measures, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "gateway_requests",
            "Requests by outcome: ok, partial (data with errors), or refused.",
            ["outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "gateway_request_seconds",
            "Time from a request's last byte to its answer's first.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self._fetches = Histogram(
            "gateway_fetch_seconds",
            "Time of a request to a subgraph.",
            ["subgraph", "outcome"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._retries = Counter(
            "gateway_fetch_retries",
            "Reads of a subgraph that were tried again.",
            ["subgraph"],
            registry=self.registry,
        )
        self.subscriptions = Gauge(
            "gateway_subscriptions_open", "Subscriptions that are open.", registry=self.registry
        )
        self.websockets = Gauge(
            "gateway_websockets_open", "WebSockets that are open.", registry=self.registry
        )
        self._tasks = Gauge(
            "gateway_tasks", "Tasks of the event loop that are not done.", registry=self.registry
        )
        self.delivered = Counter(
            "gateway_subscription_answers",
            "Answers given to subscriptions.",
            registry=self.registry,
        )

    def request(self, outcome: str, seconds: float) -> None:
        self._requests.labels(outcome).inc()
        self._seconds.observe(seconds)

    def retried(self, subgraph: str) -> None:
        self._retries.labels(subgraph).inc()

    @contextmanager
    def fetch(self, subgraph: str) -> Iterator[Outcome]:
        outcome, begun = Outcome(), perf_counter()
        try:
            yield outcome
        finally:
            self._fetches.labels(subgraph, outcome.name).observe(perf_counter() - begun)

    def page(self) -> bytes:
        self._tasks.set(len(asyncio.all_tasks()))
        return generate_latest(self.registry)
