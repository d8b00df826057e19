"""The lists that a team would have worked through: each day's open tickets, ranked by risk.

Once a day, at the hour of the day (UTC) in which most tickets arrive (a log has no time zone of
its own; at most desks this is the late morning), the open test tickets are ranked. The features
are those of that very moment. Tickets created before the test are not on the lists: the model
has learned from them. The team looks at the first tickets that it has not looked at before; a
ticket is in hand from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.frame import landmark_frame
from training.baselines import DeadlineRule
from training.dataset import Task
from training.labels import UNKNOWN
from training.moments import HOUR_US, Bool, Float, Int
from training.study.study import Study

MOST_PLACES: Final = 100_000
"""With more places than this on all lists, only every second (third, ...) day is looked at."""
_DAY_US: Final = 24 * HOUR_US


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a team looks at: so many tickets a day, or (below 1) a share of all listed.

    >>> Quota(5).up_to_now(listed=100, looked=20), Quota(0.12).up_to_now(listed=100, looked=9)
    (25, 12)
    """

    size: float

    def up_to_now(self, listed: int, looked: int) -> int:
        """Tickets looked at by the end of a day, of those listed by then, `looked` before it."""
        return looked + int(self.size) if self.size >= 1 else round(self.size * listed)


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """Places on daily lists: `ticket`, `day` and what was said there, (n,) each.

    `came_true` is 1 where the outcome came later, 0 where it did not, `UNKNOWN` where it is not
    known yet; `missed` are tickets whose outcome came before they were on any list.
    """

    ticket: Int
    day: Int
    came_true: Int
    model: Float
    rule: Float
    missed: int


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """What came of looking.

    `found` (k,): of the tickets that came true after they were listed, which were looked at
    before. `true` (l,): of those looked at whose outcome is known, which came true after that.
    `looked_at` is the share of all tickets.
    """

    found: Bool
    true: Bool
    looked_at: float


def lists(study: Study, task: Task) -> Lists:
    """The daily lists for the timeout or the escalation over the test period."""
    labels, known_by = study.data.labels, study.test.known_by_us
    ticket, time = places(study)
    if task == "timeout":
        verdicts = labels.timeout(known_by)
        value, known = verdicts.value[ticket], verdicts.known_us[ticket]
        asked = (known > time) & (time < labels.due_us[ticket])  # later it is no risk but a fact
        happened = verdicts.value == 1
    else:
        value = labels.escalation(ticket, time, known_by).value
        asked = np.full(ticket.size, True)
        everyone = np.arange(len(labels))
        happened = labels.escalations.first_after(everyone, labels.created_us - 1) <= known_by
    ticket, time = ticket[asked], time[asked]
    came_true = value[asked].astype(np.int64)
    ids = labels.ticket_id[ticket].tolist()
    x = landmark_frame(study.history, study.encoder, ids, time).values
    risk = study.risk.timeout_risk(x) if task == "timeout" else study.risk.escalation_risk(x)
    tested = np.flatnonzero(happened & study.test.has(labels.created_us))
    missed = int(np.sum(~np.isin(tested, ticket[came_true == 1])))
    rule = DeadlineRule(study.data.names).predict(x)
    return Lists(ticket, time // _DAY_US, came_true, risk, rule, missed)


def places(study: Study) -> tuple[Int, Int]:
    """Tickets (rows of `Labels`) and the moments at which they stand on a list; (n,) each."""
    labels = study.data.labels
    own = np.flatnonzero(study.test.has(labels.created_us))
    created, resolved = labels.created_us[own], labels.resolved_us[own]
    days = _days(labels.created_us, created)
    lives = np.searchsorted(days, resolved) - np.searchsorted(days, created, side="right")
    days = days[:: max(1, -(-int(np.maximum(lives, 0).sum()) // MOST_PLACES))]
    first = np.searchsorted(days, created, side="right")
    count = np.maximum(np.searchsorted(days, resolved) - first, 0)
    ticket = np.repeat(own, count)
    within = np.arange(ticket.size) - np.repeat(np.cumsum(count) - count, count)
    time = days[np.repeat(first, count) + within]
    listed = labels.open_at(ticket, time)  # reopened ones were closed in between
    return ticket[listed].astype(np.int64), time[listed].astype(np.int64)


def _days(everyone_us: Int, tested_us: Int) -> Int:
    """The moments of the lists: one a day from the first test ticket to the last."""
    if not tested_us.size:
        return np.zeros(0, dtype=np.int64)
    hour = int(np.bincount(everyone_us // HOUR_US % 24).argmax())
    first = int(tested_us.min()) // _DAY_US * _DAY_US + hour * HOUR_US
    return np.arange(first, int(tested_us.max()) + 1, _DAY_US, dtype=np.int64)


def work_through(found: Lists, said: Float, quota: Quota) -> Worked:
    """Look at each day's tickets with the largest `said` (n,), as many as the quota allows."""
    tickets, code = np.unique(found.ticket, return_inverse=True)
    order = np.lexsort((-said, found.day))
    bounds = np.flatnonzero(np.diff(found.day[order])) + 1
    listed, looked = (np.zeros(tickets.size, dtype=np.bool_) for _ in range(2))
    taken = []
    for rows in np.split(order, bounds):  # a day at a time: it depends on those before
        listed[code[rows]] = True
        fresh = rows[~looked[code[rows]]]
        done = int(looked.sum())
        taken.append(fresh[: max(quota.up_to_now(int(listed.sum()), done) - done, 0)])
        looked[code[taken[-1]]] = True
    rows = np.concatenate(taken)
    came_true, in_time = (np.zeros(tickets.size, dtype=np.bool_) for _ in range(2))
    came_true[code[found.came_true == 1]] = True
    in_time[code[rows[found.came_true[rows] == 1]]] = True
    outcome = found.came_true[rows]
    share = rows.size / max(tickets.size, 1)
    return Worked(in_time[came_true], outcome[outcome != UNKNOWN] == 1, share)
