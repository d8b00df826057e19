"""The tickets of a decision as columns: searched and put in order without touching records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.stream import Floats, Ints
from serving.console.asked import NOBODY, Asked
from serving.console.plan import Json, Plan
from serving.console.record import seconds_of
from serving.console.standing import ALERTS, Standing

_SEARCHED: Final = ("ticket_id", "category", "subcategory", "region")
_LONGEST: Final = 20  # digits of a number in an id that is ordered as one
_DIGITS: Final = re.compile(r"\d+")
_BETWEEN: Final = "\n"  # no line of an address holds it: nothing is found across two words


@dataclass(frozen=True, slots=True)
class Index:
    """The n planned tickets, in the order of the decision's records.

    `agents` and `teams` say who has each (empty and `NOBODY` for nobody), `alerts` how pressing it
    is, `words` what it is searched by; `orders` (n,) are the places in each order of `SORTS`.
    """

    ids: tuple[str, ...]
    agents: tuple[str, ...]
    teams: tuple[str, ...]
    alerts: tuple[str, ...]
    words: tuple[str, ...]
    orders: Mapping[str, Ints]

    @classmethod
    def of(cls, plan: Plan, standing: Standing) -> Index:
        """The columns of a decision; `standing` are those of the same."""
        ids = tuple(plan.records)
        agents = tuple(record.get("agent_id") or "" for record in plan.records.values())
        teams = {agent_id: agent.get("team") or "" for agent_id, agent in plan.agents.items()}
        teams[""] = NOBODY
        tickets = [plan.tickets[ticket_id] for ticket_id in ids]
        due = [seconds_of(ticket.get("due_at")) for ticket in tickets]
        return cls(
            ids=ids,
            agents=agents,
            teams=tuple(teams.get(agent, NOBODY) for agent in agents),
            alerts=tuple(ALERTS[rank] for rank in standing.alert.tolist()),
            words=tuple(map(_words, tickets, agents)),
            orders=_orders(standing, ids, agents, np.array(due, np.float64)),
        )

    def find(self, asked: Asked) -> Ints:
        """The places (m,) of the tickets asked for, in the order asked for."""
        order = self.orders[asked.sort]
        fits = np.ones(len(self.ids), np.bool_)
        wanted = ((asked.team, self.teams), (asked.alert, self.alerts), (asked.agent, self.agents))
        for one, those in wanted:
            if one:
                fits &= np.array([each == one for each in those], np.bool_)
        if asked.text:
            text = asked.text.casefold()
            fits &= np.array([text in each for each in self.words], np.bool_)
        return order[fits[order]]


def natural(names: Iterable[str]) -> list[str]:
    """Names as they are put in order: A9 before A10.

    >>> sorted(["A10", "A9", "B1"], key=lambda name: natural([name]))
    ['A9', 'A10', 'B1']
    """
    return [_DIGITS.sub(lambda found: found[0].zfill(_LONGEST), name) for name in names]


def _words(ticket: Json, agent: str) -> str:
    return _BETWEEN.join([agent, *(ticket.get(name) or "" for name in _SEARCHED)]).casefold()


def _orders(
    standing: Standing, ids: Sequence[str], agents: Sequence[str], due: Floats
) -> dict[str, Ints]:
    """Equals go by how pressing they are, and those by their ids; what has no due time is last."""
    name, risk = _ranks(ids), -standing.risk
    pressing = np.lexsort((name, risk, standing.alert))
    place = np.empty_like(pressing)
    place[pressing] = np.arange(len(pressing))
    return {
        "pressing": pressing,
        "due": np.lexsort((place, due)),
        "risk": np.lexsort((place, risk)),
        "agent": np.lexsort((place, _ranks(agents))),
        "closes": np.lexsort((place, standing.hours[:, 0])),
        "ticket": np.argsort(name),
    }


def _ranks(names: Sequence[str]) -> Ints:
    """The place (n,) of each name among all different ones; those written alike are one."""
    keys = natural(names)
    places = {key: at for at, key in enumerate(sorted(set(keys)))}
    return np.array([places[key] for key in keys], np.int64)
