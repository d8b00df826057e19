"""What a fit finds where the truth is known: the default desk's own log, fitted beside true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.run import desk_log
from experiments.simulator.world import World, make_world
from experiments.twin.fit import fit
from experiments.twin.twin import Twin
from features.stream import Floats

WEEKS: Final = 26
ZONE: Final = "Asia/Shanghai"
OFTEN: Final = 10
"""Visits in the last eight weeks of a pair whose pace could be learned at all."""
Row = tuple[str, float, float, str]


def recovery(seed: int, weeks: int = WEEKS) -> pd.DataFrame:
    """One row a figure: name, fitted, true, unit. The truth is the world's, drawn with `seed`."""
    world = make_world(FIELD_DESK, seed)
    end = pd.Timestamp(FIELD_DESK.start) + pd.Timedelta(weeks=weeks)
    twin = fit(desk_log(world, weeks * 7 * DAY_S), ZONE, end)
    rows = [*_customers(twin), *_outcomes(twin), *_waits(twin), *_work(twin, world, weeks)]
    return pd.DataFrame(rows, columns=["figure", "fitted", "true", "unit"]).round(3)


def _customers(twin: Twin) -> Iterator[Row]:
    fitted, true = twin.params, FIELD_DESK
    yield "complaints a year (level now)", fitted.arrivals.per_year, true.arrivals.per_year, ""
    yield "day noise", fitted.arrivals.day_noise, true.arrivals.day_noise, ""
    for name in ("impatient_share", "overdue_insist"):
        yield name, getattr(fitted.customers, name), getattr(true.customers, name), ""
    for place, kind in enumerate(("calm", "impatient")):
        mine, theirs = fitted.customers, true.customers
        yield f"patience, {kind}", mine.patience_hours[place], theirs.patience_hours[place], "h"
        yield f"insists, {kind}", mine.insist[place], theirs.insist[place], ""


def _outcomes(twin: Twin) -> Iterator[Row]:
    fitted, true = twin.params.outcome, FIELD_DESK.outcome
    for name in ("reopen_share", "rework", "close_hours", "escalate_at_contact"):
        yield name, getattr(fitted, name), getattr(true, name), ""


def _waits(twin: Twin) -> Iterator[Row]:
    found = {kind.code: kind for kind in twin.params.categories}
    for kind in FIELD_DESK.categories[:3]:
        mine = found[kind.code]
        yield f"{kind.code}: share of arrivals", mine.share, kind.share, ""
        yield f"{kind.code}: asks the customer", mine.customer_share, kind.customer_share, ""
        yield f"{kind.code}: customer's wait", mine.customer_hours, kind.customer_hours, "h"
        yield f"{kind.code}: passes departments", mine.party_share, kind.party_share, ""
        steps = {step.party: step.mean_hours for step in mine.parties}
        for step in kind.parties:
            yield f"{kind.code}: {step.party}", steps[step.party], step.mean_hours, "h"


def _work(twin: Twin, world: World, weeks: int) -> Iterator[Row]:
    """Work of the categories, hours at tickets a week, and the ranks of the pairs' speeds."""
    until, codes = weeks * 7 * DAY_S, [kind.code for kind in twin.params.categories]
    places = [codes.index(kind.code) for kind in FIELD_DESK.categories]
    seen = world.complaints.time < until
    for kind, place in enumerate(places[:3]):
        own = seen & (world.complaints.category == kind)
        true = float(world.latent.work[own].mean()) / HOUR_S
        name = FIELD_DESK.categories[kind].code
        yield f"{name}: hands-on work", twin.params.categories[place].work_hours, true, "h"
    hours = sum(w.worked[-1] for w in twin.world(1, 56).roster.windows) / HOUR_S / 8
    truth = sum(w.total(until) - w.total(until - 56 * DAY_S) for w in world.roster.windows)
    yield "hours at tickets a week", hours, truth / HOUR_S / 8, "h"
    pace = twin.work.pace[twin.staffing.agent][:, places]
    speed = world.roster.speed[:, :, weeks - 1]
    shares = np.stack([_dealt(twin, agent.agent_id) for agent in world.roster.profiles])
    often = shares[:, places] >= OFTEN
    rank = float(spearmanr(pace[often], speed[often]).statistic)
    yield f"rank correlation of {int(often.sum())} speeds", rank, 1.0, ""


def _dealt(twin: Twin, agent: str) -> Floats:
    """(categories,) tickets of each category in eight weeks that the habits give an agent."""
    coming = twin.params.arrivals.per_year * 56 / 365
    of = [twin.habits.kinds.get(kind.code, {}).get(agent, 0.0) for kind in twin.params.categories]
    shares = [kind.share for kind in twin.params.categories]
    return np.asarray(coming * np.array(shares) * np.array(of), np.float64)
