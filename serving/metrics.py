"""The service's metrics, as Prometheus reads them; `serving/grafana` shows them.

Labels are names of the service's own (routes as templates, stages, reasons), never a ticket, an
agent, a customer or a path that somebody made up.
"""

from __future__ import annotations

import os
import time
from collections import Counter as Tally
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from model.decision import Decision
from model.placements import actions_of

WORKERS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The client library's own variable: set, the workers' counts are added up from this folder."""

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
STAGES = ("risk_model", "optimiser", "history", "decision_log")
SWAPS = ("taken", "not_sane", "not_loaded", "not_asked")
EVENTS = ("accepted", "duplicate", "rejected")
PULSE_FIGURES = ("close_hours", "response_hours", "timeout_share")


class Telemetry:
    """The metrics of one app, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._of_requests()
        self._of_refreshes()
        self._of_the_desk()
        self.here()

    def refreshed(self, decision: Decision, degraded: list[str], seconds: float) -> None:
        """Count one refresh."""
        self.refresh_seconds.observe(seconds)
        for stage, ms in decision.timings_ms.items():
            self.stage_seconds.labels(stage).observe(ms / 1000)
        for stage in degraded:
            self.degraded.labels(stage).inc()
        for action, count in Tally(actions_of(decision.assignments)).items():
            self.tickets.labels(action).inc(count)
        self.tickets.labels("unassigned").inc(len(decision.unassigned))
        self.tickets.labels("rejected").inc(len(decision.rejected))
        self.open_tickets.set(decision.summary.open)
        self.expected_timeouts.labels("planned").set(decision.summary.expected_timeouts)
        self.expected_timeouts.labels("kept").set(decision.summary.expected_timeouts_if_kept)
        self.last_refresh.set(time.time())
        self.policy_version.set(decision.policy.version)
        self.model_version.set(decision.model.version)

    def knew(self, events_seq: int, *, behind: bool) -> None:
        """Note up to which event the last refresh knew the history, and whether that was all."""
        self.history_seq.set(events_seq)
        self.history_behind.set(behind)

    def took_events(self, accepted: int, duplicates: int, rejected: int) -> None:
        """Count what became of the events of one request."""
        for outcome, count in zip(EVENTS, (accepted, duplicates, rejected), strict=True):
            self.events.labels(outcome).inc(count)

    def here(self) -> None:
        """Note how much memory this process holds; a number that nobody asked for is left out."""
        with suppress(OSError, ValueError, IndexError):
            pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
            self.resident.set(pages * os.sysconf("SC_PAGE_SIZE"))

    def exposition(self) -> bytes:
        """The metrics as Prometheus reads them, of all workers together where there are many."""
        self.here()
        folder = os.environ.get(WORKERS_FOLDER)
        if not folder:
            return generate_latest(self._registry)
        _forget_the_dead(Path(folder))
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library's gap
        return generate_latest(together)

    def _of_requests(self) -> None:
        self.requests = self._counter(
            "fendan_requests", "Requests answered.", "method", "route", "status"
        )
        self.request_seconds = self._histogram("fendan_request_seconds", "Time to answer.", "route")
        self.in_flight = self._gauge(
            "fendan_requests_in_flight", "Requests that are being answered.", "livesum"
        )
        self.body_bytes = self._gauge(
            "fendan_body_bytes_in_flight", "Bytes of bodies that are held in memory.", "livesum"
        )
        self.refused = self._counter(
            "fendan_refused", "Requests refused, by the kind of problem.", "reason"
        )
        self.waiting = self._gauge(
            "fendan_waiting", "Requests that wait for their turn.", "livesum", "work"
        )
        self.wait_seconds = self._histogram(
            "fendan_wait_seconds", "Time waited for a turn.", "work"
        )

    def _of_refreshes(self) -> None:
        self.refresh_seconds = self._histogram(
            "fendan_refresh_seconds", "Body read to answer ready."
        )
        self.stage_seconds = self._histogram(
            "fendan_stage_seconds", "Time in a stage of a refresh.", "stage"
        )
        self.tickets = self._counter(
            "fendan_tickets", "Tickets decided on, by what became of them.", "outcome"
        )
        self.degraded = self._counter("fendan_degraded", "Stages that gave way.", "stage")
        self.open_tickets = self._gauge("fendan_open_tickets", "Open tickets at the last refresh.")
        self.expected_timeouts = self._gauge(
            "fendan_expected_timeouts",
            "Sum of timeout risks at the last refresh.",
            "mostrecent",
            "plan",
        )
        self.last_refresh = self._gauge(
            "fendan_last_refresh_timestamp_seconds", "When the last refresh was answered."
        )
        for stage in STAGES:
            self.degraded.labels(stage)

    def _of_the_desk(self) -> None:
        self.policy_version = self._gauge(
            "fendan_policy_version", "Version of the policy that the last refresh obeyed."
        )
        self.model_version = self._gauge(
            "fendan_model_version", "Version of the model served; 0 without one."
        )
        self.swaps = self._counter(
            "fendan_model_swaps", "Looks for another model that led to something.", "outcome"
        )
        self.events = self._counter("fendan_events", "Events sent, by outcome.", "outcome")
        self.history_seq = self._gauge(
            "fendan_history_seq", "Number of the last event that the last refresh knew."
        )
        self.history_behind = self._gauge(
            "fendan_history_behind", "1 where the last refresh could not bring its history up."
        )
        self.pulse_alarms = self._gauge(
            "fendan_pulse_alarms",
            "Teams (and the whole desk) of which a figure jumped last week, looked at every hour.",
            "mostrecent",
            "figure",
        )
        self.resident = self._gauge(
            "fendan_process_resident_bytes", "Memory held by each worker.", "liveall"
        )
        for counter, names in ((self.swaps, SWAPS), (self.events, EVENTS)):
            for name in names:
                counter.labels(name)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(name, words, labels, registry=self._registry)

    def _histogram(self, name: str, words: str, *labels: str) -> Histogram:
        return Histogram(name, words, labels, buckets=_SECONDS, registry=self._registry)

    def _gauge(self, name: str, words: str, many: str = "mostrecent", *labels: str) -> Gauge:
        """`many` says what the workers' values make together."""
        return Gauge(name, words, labels, registry=self._registry, multiprocess_mode=many)  # type: ignore[arg-type]


def _forget_the_dead(folder: Path) -> None:
    """Leave out what workers that ended were doing; what they had counted stays."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not Path(f"/proc/{pid}").exists() and Path("/proc/self").exists():
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
