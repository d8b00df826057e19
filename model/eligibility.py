"""Who may take which ticket, and which hard rule ruled out whom.

The rules (`model.rules`) are evaluated on profiles × agents, which are far fewer than tickets ×
agents. Capacity is a hard rule too, but one over the whole plan: `assignment` keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from features.snapshot import Snapshot
from model.columns import Bools, Columns, Ints
from model.policy import Policy
from model.profiles import profiles_of
from model.rules import PASSING, RULES, Question

AT_CAPACITY: Final = "at_capacity"


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may take what, by profile: read it through the methods.

    `lasting` (n_p, n_a) is what the rules about the pair allow, `ready` (n_a,) which agents are
    at work now, `first` (n_p, n_a) the row in `RULES` of the first rule that rules an agent out
    (`len(RULES)` where none does), `profile` (n_t,) the profile of each ticket. `failed`
    (n_p, n_a) has a bit for each rule that fails, by its row in `RULES`; kept only when asked.
    """

    lasting: Bools
    ready: Bools
    first: npt.NDArray[np.int8]
    profile: Ints
    failed: npt.NDArray[np.uint16] | None = None

    def mask(self, tickets: Ints | slice = slice(None)) -> Bools:
        """Bool (n, n_a): who may take each of the tickets, capacity apart."""
        return (self.lasting & self.ready)[self.profile[tickets]]

    def allows(self, ticket: Ints, agent: Ints) -> Bools:
        """Bool (n,): whether each pair may be, capacity apart; -1 stands for no agent."""
        return self.fits(ticket, agent) & _at(self.ready, agent)

    def fits(self, ticket: Ints, agent: Ints) -> Bools:
        """As `allows`, but for an agent who is away: the lasting rules alone."""
        if self.lasting.shape[1] == 0:
            return np.zeros(len(agent), dtype=bool)
        inside: Bools = self.lasting[self.profile[ticket], agent] & (agent >= 0)
        return inside

    def blocked(self, ticket: int, full: Bools) -> dict[str, int]:
        """How many agents each rule ruled out for a ticket, by the first rule that did.

        The counts add up to the agents who cannot take it. `full` (n_a,) are the agents with no
        place left in the plan; they count where no other rule applies.
        """
        row = self.first[self.profile[ticket]]
        told = {name: int(np.count_nonzero(row == at)) for at, (name, _) in enumerate(RULES)} | {
            AT_CAPACITY: int(np.count_nonzero((row == len(RULES)) & full))
        }
        return {name: count for name, count in told.items() if count}

    def ruled_out(self, full: Bools, names: list[str]) -> list[Mapping[str, tuple[str, ...]]]:
        """For each profile: the agents ruled out, by name, with every rule that does so.

        `full` and `names` (n_a,) are as in `blocked` and the agents' ids. Empty unless `judge`
        was told to keep all verdicts.
        """
        if self.failed is None:
            return []
        bits = self.failed | (full.astype(np.uint16) << len(RULES))
        told = {code: _codes(code) for code in np.unique(bits).tolist()}
        return [
            {name: told[code] for name, code in zip(names, row, strict=True) if code}
            for row in bits.tolist()
        ]


def judge(
    snapshot: Snapshot, columns: Columns, policy: Policy, *, keep_all: bool = False
) -> Eligibility:
    """Every rule on every profile of a screened snapshot; see `Eligibility`.

    With `keep_all` every rule's verdict is kept, not only the first one's that fails.
    """
    profiles, profile = profiles_of(snapshot.tickets, columns)
    question = Question(profiles, snapshot.agents, snapshot, policy)
    shape = (len(profiles), len(snapshot.agents))
    failed = np.zeros(shape if keep_all else (0, 0), dtype=np.uint16)
    first = np.full(shape, len(RULES), dtype=np.int8)
    lasting, ready = np.ones(shape, dtype=bool), np.ones(shape[1], dtype=bool)
    for at, (name, rule) in enumerate(RULES):
        good = rule(question)
        first[(first == len(RULES)) & ~good] = at
        if keep_all:
            failed |= (~good).astype(np.uint16) << at
        if name in PASSING:
            ready &= good.reshape(-1)
        else:
            lasting &= good
    return Eligibility(lasting, ready, first, profile, failed if keep_all else None)


def _at(flags: Bools, agent: Ints) -> Bools:
    if not len(flags):
        return np.zeros(len(agent), dtype=bool)
    inside: Bools = flags[agent] & (agent >= 0)
    return inside


def _codes(bits: int) -> tuple[str, ...]:
    names = (*(name for name, _ in RULES), AT_CAPACITY)
    return tuple(name for at, name in enumerate(names) if bits >> at & 1)
