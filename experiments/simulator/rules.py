"""Who gets a ticket: the seam at which dispatch rules are exchanged, and the static matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Protocol

from experiments.simulator.checks import WorldError
from experiments.simulator.params import WorldParams
from experiments.simulator.roster import Profile


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that asks for an owner, as a ticket system shows it.

    `escalated` tickets have gone to a higher tier; `agent_id` is who has it so far.
    """

    ticket_id: str
    category: str
    region: str
    english: bool
    escalated: bool
    agent_id: str | None


class Rule(Protocol):
    """Deals tickets out at a refresh; keeps nothing but its own turns."""

    def place(self, waiting: Sequence[Waiting], on_rota: AbstractSet[str]) -> Sequence[str | None]:
        """The agent for each ticket, None to leave it as it is; `on_rota` are not off."""
        ...


@dataclass(slots=True)
class MatrixRule:
    """The fixed category × region matrix: each cell names agents, who take turns, come what may.

    It looks neither at load nor at skill nor at the hour: that is what the desk does before
    Fendan. Only who has the day off is passed over, if somebody else of the cell has not.
    An escalated ticket goes to the category's experts once.
    """

    cells: Mapping[tuple[str, str], tuple[str, ...]]
    experts: Mapping[str, tuple[str, ...]]
    _turn: dict[tuple[str, str], int] = field(default_factory=dict)

    def place(self, waiting: Sequence[Waiting], on_rota: AbstractSet[str]) -> list[str | None]:
        """The next agent of each ticket's cell.

        >>> rule = MatrixRule({("invoice", "east"): ("A1", "A2")}, {"invoice": ("A9",)})
        >>> ticket = Waiting("T1", "invoice", "east", False, False, None)
        >>> rule.place([ticket, ticket, ticket], {"A1", "A2"})
        ['A1', 'A2', 'A1']
        >>> rule.place([ticket], {"A1"})
        ['A1']
        """
        return [self._next(ticket, on_rota) for ticket in waiting]

    def _next(self, ticket: Waiting, on_rota: AbstractSet[str]) -> str:
        place = (ticket.category, "experts" if ticket.escalated else ticket.region)
        row = self.experts[ticket.category] if ticket.escalated else self.cells[place]
        if ticket.escalated and ticket.agent_id in row:
            return ticket.agent_id
        turn = self._turn.get(place, 0)
        self._turn[place] = turn + 1
        in_turn = [row[(turn + i) % len(row)] for i in range(len(row))]
        return next((agent for agent in in_turn if agent in on_rota), in_turn[0])


def field_matrix(params: WorldParams, profiles: Sequence[Profile]) -> MatrixRule:
    """The matrix of the simulated desk: home team × home region, where nobody is: the team."""
    cells: dict[tuple[str, str], tuple[str, ...]] = {}
    experts: dict[str, tuple[str, ...]] = {}
    for kind in params.categories:
        team = [p for p in profiles if p.team.name == kind.home_team]
        for region, (name, _) in enumerate(params.regions):
            local = [p for p in team if p.region == region] or team
            cells[kind.code, name] = tuple(p.agent_id for p in local)
        higher = [p for p in profiles if p.team.tier > 1 and kind.code in p.skills]
        experts[kind.code] = tuple(p.agent_id for p in higher or team)
    if not all(cells.values()):
        raise WorldError("a cell of the matrix names nobody", where="matrix")
    return MatrixRule(cells, experts)
