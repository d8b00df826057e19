"""A live desk: it goes on where the sample log ends, and does what a plan says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from experiments.simulator.checks import WorldError
from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.draws import Floats
from experiments.simulator.engine import Engine
from experiments.simulator.log import LogBook
from experiments.simulator.names import ticket_of
from experiments.simulator.params import HOUR_S, WorldParams
from experiments.simulator.picture import note_contacts, picture
from experiments.simulator.rules import Rule, field_matrix
from experiments.simulator.run import BEFORE, SAMPLE_END_S, SAMPLE_SEED
from experiments.simulator.state import Row
from experiments.simulator.world import World, make_world
from features.snapshot import Snapshot
from model.spent import Deed


class LiveDesk:
    """The desk from second `begin` on; until then the static matrix has dealt tickets out.

    After that new tickets have no owner until `apply` gives them one, unless `keep_matrix`:
    then the matrix goes on, and `step` makes exactly the events of the longer log.
    `history` holds the events until `begin` (for the default: the sample log). A `world` and a
    `rule` of its own (a twin's, say) take the place of those of `params` and the matrix.
    """

    def __init__(
        self,
        seed: int = SAMPLE_SEED,
        *,
        params: WorldParams = FIELD_DESK,
        begin: int = SAMPLE_END_S,
        keep_matrix: bool = False,
        world: World | None = None,
        rule: Rule | None = None,
    ) -> None:
        world = make_world(params, seed) if world is None else world
        own: Rule = field_matrix(world.params, world.roster.profiles) if rule is None else rule
        self._engine = Engine(world, own)
        self._book = LogBook(world)
        self._contacts: dict[int, list[tuple[int, int, int]]] = {}
        self._engine.run(begin)
        self.history = self._take(BEFORE)
        if not keep_matrix:
            self._engine.release()

    @property
    def world(self) -> World:
        """All there is, the latent too: for who judges what was done, never for who decides."""
        return self._engine.world

    @property
    def second(self) -> int:
        """The present second of the world."""
        return self._engine.now

    def worked(self) -> Floats:
        """Hours each agent (n_agents,) worked at tickets since the world's begin."""
        return np.array([worker.worked for worker in self._engine.workers]) / HOUR_S

    def step(self, minutes: int = 5) -> pd.DataFrame:
        """Let `minutes` pass; the new events, conforming and in order.

        Raises:
            WorldError: time would stand still, or the world is at its end.
        """
        if minutes <= 0:
            raise WorldError(f"cannot step {minutes} minutes", where="live desk")
        before, engine = self._engine.now, self._engine
        if before + minutes * 60 > engine.world.params.days * 86_400:
            raise WorldError("the world ends here", where="live desk", remedy="start a new desk")
        engine.run(before + minutes * 60)
        return self._take(before)

    def snapshot(self) -> Snapshot:
        """All open tickets and agents now, as the ticket system knows them."""
        return picture(self._engine, self._contacts)

    def apply(self, assignments: Mapping[str, str], queues: Mapping[str, Sequence[str]]) -> int:
        """Carry out a plan: ticket → agent, and per agent the order of work. Owners changed.

        A ticket closed since the snapshot is passed over; the case an agent has in hand is not
        interrupted by an order, only by handing it to somebody else. What it changes shows in
        the events of the next `step`.

        Raises:
            WorldError: an agent or a ticket that does not exist.
        """
        engine = self._engine
        unknown = (set(assignments.values()) | set(queues)) - engine.agent_of.keys()
        if unknown:
            raise WorldError(f"no agent {min(unknown)!r}", where="plan")
        for agent_id, tickets in queues.items():
            engine.order(engine.agent_of[agent_id], [_known(ticket) for ticket in tickets])
        moves = [(_known(t), engine.agent_of[agent_id]) for t, agent_id in assignments.items()]
        return sum(engine.assign(ticket, agent) for ticket, agent in moves)

    def act(self, deeds: Iterable[Deed]) -> int:
        """Do each `(action, ticket, party)` of a plan; how many were heard.

        Chases, nudges and departments started at once have their effect (`simulator.waits`); one
        that comes too late or too often has none. Escalations and warnings change nothing here:
        what a manager would do is not known of the field.
        """
        return sum(self._do(*deed) for deed in deeds)

    def _do(self, action: str, ticket_id: str, party: str) -> bool:
        engine = self._engine
        case = engine.cases.get(_known(ticket_id))
        if case is None or case.closed:
            return False
        if action == "chase_customer":
            return engine.waits.chase(case, engine.now)
        if action == "nudge_party":
            return engine.waits.nudge(case, party, engine.now)
        if action == "start_parties":
            return engine.waits.start(case, party, engine.now)
        return False

    def _take(self, after: int) -> pd.DataFrame:
        rows = self._engine.take_rows()
        note_contacts(self._engine.world, _spoken(rows), self._contacts)
        return self._book.write(rows, after, self._engine.now)


def _spoken(rows: Sequence[Row]) -> list[tuple[int, int, int]]:
    kinds = ("ticket.created", "ticket.contact")
    return [(row.time, row.ticket, row.contact) for row in rows if row.type in kinds]


def _known(name: str) -> int:
    try:
        return ticket_of(name)
    except ValueError:
        raise WorldError(f"no ticket {name!r}", where="plan") from None
