"""What the service tells about itself: Prometheus metrics and JSON log lines.

Neither holds a ticket's text, a customer, a key, or a message of an unforeseen exception
(which may quote any of these): of such an exception only its type and place are told.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections import Counter as Tally
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from model.decision import Decision
from model.placements import actions_of

LOGGER = logging.getLogger("fendan.serving")
WORKERS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The client library's own variable: set, the workers' counts are added up from this folder."""

_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


class Telemetry:
    """The metrics of one app, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = r = CollectorRegistry()
        self.requests = Counter(
            "fendan_requests", "Requests answered.", ("method", "route", "status"), registry=r
        )
        self.refused = Counter(
            "fendan_refused", "Callers not let in, by why.", ("reason",), registry=r
        )
        self.request_seconds = Histogram(
            "fendan_request_seconds", "Time to answer.", ("route",), buckets=_SECONDS, registry=r
        )
        self.refresh_seconds = Histogram(
            "fendan_refresh_seconds", "Body read to answer ready.", buckets=_SECONDS, registry=r
        )
        self.stage_seconds = Histogram(
            "fendan_stage_seconds",
            "Time in a stage of a refresh.",
            ("stage",),
            buckets=_SECONDS,
            registry=r,
        )
        self.tickets = Counter(
            "fendan_tickets",
            "Tickets decided on, by what became of them.",
            ("outcome",),
            registry=r,
        )
        self.degraded = Counter("fendan_degraded", "Stages that gave way.", ("stage",), registry=r)
        self.open_tickets = Gauge(
            "fendan_open_tickets",
            "Open tickets at the last refresh.",
            registry=r,
            multiprocess_mode="mostrecent",
        )
        self.expected_timeouts = Gauge(
            "fendan_expected_timeouts",
            "Sum of timeout risks at the last refresh.",
            ("plan",),
            registry=r,
            multiprocess_mode="mostrecent",
        )

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

    def exposition(self) -> bytes:
        """The metrics as Prometheus reads them, of all workers together where there are many."""
        if not os.environ.get(WORKERS_FOLDER):
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library's gap
        return generate_latest(together)


class JsonLines(logging.Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `event`, and the record's `about`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without the message of an exception."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "about", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = where_it_broke(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def where_it_broke(error: BaseException) -> dict[str, Any]:
    """Type and places of an exception and of its cause, innermost last; no message, no value."""
    frames = traceback.extract_tb(error.__traceback__)
    told: dict[str, Any] = {
        "type": type(error).__name__,
        "frames": [f"{f.filename}:{f.lineno} {f.name}" for f in frames[-12:]],
    }
    if error.__cause__ is not None:
        told["cause"] = where_it_broke(error.__cause__)
    return told


def say(event: str, level: int = logging.INFO, **about: str | float | None) -> None:
    """Log an event with its facts."""
    LOGGER.log(level, event, extra={"about": about})


def log_to(level: int, stream: TextIO | None = None) -> None:
    """Send this process's logs to `stream` (standard error) as JSON lines from `level` on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.INFO))  # libraries' debug lines may quote data
    LOGGER.setLevel(level)
