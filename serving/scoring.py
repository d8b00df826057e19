"""Score bodies in, answers out: many at once, and a bad one spoils nobody else's answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from features.errors import FendanError, SnapshotError
from model import dispatch
from model.assessment import Desk
from model.deadline import Clock
from model.desk import ServedDesk
from model.together import Asked, scores
from serving.answering import score_answer, to_bytes
from serving.schemas import parse_score
from serving.telemetry import warn
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


def score(desk: Desk, asked: Asked, clock: Clock) -> bytes:
    """The answer to one; where the desk itself breaks, that of the plainest desk there is.

    Raises:
        SnapshotError: the snapshot cannot be used at all.
    """
    snapshot, options = asked
    try:
        sheet = dispatch.score(desk, snapshot, options, clock)
    except Exception as error:  # noqa: BLE001 - a plain answer is worth more than none
        sheet = dispatch.score(plainest(desk, error), snapshot, options, clock)
        sheet = replace(sheet, degraded=(*sheet.degraded, "history"))
    return to_bytes(score_answer(sheet))


def plainest(desk: Desk, error: Exception) -> Desk:
    """The desk to answer with where `desk` broke: its policy, no model, nothing known before.

    Raises:
        SnapshotError: the body is at fault, not the desk.
    """
    if isinstance(error, SnapshotError):
        raise error
    warn("the desk broke", error)
    return ServedDesk.without_model(desk.policy)


def _given(desk: DeskAt, asked: Sequence[Asked], clock: Clock) -> list[Given]:
    desks = [desk(snapshot.as_of) for snapshot, _ in asked]
    if len(asked) > 1 and all(each.policy is desks[0].policy for each in desks):
        try:
            return [to_bytes(score_answer(sheet)) for sheet in scores(desks[0], asked, clock)]
        except Exception as error:  # noqa: BLE001 - whose fault it is shows when each is alone
            warn("scores apart", error)
    return [_alone(each, one, clock) for each, one in zip(desks, asked, strict=True)]


def _alone(desk: Desk, asked: Asked, clock: Clock) -> Given:
    try:
        return score(desk, asked, clock)
    except Exception as error:  # noqa: BLE001 - it must reach the one who asked, and nobody else
        return error
