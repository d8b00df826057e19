"""What a service refuses and how it fails to be reached, as named errors."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx
import orjson

from features.errors import FendanError

_PREFIX = "urn:fendan:problem:"


@dataclass(frozen=True, slots=True)
class ProblemFault:
    """One thing that is wrong with what was sent: a JSON pointer and the reason."""

    pointer: str
    reason: str


class FendanProblem(FendanError):  # noqa: N818  # RFC 9457's word for it
    """The service refused (RFC 9457).

    Attributes:
        status: the HTTP status.
        code: the kind of problem, a name that never changes, such as `invalid-body`; `http` where
            something between here and the service refused in its own words.
        detail: what, where and the remedy, in words.
        errors: of a 422, every fault, up to 100.
        request: the id under which the service logged the request; empty if it gave none.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: tuple[ProblemFault, ...] = (),
        request: str = "",
    ) -> None:
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.request = errors, request
        super().__init__(detail, where=f"{status} {code}")


class UnreachableError(FendanError):
    """No answer came, after all tries; what was sent may have been done all the same."""


class StrangeAnswerError(FendanError):
    """An answer that is not of the published shape: not a Fendan, or one of another age."""


def problem_of(response: httpx.Response) -> FendanProblem:
    """The problem that a refusal carries; in plain words where it is not one of Fendan's."""
    request = response.headers.get("x-request-id", "")
    try:
        told = orjson.loads(response.content)
        code = str(told["type"]).removeprefix(_PREFIX)
        faults = tuple(
            ProblemFault(str(fault["pointer"]), str(fault["reason"]))
            for fault in told.get("errors", ())
        )
        return FendanProblem(response.status_code, code, str(told["detail"]), faults, request)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        said = re.sub(r"\s+", " ", response.text[:200]).strip() or response.reason_phrase
        return FendanProblem(response.status_code, "http", said, request=request)
