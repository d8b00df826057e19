"""Traces of requests, where `OTEL_EXPORTER_OTLP_ENDPOINT` says whom to send them to.

Unset, nothing that makes or sends spans is imported (`serving.otel`), and a request pays for the
reading of one header. A caller's W3C `traceparent` is honoured either way: the log lines name its
trace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final, Protocol

from starlette.datastructures import Headers

Told = Mapping[str, str | int | float | bool]
"""Attributes of a span: counts, versions, names of stages; no ids, no text."""

_PARENT: Final = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")


class Span(Protocol):
    """One request, while it is answered."""

    @property
    def trace_id(self) -> str:
        """32 hexadecimal digits; "" outside any trace."""

    def stages(self, seconds: Mapping[str, float], about: Told) -> None:
        """Tell of work that has just ended: its stages, one after the other, and facts of it."""

    def end(self, route: str, status: int) -> None:
        """The answer is out, or there will be none (status 0)."""


class Traces(Protocol):
    """Where spans go."""

    def begin(self, method: str, headers: Headers) -> Span:
        """A request has come."""

    def close(self) -> None:
        """Send what is left, as far as that takes little time."""


class Untraced:
    """A request that nobody follows; of a trace that the caller named, only the id is kept."""

    def __init__(self, trace_id: str = "") -> None:
        self.trace_id = trace_id

    def stages(self, seconds: Mapping[str, float], about: Told) -> None:
        """Nothing."""

    def end(self, route: str, status: int) -> None:
        """Nothing."""


class NoTraces:
    """Traces sent to nobody."""

    def begin(self, _method: str, headers: Headers) -> Span:
        """See `Traces`."""
        return Untraced(parent_of(headers)[0])

    def close(self) -> None:
        """Nothing."""


SPAN: ContextVar[Span] = ContextVar("span", default=Untraced())  # noqa: B039  # it holds nothing
"""The span of the request at hand."""


def parent_of(headers: Headers) -> tuple[str, str]:
    """The ids of the trace and of the span that a request came from; "" for what it does not say.

    W3C Trace Context, section 3.2: <https://www.w3.org/TR/trace-context/>.

    >>> parent_of(Headers({"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}))
    ('abababababababababababababababab', 'cdcdcdcdcdcdcdcd')
    >>> parent_of(Headers({"traceparent": f"00-{'0' * 32}-{'cd' * 8}-01"}))
    ('', '')
    """
    found = _PARENT.fullmatch(headers.get("traceparent", "").strip())
    if found is None or not found[1].strip("0") or not found[2].strip("0"):
        return "", ""
    return found[1], found[2]
