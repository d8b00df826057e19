"""The same tickets at another time: begun later than now, begun now, or with hours gained.

No second model stands behind it: rows of the frame are asked again with the columns that tell of
time moved, all others as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.easing import Standing, eased
from features.frame import UNSEEN, Encoder
from features.history import History
from features.promise import nearer
from features.stream import NEVER, Floats, Ints
from features.timeline import parked
from features.urgency import hours_to_due
from features.view import TicketView
from model.risk import CERTAIN, RiskModel


@dataclass(frozen=True, slots=True, eq=False)
class Retimed:
    """Asks the timeout risk of tickets at another time.

    Rows `x` (n, p) are of tickets `t_idx` (n,), columns as `risk.names`; `now` (n,) is their risk.
    """

    risk: RiskModel
    encoder: Encoder
    history: History
    tickets: TicketView

    def delayed(self, t_idx: Ints, x: Floats, now: Floats, hours: Floats) -> Floats:
        """The risk (n, g) with the promise `hours` nearer: (g,), or (n, g) rising along each row.

        The columns that tell of the promise fall with each hour, so the risk never does.
        """
        risk, left = self.risk, hours_to_due(self.history, self.tickets)[t_idx]
        waits = np.broadcast_to(hours, (len(x), hours.shape[-1]))
        later, found = x.copy(), np.repeat(now[:, None], waits.shape[1], axis=1)
        for place, wait in enumerate(waits.T):
            asked = np.flatnonzero((left > wait) & (wait > 0))  # without a promise nothing changes
            columns = nearer(self.history, self.tickets, t_idx[asked], wait[asked])
            for name, column in columns.items():
                later[asked, risk.names.index(name)] = column
            found[asked, place] = risk.timeout_risk(later[asked])
            found[left <= wait, place] = CERTAIN
        return np.maximum.accumulate(found, axis=1)

    def begun(self, t_idx: Ints, x: Floats, hours: Floats) -> Floats:
        """The risk (n, g) if the ticket is in progress from `hours` (n, g) on."""
        x, waits = x.copy(), ~parked(self.tickets.status[t_idx])
        for name, value in self._in_progress.items():
            x[waits, self.risk.names.index(name)] = value
        return self.delayed(t_idx, x, self.risk.timeout_risk(x), hours)

    def eased(self, t_idx: Ints, x: Floats, now: Floats, hours: Floats) -> Floats:
        """The risk (n,) if `hours` (n,) were gained; late tickets stay as they are."""
        found, at = now.copy(), self.tickets.at[t_idx]
        due = self.tickets.times["due"][t_idx]
        rows = np.flatnonzero((due == NEVER) | (due > at))
        if len(rows):
            standing = Standing(at[rows], due[rows], self.tickets.status[t_idx[rows]])
            gained = eased(self.history, self.risk.names, x[rows], standing, hours[rows])
            found[rows] = np.minimum(self.risk.timeout_risk(gained), found[rows])
        return found

    @property
    def _in_progress(self) -> dict[str, float]:
        """The columns of a frame that tell that an agent has just begun."""
        known = self.encoder.categories["status"]
        code = known.index("in_progress") if "in_progress" in known else UNSEEN
        return {"status": code, "hours_in_state": 0.0, "hours_since_event": 0.0}
