"""What the service counts, for /metrics: how many, how long, never what of."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.detector.checks import Finding
from bot.detector.providers.outside import Asked


class Figures:
    """The counters of one service; several may live in one process."""

    def __init__(self, taken: Callable[[], int], replaced: Callable[[], int]) -> None:
        """`taken`: seats in use; `replaced`: decoding children that died or were stuck."""
        self._registry = CollectorRegistry()
        self._checks = Counter(
            "tirek_detector_checks_total", "Checks by what came of them", ["outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "tirek_detector_check_seconds",
            "Work on a check, decoding included, waiting and outside services not",
            buckets=(0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
            registry=self._registry,
        )
        self._outside = Counter(
            "tirek_detector_outside_total", "Asking outside services", ["service", "outcome"], registry=self._registry
        )
        seats = Gauge("tirek_detector_seats_taken", "Checks at work and waiting", registry=self._registry)
        seats.set_function(taken)
        children = Gauge("tirek_detector_children_replaced", "Since the start", registry=self._registry)
        children.set_function(replaced)

    def checked(self, finding: Finding) -> None:
        self._checks.labels(finding.reason or finding.band).inc()
        self._seconds.observe(finding.ms / 1000)

    def asked(self, services: Iterable[Asked]) -> None:
        for each in services:
            self._outside.labels(each.name, each.why or each.outcome).inc()

    def text(self) -> bytes:
        """In the form that Prometheus reads."""
        return generate_latest(self._registry)
