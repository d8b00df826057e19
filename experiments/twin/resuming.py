"""How the open tickets of a log go on in the twin: what is left of a wait, then the rest.

The engine begins every ticket with work. One that waits has a second of it, and its wait is
shortened by the time until its owner is next there for that second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.simulator.draws import Ints
from experiments.simulator.params import DAY_S, HOUR_S, WorldParams
from experiments.simulator.roster import Roster
from experiments.simulator.world import Latent
from experiments.twin.carried import Carried
from experiments.twin.durations import Duration, seconds
from experiments.twin.waits import Waits
from experiments.twin.work import Work
from features.timeline import STATUS

SOON_S: Final = 60
"""The shortest wait that is left of one."""


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """Where the open tickets stand, and what is needed to go on from there.

    `group` (carried,) is the place of each in `work.unseen`, `agent` (n,) the codes of the people.
    """

    params: WorldParams
    waits: Waits
    work: Work
    carried: Carried
    group: Ints
    agent: Ints


def resumed(
    stand: Stand, latent: Latent, category: Ints, roster: Roster, rng: np.random.Generator
) -> Latent:
    """The latent columns with their first rows, those of the carried tickets, made to go on.

    What was drawn anew for a ticket that nobody had begun stays.
    """
    held, n = stand.carried, category.size
    parked = stand.work.seen & np.isin(
        held.state, [STATUS["waiting_customer"], STATUS["internal_collaboration"]]
    )
    later = held.begun | parked
    work = np.where(held.again, latent.work[:n] * stand.params.outcome.rework, latent.work[:n])
    customer = np.where(later, 0, latent.customer_wait[:n])
    party = np.where(later[:, None], 0, latent.party_wait[:n])
    opens = _opens(stand, roster)
    _resume_waits(stand, category, np.flatnonzero(parked), opens, rng, (customer, party))
    if not stand.work.seen:
        left = seconds(stand.work.spans(stand.group, rng.random(n), held.age))
        party[:, 0] = np.where(held.again, party[:, 0], np.maximum(left, SOON_S))
    waits = (customer > 0) | (party > 0).any(axis=1)
    first = latent.first_share[:n]
    rest = np.maximum(work * np.where(later & ~waits, 1 - first, 1), 1)
    return replace(
        latent,
        work=_after(rest, latent.work),
        first_share=np.append(np.where(later & waits, 1 / rest, first), latent.first_share[n:]),
        customer_wait=_after(customer, latent.customer_wait),
        party_wait=_after(party, latent.party_wait),
    )


def _after(head: Ints, column: Ints) -> Ints:
    """A column with its first rows replaced."""
    return np.concatenate([head.astype(np.int64), column[head.shape[0] :]])


def _resume_waits(  # the columns that are written to come last
    stand: Stand, category: Ints, places: Ints, opens: Ints, rng: np.random.Generator,
    columns: tuple[Ints, Ints],
) -> None:  # fmt: skip
    customer, party = columns
    for place in places.tolist():
        kind, chance = int(category[place]), rng.random(1)
        if stand.carried.state[place] == STATUS["waiting_customer"]:
            lasts, waited = stand.waits.customer[kind].lasts, stand.carried.customer
        else:
            column, lasts = _asked(stand, kind, int(stand.carried.party_code[place]))
            waited = stand.carried.party
        left = int(lasts.left(chance, waited[place : place + 1])[0] * HOUR_S)
        left = max(left - int(opens[place]), SOON_S)
        if stand.carried.state[place] == STATUS["waiting_customer"]:
            customer[place] = left
        else:
            party[place, column] = left


def _asked(stand: Stand, kind: int, code: int) -> tuple[int, Duration]:
    """The column of the department that a ticket waits for (else the last), and its duration."""
    names = [step.party for step in stand.params.categories[kind].parties]
    name = list(stand.waits.parties)[code] if code >= 0 else names[-1]
    column = names.index(name) if name in names else len(names) - 1
    return column, stand.waits.parties[names[column]][kind].lasts


def _opens(stand: Stand, roster: Roster) -> Ints:
    """(carried,) seconds until the owner is next at work, a day at most."""
    place = {agent: i for i, agent in enumerate(stand.agent.tolist())}
    opens = [
        min(roster.windows[place[agent]].opens(0), DAY_S) if agent in place else 0
        for agent in stand.carried.owner.tolist()
    ]
    return np.array(opens, np.int64)
