"""A pulse as JSON values and as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import Any, Final

from features.picture import moment_of
from serving.pulse.calendar import Span
from serving.pulse.figures import Split
from serving.pulse.pulse import Pulse
from serving.pulse.shapes import FiguresOut

_FIELDS: Final = {
    "arrivals": "arrivals",
    "resolved": "resolved",
    "response_p50_hours": "response_p50",
    "response_p90_hours": "response_p90",
    "close_p50_hours": "close_p50",
    "close_p90_hours": "close_p90",
    "judged": "judged",
    "timeouts": "late",
    "timeout_share": "late_share",
    "repeated": "repeated",
    "repeated_share": "repeated_share",
    "reopened": "reopened",
    "escalated": "escalated",
}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def pulse_answer(pulse: Pulse, split: Split) -> dict[str, Any]:
    """The answer of `GET /v1/pulse`, in the shape of `PulseOut`."""
    return {
        "as_of": pulse.now,
        "timezone": pulse.zone,
        "by": pulse.asked.by,
        "rows": rows(pulse, split),
        "alarms": [
            {
                "figure": alarm.figure,
                "team": alarm.team,
                "now": _number(alarm.now),
                "before": _number(alarm.before),
                "rise": _number(alarm.rise),
                "tickets": alarm.tickets,
                "chance": float(f"{alarm.chance:.3g}"),
            }
            for alarm in pulse.alarms
        ],
        "stages": [
            {
                "stage": stage.stage,
                "timeouts": stage.late,
                "longest": stage.longest,
                "median_hours": None if stage.hours is None else _number(stage.hours),
            }
            for stage in pulse.causes.stages
        ],
        "causes": [
            {
                "stage": cause.stage,
                "category": cause.category,
                "timeouts": cause.late,
                "share_so_far": _number(cause.so_far),
                "vital": cause.vital,
            }
            for cause in pulse.causes.cells
        ],
    }


def rows(pulse: Pulse, split: Split) -> list[dict[str, Any]]:
    """The figures of each period, the last one under way; groups without any are left out."""
    told = [*_rows(pulse, pulse.span, split, complete=True)]
    return [*told, *_rows(pulse, pulse.current, split, complete=False)]


def csv_text(table: list[dict[str, Any]]) -> str:
    r"""The rows as CSV (RFC 4180) under a header; no name can become a formula in a spreadsheet.

    >>> row = dict.fromkeys(FiguresOut.model_fields, 0) | {"team": "=HYPERLINK(1)", "judged": None}
    >>> csv_text([row]).splitlines()[1]
    "0,0,0,'=HYPERLINK(1),0,0,0,0,0,0,0,,0,0,0,0,0,0"
    """
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(FiguresOut.model_fields))  # rows end in CRLF
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in table)
    return written.getvalue()


def _rows(pulse: Pulse, span: Span, split: Split, *, complete: bool) -> Iterator[dict[str, Any]]:
    found, asked = pulse.figures(span, split), pulse.asked
    busy = found.arrivals + found.resolved + found.judged > 0
    moments = [moment_of(edge).astimezone(pulse.now.tzinfo) for edge in span.edges.tolist()]
    for group, name in enumerate(pulse.names(split)):
        for place in range(len(span)):
            if split == "none" or busy[group, place]:
                yield {
                    "start": moments[place].isoformat(),
                    "end": moments[place + 1].isoformat() if complete else pulse.now.isoformat(),
                    "complete": complete,
                    "team": name if split == "team" else asked.team or None,
                    "category": name if split == "category" else asked.category or None,
                    **{
                        field: _number(getattr(found, figure)[group, place])
                        for field, figure in _FIELDS.items()
                    },
                }


def _number(value: float) -> float | int | None:
    """Whole numbers as they are, others to six places, None for what is no number."""
    if not math.isfinite(value):
        return None
    return round(float(value), 6) if isinstance(value, float) else int(value)


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
