"""What the service tells about itself: Prometheus metrics (`serving.metrics`) and JSON log lines.

Neither holds a ticket's text, a customer, a key, or a message of an unforeseen exception
(which may quote any of these): of such an exception only its type and place are told.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import orjson

from serving.metrics import WORKERS_FOLDER, Telemetry

__all__ = ["LOGGER", "REQUEST", "WORKERS_FOLDER", "JsonLines", "Telemetry", "log_to", "say", "warn"]

LOGGER = logging.getLogger("fendan.serving")
_NONE: Final[Mapping[str, str]] = {}
REQUEST: ContextVar[Mapping[str, str]] = ContextVar("request", default=_NONE)
"""The ids of the request at hand, `request` and `trace`: in every line that is logged for it."""


class JsonLines(logging.Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `event`, `request`, `trace`, `about`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without the message of an exception."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **REQUEST.get(),
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


def warn(event: str, error: BaseException) -> None:
    """Log what went wrong and was got round; an exception by its type and place alone."""
    LOGGER.warning(event, extra={"about": {"exception": where_it_broke(error)}})


def log_to(level: int, stream: TextIO | None = None) -> None:
    """Send this process's logs to `stream` (standard error) as JSON lines from `level` on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.INFO))  # libraries' debug lines may quote data
    LOGGER.setLevel(level)
