"""The tickets that are open where the log ends: the twin begins with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.twin.reading import Reading
from experiments.twin.waits import waited
from features.stream import HOUR, Floats, Ints
from features.timeline import STATUS


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """(n,) open tickets, the oldest first: position in `Cases`, owner code (-1), where they stand.

    `age` hours since creation and `left` hours to the promise (inf without one); `customer` and
    `party` hours waited so far; `asks` the state they are in, `party_code` the department asked.
    `begun` if somebody had worked on it, `again` if it was reopened.
    """

    case: Ints
    owner: Ints
    age: Floats
    customer: Floats
    party: Floats
    state: Ints
    party_code: Ints
    begun: NDArray[np.bool_]
    again: NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.case.size)


def carried(reading: Reading) -> Carried:
    """The open tickets as of the end of the log."""
    cases, spells = reading.cases, reading.spells
    last = ~spells.over
    case = spells.case[last]
    order = np.argsort(cases.created[case], kind="stable")
    case, state, party = (c[last][order] for c in (spells.case, spells.state, spells.party))
    n = len(cases)
    begun = np.zeros(n, bool)
    begun[spells.case[spells.state == STATUS["in_progress"]]] = True
    row = reading.history.row(cases.ticket[case], np.full(case.size, reading.end))
    return Carried(
        case=case,
        owner=reading.history.timeline.facts["owner"][row],
        age=(reading.end - cases.created[case]) / HOUR,
        customer=waited(reading, STATUS["waiting_customer"], None)[0][case],
        party=spells.hours[last][order],
        state=state,
        party_code=party,
        begun=begun[case],
        again=(cases.back[case] >= 0) & (cases.solved[case] <= cases.back[case]),
    )
