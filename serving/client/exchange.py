"""One call from its first try to its answer, without doing any I/O.

`exchange` is a generator: it says when to try and when to pause, and is told what came of it. Who
drives it may block or await, so that both clients share every rule of retrying.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Generic, TypeVar

import httpx

from features.errors import FendanError
from serving.client.problem import UnreachableError, problem_of

T = TypeVar("T")
_PASSING: Final = frozenset({429, 502, 503, 504})
_NOT_BEGUN: Final = frozenset({429})
_SOON: Final = 0.05  # seconds: a clock that jumped ahead leaves a try at least so long
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Retries:
    """How long to go on trying.

    The n-th pause is drawn from `[0.5, 1] * min(first_seconds * 2**n, most_seconds)`, or is what
    the service asks for in `Retry-After` where that is longer. Nothing is tried or awaited later
    than `within_seconds` after the first try, nor more often than `tries`; `try_seconds` bounds the
    wait for any part of one answer. With `seed` the pauses are always the same: for tests, since
    callers that share one come back all at once.
    """

    within_seconds: float = 60.0
    try_seconds: float = 30.0
    first_seconds: float = 0.1
    most_seconds: float = 5.0
    tries: int | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        bounded = self.within_seconds > 0 and self.try_seconds > 0
        bounded = bounded and (self.tries is None or self.tries > 0)
        if not (bounded and 0 <= self.first_seconds <= self.most_seconds):
            raise FendanError(
                "the times of the retries make no sense",
                where=repr(self),
                remedy="use 0 <= first_seconds <= most_seconds, and above 0 within_seconds, "
                "try_seconds and tries",
            )

    def pauses(self) -> Iterator[float]:
        """Seconds before the second try, the third, and so on, without end."""
        chance, most = random.Random(self.seed), self.first_seconds  # noqa: S311  # not a secret
        while True:
            yield most * chance.uniform(0.5, 1)
            most = min(most * 2, self.most_seconds)


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """What to ask, and how its answer is read.

    `repeatable` says that asking twice does no more than asking once: then it is asked again also
    where nobody knows whether the first try was carried out. `read` is given every answer whose
    status is below 300 or among `also`.
    """

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    repeatable: bool = True
    also: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Try:
    """Send the request now, and wait so long for any part of its answer."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for so long."""

    seconds: float


Outcome = httpx.Response | httpx.RequestError | None
"""What came of a step: an answer, no answer, or nothing (after a pause)."""
Steps = Generator[Try | Pause, Outcome, T]


def exchange(
    call: Call[T], retries: Retries, clock: Callable[[], float] = time.monotonic
) -> Steps[T]:
    """The steps that lead to the answer, which is the generator's value.

    Raises:
        FendanProblem: the service refused, and went on refusing.
        UnreachableError: no answer came.
        StrangeAnswerError: the answer is not of the published shape.
    """
    until = clock() + retries.within_seconds
    for number, pause in enumerate(retries.pauses(), 1):
        left = max(until - clock(), _SOON)
        outcome = yield Try(min(retries.try_seconds, left))
        if isinstance(outcome, httpx.Response) and _answers(call, outcome):
            return call.read(outcome)
        wait = max(pause, _asked_to_wait(outcome))
        over = number == retries.tries or clock() + wait >= until
        if over or not _worth_repeating(call, outcome):
            raise _failure(outcome, retries)
        yield Pause(wait)
    raise AssertionError  # pauses never end


def _answers(call: Call[T], response: httpx.Response) -> bool:
    return response.is_success or response.status_code in call.also


def _worth_repeating(call: Call[T], outcome: Outcome) -> bool:
    if isinstance(outcome, httpx.Response):
        return outcome.status_code in (_PASSING if call.repeatable else _NOT_BEGUN)
    return call.repeatable or isinstance(outcome, _NEVER_SENT)


def _asked_to_wait(outcome: Outcome) -> float:
    """Seconds that `Retry-After` asks for, written as a number or as a date; else 0.

    >>> _asked_to_wait(httpx.Response(503, headers={"Retry-After": "7"}))
    7.0
    """
    said = outcome.headers.get("retry-after", "") if isinstance(outcome, httpx.Response) else ""
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    return (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds()


def _failure(outcome: Outcome, retries: Retries) -> FendanError:
    if isinstance(outcome, httpx.Response):
        return problem_of(outcome)
    return UnreachableError(
        f"the service does not answer ({type(outcome).__name__}: {outcome})",
        where=str(outcome.request.url.copy_with(query=None)) if outcome else "",
        remedy=f"check that it runs there; tried for up to {retries.within_seconds:g} s",
    )
