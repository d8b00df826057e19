"""What was done before a refresh: actions cost people's time, so none is repeated too soon."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, get_args

from model.alert import desk_time
from model.decision import ActionName, NextAction
from model.policy import Policy
from model.underway import NOTHING, Moves, Underway, last_moves

Deed = tuple[str, str, str]
"""(action, ticket id, department or person it went to; "" for the customer)."""


NAMES: Final[tuple[str, ...]] = get_args(ActionName)
"""Every action there is."""


@dataclass(frozen=True, slots=True)
class Spent:
    """The actions of earlier refreshes: today's counts by action, and when each deed was last done.

    `underway` is what was told of tickets and may not have arrived. The caller keeps all of it
    (the service in its decision log); equal requests with equal `Spent` give equal answers.
    """

    today: Mapping[str, int] = field(default_factory=dict)
    last: Mapping[Deed, datetime] = field(default_factory=dict)
    underway: Underway = NOTHING

    def about(self, tickets: Container[str]) -> Spent:
        """The same, with the deeds and moves of some tickets only; the counts stay."""
        last = {each: moment for each, moment in self.last.items() if each[1] in tickets}
        return Spent(self.today, last, self.underway.about(tickets))

    def to_json(self) -> dict[str, object]:
        """As JSON values, to be stored with the decision; `of_json` reads them back."""
        last = sorted((*deed, moment.isoformat()) for deed, moment in self.last.items())
        today = dict(sorted(self.today.items()))
        told: dict[str, object] = {"today": today, "last": [list(each) for each in last]}
        return told if self.underway == NOTHING else {**told, **self.underway.to_json()}

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Spent:
        """What `to_json` gave.

        >>> Spent.of_json(Spent({"escalate": 2}).to_json()) == Spent({"escalate": 2})
        True
        """
        last = {(name, row, to): datetime.fromisoformat(at) for name, row, to, at in stored["last"]}
        underway = Underway.of_json(stored) if "sent" in stored else NOTHING
        return cls(dict(stored["today"]), last, underway)


def deed(action: NextAction) -> Deed:
    """What is done, apart from why."""
    return action.action, action.ticket_id, action.party or action.to or ""


def horizons(policy: Policy, as_of: datetime) -> dict[str, datetime]:
    """From when on the deeds of each action count: its `repeat_hours`, and today at least."""
    midnight = day_of(policy, as_of)
    return {
        name: min(midnight, as_of - timedelta(hours=policy.actions.named(name).repeat_hours))
        for name in NAMES
    }


def day_of(policy: Policy, as_of: datetime) -> datetime:
    """When the desk's day began."""
    return desk_time(as_of, policy.timezone).replace(hour=0, minute=0, second=0, microsecond=0)


def spent_on(
    deeds: Iterable[tuple[Deed, datetime]], policy: Policy, as_of: datetime, moves: Moves = ()
) -> Spent:
    """What deeds with their moments (those of refreshes before `as_of`) have spent at `as_of`.

    `moves` are the tickets that those refreshes sent to somebody, in their order.

    Deeds at `as_of` or later do not count, so that the same request gives the same answer again.
    """
    midnight, since = day_of(policy, as_of), horizons(policy, as_of)
    today: dict[str, int] = {}
    last: dict[Deed, datetime] = {}
    for each, moment in deeds:
        name = each[0]
        if name not in since or not since[name] <= moment < as_of:
            continue
        last[each] = max(moment, last.get(each, moment))
        if moment >= midnight:
            today[name] = today.get(name, 0) + 1
    return Spent(today, last, Underway(last_moves(moves, policy, as_of)))
