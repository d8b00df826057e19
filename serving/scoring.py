"""Score bodies in, answers out: many at once, and a bad one spoils nobody else's answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from features.errors import FendanError
from model.assessment import Desk
from model.deadline import Clock
from model.together import Asked, scores
from serving.answering import score_answer, to_bytes
from serving.schemas import parse_score
from serving.together import Given

DeskAt = Callable[[datetime], Desk]
"""The desk under the policy that holds at a moment."""


def answers(bodies: Sequence[bytes], desk: Callable[[], DeskAt], clock: Clock) -> list[Given]:
    """The answer to each body, or the error that stands in its way.

    Raises:
        FendanError: there is no desk to answer.
    """
    read = [_parsed(body) for body in bodies]
    asked = [one for one in read if not isinstance(one, Exception)]
    if not asked:
        return [one for one in read if isinstance(one, Exception)]
    given = iter(_given(desk(), asked, clock))
    return [one if isinstance(one, Exception) else next(given) for one in read]


def _parsed(body: bytes) -> Asked | Exception:
    try:
        return parse_score(body)
    except FendanError as error:
        return error


def _given(desk: DeskAt, asked: Sequence[Asked], clock: Clock) -> list[Given]:
    desks = [desk(snapshot.as_of) for snapshot, _ in asked]
    try:
        if all(each.policy is desks[0].policy for each in desks):
            return [to_bytes(score_answer(sheet)) for sheet in scores(desks[0], asked, clock)]
    except Exception as error:  # noqa: BLE001 - whose fault it is shows when each is asked alone
        if len(asked) == 1:
            return [error]
    return [given for one in asked for given in _given(desk, [one], clock)]
