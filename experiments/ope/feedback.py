"""From decisions and events to logged bandit feedback: who was drawn, and whether the promise held.

One round a ticket: the first lot drawn for it, whatever was done with it afterwards (what is
judged is the choice, not the obedience to it; `carried_out` says how much there was). The reward
is 1 where the ticket kept its promise and 0 where it did not. A ticket whose promise is not due by
the end is left out though it may be solved: those solved early would look like all. Neither depends
on who was drawn, so what is left is a fair sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd

from experiments.ope.estimators import FeedbackError
from experiments.ope.ties import Ties, ties_of
from features.picture import micros_of
from model.columns import Bools, Floats, Ints
from model.decision import Decision, Explored, NearTie, Scores
from training.labels import UNKNOWN, Labels, label
from training.moments import NEVER

Names = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as it was logged; `as_of_us` in microseconds since 1970 (UTC)."""

    ticket_id: str
    as_of_us: int
    agent_id: str
    explored: Explored


def lots_in(decision: Decision) -> list[Lot]:
    """The lots of a decision."""
    at = micros_of(decision.as_of)
    drawn = (each for each in decision.assignments if each.explored is not None)
    return [
        Lot(each.ticket_id, at, each.agent_id, each.explored)
        for each in drawn
        if each.explored is not None
    ]


def lots_in_answer(answer: bytes) -> list[Lot]:
    """The lots of an answer as the decision log keeps it."""
    told = orjson.loads(answer)
    at = micros_of(datetime.fromisoformat(told["as_of"]))
    return [
        Lot(each["ticket_id"], at, each["agent_id"], _explored(each["explored"]))
        for each in told["assignments"]
        if "explored" in each
    ]


def _explored(told: Any) -> Explored:  # noqa: ANN401  # JSON
    ties = tuple(
        NearTie(
            agent_id=tie["agent_id"],
            dearer=tie["dearer"],
            score=tie["score"],
            scores=Scores(**tie["scores"]),
            timeout=tie["risk"]["timeout"],
        )
        for tie in told["near_ties"]
    )
    return Explored(told["propensity"], told["planned_agent_id"], ties)


@dataclass(frozen=True, slots=True, eq=False)
class Feedback:
    """Logged bandit feedback of n tickets: context and actions `ties`, one of which was `taken`.

    `taken` (n,) is the row of `ties` and `agent` (m,) of the drawn agent, `pscore` (n,) its chance,
    `reward` (n,) 1 or 0. `undecided` tickets were left out, since nobody can know of them yet;
    of the others the share `carried_out` went to the drawn agent next.
    """

    ticket_id: Names
    as_of_us: Ints
    ties: Ties
    agent: Names
    taken: Ints
    pscore: Floats
    reward: Floats
    undecided: int
    carried_out: float

    def __len__(self) -> int:
        return self.reward.size

    @classmethod
    def of(cls, lots: Iterable[Lot], events: pd.DataFrame) -> Feedback:
        """From lots in any order, and the event log in which their tickets end.

        Raises:
            FeedbackError: nothing was drawn of which the log knows the end.
        """
        first = _first(lots)
        reward = on_time(label(events), [lot.ticket_id for lot in first])
        known = [lot for lot, each in zip(first, reward.tolist(), strict=True) if each == each]
        if not known:
            raise FeedbackError(
                "no lot was drawn of which the log knows the end",
                where="feedback",
                remedy="set explore.share in the policy, or wait until promises fall due",
            )
        ties = ties_of([lot.explored for lot in known])
        names = [[tie.agent_id for tie in lot.explored.near_ties] for lot in known]
        place = [there.index(lot.agent_id) for there, lot in zip(names, known, strict=True)]
        return cls(
            ticket_id=np.array([lot.ticket_id for lot in known], dtype=object),
            as_of_us=np.array([lot.as_of_us for lot in known], dtype=np.int64),
            ties=ties,
            agent=np.array([name for there in names for name in there], dtype=object),
            taken=ties.starts[:-1] + np.array(place, dtype=np.int64),
            pscore=np.array([lot.explored.propensity for lot in known]),
            reward=reward[~np.isnan(reward)],
            undecided=len(first) - len(known),
            carried_out=float(_carried_out(known, events).mean()),
        )


def _first(lots: Iterable[Lot]) -> list[Lot]:
    """The first lot of each ticket, by time and id."""
    found: dict[str, Lot] = {}
    for lot in sorted(lots, key=lambda each: (each.as_of_us, each.ticket_id)):
        found.setdefault(lot.ticket_id, lot)
    return list(found.values())


def on_time(labels: Labels, tickets: Sequence[str]) -> Floats:
    """Whether each ticket (n,) kept its promise, 1 or 0; NaN where that is not known fairly.

    That is where the promise is not due by the end of the log, or nobody has judged.
    """
    verdict = labels.timeout(labels.end_us).value
    due = (labels.due_us == NEVER) | (labels.due_us <= labels.end_us)
    value = np.where((verdict != UNKNOWN) & due, 1.0 - verdict, np.nan)
    row = pd.Index(labels.ticket_id).get_indexer(pd.Index(tickets))
    return np.asarray(np.append(value, np.nan)[row], np.float64)  # -1, unknown, is the last


def _carried_out(lots: Sequence[Lot], events: pd.DataFrame) -> Bools:
    """Bool (n,): the ticket was next given to the drawn agent."""
    given = events.loc[events["type"] == "ticket.assigned", ["time", "ticket_id", "agent_id"]]
    drawn = pd.DataFrame(
        {
            "time": pd.to_datetime([lot.as_of_us for lot in lots], unit="us", utc=True),
            "ticket_id": [lot.ticket_id for lot in lots],
            "drawn": [lot.agent_id for lot in lots],
        }
    )
    drawn["time"] = drawn["time"].astype(given["time"].dtype)
    drawn["ticket_id"] = drawn["ticket_id"].astype(given["ticket_id"].dtype)
    joined = pd.merge_asof(
        drawn, given.sort_values("time", kind="stable"), on="time", by="ticket_id",
        direction="forward",
    )  # fmt: skip
    return np.asarray((joined["agent_id"] == joined["drawn"]).fillna(value=False), dtype=bool)
