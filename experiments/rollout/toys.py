"""Two toy policies, to be mixed with the static matrix ticket by ticket: fast, and no model.

`least_loaded` leaves the queues shorter for everybody, the old policy's tickets included.
`first_in_line` lets its tickets pass the others: if all tickets are its own, nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from experiments.simulator import Engine, MatrixRule, Waiting, World, field_matrix
from experiments.simulator.names import ticket_of
from training.moments import Bool

Deal = Callable[["Mixed", Sequence[Waiting], AbstractSet[str]], list[str | None]]


class Mixed:
    """The rule of a desk where the tickets marked `new` (tickets,) go by a toy, the rest not."""

    def __init__(self, engine: Engine, deal: Deal, new: Bool) -> None:
        world = engine.world
        self.engine, self.deal, self.new = engine, deal, new.tolist()
        self.matrix: MatrixRule = field_matrix(world.params, world.roster.profiles)
        self.able = _able(world)

    def place(self, waiting: Sequence[Waiting], on_rota: AbstractSet[str]) -> list[str | None]:
        """The agent of each ticket that asks for one."""
        return self.deal(self, waiting, on_rota)

    def is_new(self, ticket: Waiting) -> bool:
        """Whether the toy decides; an escalated ticket goes to the experts as ever."""
        return self.new[ticket_of(ticket.ticket_id)] and not ticket.escalated


def run_mixed(world: World, toy: str, new: Bool, until: int) -> Engine:
    """The desk after second `until`."""
    engine = Engine(world, None)
    engine.rule = Mixed(engine, TOYS[toy], new)
    engine.run(until)
    return engine


def least_loaded(
    desk: Mixed, waiting: Sequence[Waiting], on_rota: AbstractSet[str]
) -> list[str | None]:
    """New tickets go to whom the fewest wait for, of those who can and are on the rota."""
    placed: list[str | None] = list(desk.matrix.place(waiting, on_rota))
    load = {
        agent: len(desk.engine.workers[i].ready) + (desk.engine.workers[i].current is not None)
        for agent, i in desk.engine.agent_of.items()
    }
    for at, ticket in enumerate(waiting):
        able = desk.able.get((ticket.category, ticket.english), ())
        free = [agent for agent in able if agent in on_rota]
        if desk.is_new(ticket) and free:
            placed[at] = min(free, key=lambda agent: (load[agent], agent))
        chosen = placed[at]
        if chosen is not None:
            load[chosen] += 1
    return placed


def first_in_line(
    desk: Mixed, waiting: Sequence[Waiting], on_rota: AbstractSet[str]
) -> list[str | None]:
    """The matrix deals out, but in every queue the new tickets come first, oldest first."""
    for agent, worker in enumerate(desk.engine.workers):
        desk.engine.order(agent, sorted(c.ticket for c in worker.ready if desk.new[c.ticket]))
    placed = desk.matrix.place(waiting, on_rota)
    for ticket, agent_id in zip(waiting, placed, strict=True):
        if agent_id is not None and desk.new[ticket_of(ticket.ticket_id)]:
            order = desk.engine.workers[desk.engine.agent_of[agent_id]].order
            order.setdefault(ticket_of(ticket.ticket_id), len(order))
    return list(placed)


TOYS: Final[dict[str, Deal]] = {"least_loaded": least_loaded, "first_in_line": first_in_line}


def _able(world: World) -> dict[tuple[str, bool], tuple[str, ...]]:
    """Who knows a category, and for English tickets the language."""
    return {
        (kind.code, english): tuple(
            p.agent_id
            for p in world.roster.profiles
            if kind.code in p.skills and (not english or "en" in p.languages)
        )
        for kind in world.params.categories
        for english in (False, True)
    }
