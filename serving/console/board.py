"""What the floor says of a decision whoever looks at it: made once a refresh, shown many times."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from serving.console.asked import Asked
from serving.console.heat import Heat, heat_of
from serving.console.index import Index
from serving.console.plan import Json, Plan, Plans
from serving.console.standing import ALERTS, Standing
from serving.console.teams import Group, Shift, by_shift, by_team


@dataclass(frozen=True, slots=True)
class Board:
    """A decision, its tickets as columns, and its sums.

    `alerts` counts the tickets of each; `kept` those that stay where they are; `unplaced` are the
    ids of tickets of nobody, the most pressing first; `actions` those that save most first.
    """

    plan: Plan
    index: Index
    alerts: Mapping[str, int]
    kept: int
    heat: Heat
    teams: tuple[Group[str], ...]
    shifts: tuple[Group[Shift], ...]
    unplaced: tuple[str, ...]
    actions: tuple[Json, ...]

    @classmethod
    def of(cls, plan: Plan) -> Board:
        """The board of a decision."""
        answer, standing = plan.answer, Standing.of(plan)
        index = Index.of(plan, standing)
        alerts = Counter(index.alerts)
        nobodys = {each["ticket_id"] for each in answer["unassigned"]}
        pressing = (index.ids[at] for at in index.find(Asked()).tolist())
        return cls(
            plan=plan,
            index=index,
            alerts={alert: alerts[alert] for alert in ALERTS},
            kept=sum(each["action"] in ("keep", "hold") for each in answer["assignments"]),
            heat=heat_of(standing),
            teams=by_team(standing),
            shifts=by_shift(standing),
            unplaced=tuple(ticket_id for ticket_id in pressing if ticket_id in nobodys),
            actions=tuple(sorted(answer["actions"], key=_most_saved)),
        )


class Boards:
    """The board of the last decision, made once in a process."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._lock = threading.Lock()
        self._last: Board | None = None

    def latest(self) -> Board | None:
        """The last decision's; None before the first. Raises StoreError."""
        plan = self._plans.latest()
        if plan is None:
            return None
        with self._lock:
            if self._last is None or self._last.plan is not plan:
                self._last = Board.of(plan)
            return self._last


def _most_saved(action: Json) -> float:
    return -(action.get("saves") or 0.0)
