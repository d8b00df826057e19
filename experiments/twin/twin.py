"""A desk's own twin: its parameters, people and habits, and the worlds drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final, TypeVar

import numpy as np

from experiments.simulator.draws import Floats, Ints, stream
from experiments.simulator.names import ticket_id
from experiments.simulator.params import DAY_S, HOUR_S, WorldParams
from experiments.simulator.roster import Roster
from experiments.simulator.world import Complaints, Latent, World, make_world
from experiments.twin.aftermath import Aftermath
from experiments.twin.carried import Carried
from experiments.twin.durations import Duration, seconds
from experiments.twin.findings import Finding, text
from experiments.twin.habits import HabitRule, Habits
from experiments.twin.people import Sheets, always
from experiments.twin.resuming import Stand, resumed
from experiments.twin.staffing import Staffing
from experiments.twin.waits import Waits
from experiments.twin.work import UNSEEN, Work

NO_PROMISE_S: Final = 3650 * DAY_S
"""Where nothing was promised, the promise lies so far ahead."""
_Table = TypeVar("_Table", Complaints, Latent)


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """(k,) real tickets that drawn ones take their looks from, sorted by category position.

    `starts` (categories + 1,) says where each category's lie; `promise` are hours over the
    category's mean (NaN: none); the others are positions in the parameters' names.
    """

    starts: Ints
    case: Ints
    category: Ints
    subcategory: Ints
    region: Ints
    channel: Ints
    priority: Ints
    promise: Floats
    unseen: Ints  # positions in `Work.unseen`

    def like(self, category: Ints, chance: Floats) -> Ints:
        """(n,) a model for each ticket of a category, evenly by chance."""
        first, stop = self.starts[category], self.starts[category + 1]
        return np.asarray(first + np.floor(chance * (stop - first)), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Twin:
    """What was fitted to a log; day 0 is the local day on which the log ends.

    `params` may be changed (more complaints, quicker departments): shapes keep, means follow.
    `at_end` are the models' positions of the carried tickets.
    """

    params: WorldParams
    staffing: Staffing
    sheets: Sheets
    habits: Habits
    models: Models
    waits: Waits
    work: Work
    aftermath: Aftermath
    carried: Carried
    at_end: Ints
    findings: tuple[Finding, ...]

    def report(self) -> str:
        """What was and was not identified, in English and Chinese."""
        return text(self.findings)

    def world(self, seed: int, days: int) -> World:
        """The world of the `days` after the log: the open tickets, then drawn ones.

        The open tickets come first, at second 0, in order of their creation.
        """
        drawn = make_world(replace(self.params, days=days), seed)
        rng = stream(seed, "tickets", 1)
        roster = self._roster(days, stream(seed, "roster", 1))
        held, n = len(self.carried), len(drawn.complaints)
        rows = np.concatenate([np.arange(held) % n, np.arange(n)])
        complaints, latent = _rows(drawn.complaints, rows), _rows(drawn.latent, rows)
        moved = latent.contact_at - complaints.time[:, None]
        category = complaints.category.copy()
        category[:held] = self.models.category[self.at_end]
        time = np.concatenate([np.zeros(held, np.int64), drawn.complaints.time])
        model = self.models.like(category, rng.random(rows.size))
        model[:held] = self.at_end
        complaints = self._complaints(complaints, time, category, model)
        latent = replace(
            self._latent(latent, category, model, rng), contact_at=moved + time[:, None]
        )
        return replace(
            drawn,
            complaints=complaints,
            latent=resumed(self._stand(), latent, complaints.category[:held], roster, rng),
            roster=roster,
        )

    def _stand(self) -> Stand:
        group = self.models.unseen[self.at_end]
        return Stand(self.params, self.waits, self.work, self.carried, group, self.staffing.agent)

    def rule(self) -> HabitRule:
        """The log's own habits; the open tickets stay with whom they are."""
        names = {
            a: p.agent_id
            for a, p in zip(self.staffing.agent.tolist(), self.staffing.profiles, strict=True)
        }
        given = {
            ticket_id(place): names[owner]
            for place, owner in enumerate(self.carried.owner.tolist())
            if owner in names
        }
        return HabitRule(self.habits, given)

    def _roster(self, days: int, rng: np.random.Generator) -> Roster:
        mine = self.staffing.agent
        place = np.full(self.sheets.agents, -1)
        place[mine] = np.arange(mine.size)
        here = place[self.sheets.agent] >= 0
        sheets = replace(
            self.sheets,
            agent=place[self.sheets.agent[here]],
            day=self.sheets.day[here],
            second=self.sheets.second[here],
            status=self.sheets.status[here],
            agents=mine.size,
        )
        ahead = sheets.weeks_ahead(days, rng) if self.work.seen else always(mine.size, days)
        statuses, windows = ahead
        pace = self.work.pace[mine]
        slips = np.repeat(self.aftermath.slips[mine][:, None], pace.shape[1], axis=1)
        speed = np.repeat(pace[:, :, None], days // 7 + 2, axis=2)
        return Roster(self.staffing.profiles, windows, statuses, speed, slips)

    def _complaints(self, seen: Complaints, time: Ints, category: Ints, model: Ints) -> Complaints:
        kinds, models = self.params.categories, self.models
        promise = np.array([c.promise_hours for c in kinds])[category] * models.promise[model]
        due = np.where(np.isnan(promise), NO_PROMISE_S, np.nan_to_num(promise) * HOUR_S)
        age = np.zeros(time.size)
        age[: len(self.carried)] = self.carried.age * HOUR_S
        return replace(
            seen,
            time=time,
            category=category,
            subcategory=models.subcategory[model],
            region=models.region[model],
            channel=models.channel[model],
            priority=models.priority[model],
            due=(time - age + due).astype(np.int64),
        )

    def _latent(
        self, latent: Latent, category: Ints, model: Ints, rng: np.random.Generator
    ) -> Latent:
        kinds, n = self.params.categories, category.size
        work = _drawn(self.work.lasts, category, rng.random(n), [c.work_hours for c in kinds])
        customer = _drawn(
            [w.lasts for w in self.waits.customer], category, rng.random(n),
            [c.customer_hours for c in kinds],
        )  # fmt: skip
        asks = rng.random(n) < np.array([c.customer_share for c in kinds])[category]
        after = rng.choice(self.aftermath.after, n)
        return replace(
            latent,
            work=np.maximum(work * HOUR_S, 1).astype(np.int64),
            first_share=rng.choice(self.work.first, n),
            customer_wait=seconds(np.where(asks, customer, 0)),
            party_wait=self._party_waits(category, model, rng),
            reopen_after=seconds(after),
        )

    def _party_waits(self, category: Ints, model: Ints, rng: np.random.Generator) -> Ints:
        """(n, most) seconds at each department of the category, 0 where it is not asked."""
        kinds, n = self.params.categories, category.size
        waits = np.zeros((n, max(len(c.parties) for c in kinds)))
        chance, asked, part = rng.random(waits.shape), rng.random(n), rng.random(waits.shape)
        any_party = asked < np.array([c.party_share for c in kinds])[category]
        for position, kind in enumerate(kinds):
            rows = np.flatnonzero(category == position)
            for place, step in enumerate(kind.parties):
                here = rows[any_party[rows] & (part[rows, place] < step.share)]
                if step.party == UNSEEN:
                    group = self.models.unseen[model[here]]
                    hours = self.work.spans(group, chance[here, place])
                else:
                    lasts = self.waits.parties[step.party][position].lasts
                    hours = lasts.at(chance[here, place]) * (step.mean_hours / lasts.mean)
                waits[here, place] = hours
        return seconds(waits)


def _rows(table: _Table, rows: Ints) -> _Table:
    """The rows of a table of columns."""
    return replace(table, **{f.name: getattr(table, f.name)[rows] for f in fields(table)})


def _drawn(
    lasts: Sequence[Duration], category: Ints, chance: Floats, means: Sequence[float]
) -> Floats:
    """(n,) hours by category, of the fitted shape and the parameters' mean."""
    hours = np.zeros(category.size)
    for position, (shape, mean) in enumerate(zip(lasts, means, strict=True)):
        rows = np.flatnonzero(category == position)
        if shape.ended or np.isfinite(shape.mean):
            hours[rows] = shape.at(chance[rows]) * (mean / shape.mean)
    return hours
