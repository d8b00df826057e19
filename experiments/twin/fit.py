"""Fit the simulated centre to an event log, with a report of what the log could not tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Final

import numpy as np
import pandas as pd

from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.params import CategoryParams, StepParams
from experiments.twin import (
    aftermath,
    arrivals,
    habits,
    patience,
    people,
    promises,
    staffing,
    waits,
    work,
)
from experiments.twin.carried import Carried, carried
from experiments.twin.reading import Reading, read
from experiments.twin.twin import Models, Twin
from experiments.twin.work import UNSEEN
from features.stream import DAY, Ints

MIX_WEEKS: Final = 8
"""How many of the last weeks tell the mix of complaints, and lend their looks to drawn ones."""
HORIZON_DAYS: Final = 56


def fit(events: pd.DataFrame, zone: str, end: pd.Timestamp | None = None) -> Twin:
    """A twin of the desk whose log this is, from everything before `end` (None: all).

    `zone` is where the desk lives (`Asia/Shanghai`). The twin's world begins on the local
    midnight at or before `end`; give a midnight, so that nothing is missed.

    Raises:
        WorldError: nothing was created and resolved, or nobody was at work in the last weeks.
        LogError: the events are no event log.
    """
    reading = read(events, zone, end)
    coming, _, told_arrivals = arrivals.estimate(reading)
    sheets, told_people = people.estimate(reading)
    team, told_team = staffing.estimate(reading, sheets)
    waiting, told_waits = waits.estimate(reading)
    doing, told_work = work.estimate(reading, float(sheets.hours().sum()))
    promised, told_promise = promises.estimate(reading)
    who, told_who = patience.estimate(reading)
    after, told_after = aftermath.estimate(reading)
    active = [profile.agent_id for profile in team.profiles]
    dealing, told_dealing = habits.estimate(reading, active)
    lookalikes, at_end, open_now = _models(reading, promised, doing)
    params = replace(
        FIELD_DESK,
        start=_midnight(reading),
        days=HORIZON_DAYS,
        categories=_categories(reading, team, waiting, doing, promised),
        regions=_shares(reading, "region"),
        channels=_shares(reading, "channel"),
        arrivals=coming,
        customers=who,
        teams=team.teams,
        outcome=replace(after.params, rework=doing.rework),
    )
    return Twin(
        params, team, sheets, dealing, lookalikes, waiting, doing, after, open_now, at_end,
        (*told_arrivals, *told_promise, *told_work, *told_waits, *told_people, *told_team,
         *told_who, *told_after, *told_dealing),
    )  # fmt: skip


def _midnight(reading: Reading) -> datetime:
    """The local midnight at or before the end of the log, with its offset."""
    local = datetime.fromtimestamp(reading.end / 1_000_000, reading.zone)
    offset = local.utcoffset() or timedelta(0)
    return local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=timezone(offset))


def _recent(reading: Reading) -> Ints:
    """Positions of the cases of the last weeks."""
    created = reading.cases.created
    return np.flatnonzero(created > reading.end - 7 * MIX_WEEKS * DAY)


def _shares(reading: Reading, kind: str) -> tuple[tuple[str, float], ...]:
    """Names and shares over the last weeks; a name that is missing is `unknown`."""
    names = [*reading.names(kind), "unknown"]
    codes = getattr(reading.cases, kind)[_recent(reading)]
    counts = np.bincount(np.where(codes < 0, len(names) - 1, codes), minlength=len(names))
    shares = (counts + 0.01) / (counts + 0.01).sum()
    return tuple((name, float(share)) for name, share in zip(names, shares, strict=True))


def _categories(
    reading: Reading, team: staffing.Staffing, waiting: waits.Waits, doing: work.Work,
    promised: promises.Promises,
) -> tuple[CategoryParams, ...]:  # fmt: skip
    homes = _homes(reading, team)
    return tuple(
        CategoryParams(
            code=name,
            share=share,
            promise_hours=float(promised.mean[kind]),
            work_hours=doing.lasts[kind].mean,
            customer_share=_customer_share(waiting.customer[kind], doing),
            customer_hours=_above(waiting.customer[kind].lasts.mean),
            party_share=_party_share(kind, waiting, doing),
            parties=_steps(kind, waiting, doing),
            subcategories=_subcategories(reading)[kind],
            home_team=homes[kind],
        )
        for kind, (name, share) in enumerate(_shares(reading, "category")[:-1])
    )


def _steps(kind: int, waiting: waits.Waits, doing: work.Work) -> tuple[StepParams, ...]:
    """The departments of a category; where hands are not seen, the span stands for them all."""
    if doing.unseen:
        return (StepParams(UNSEEN, 1.0, _above(doing.unseen[-1].mean)),)
    return tuple(
        StepParams(party, of[kind].share, _above(of[kind].lasts.mean))
        for party, of in waiting.parties.items()
        if np.isfinite(of[kind].lasts.mean)
    )


def _party_share(kind: int, waiting: waits.Waits, doing: work.Work) -> float:
    if doing.unseen:
        return 1.0
    return float(waiting.asked[kind]) if _steps(kind, waiting, doing) else 0.0


def _customer_share(wait: waits.Wait, doing: work.Work) -> float:
    return wait.share if wait.lasts.ended and not doing.unseen else 0.0


def _above(hours: float) -> float:
    return float(hours) if np.isfinite(hours) and hours > 0 else 1.0


def _subcategories(reading: Reading) -> list[tuple[str, ...]]:
    names, cases = reading.names("subcategory"), reading.cases
    found = []
    for kind in range(len(reading.names("category"))):
        codes = np.unique(cases.subcategory[(cases.category == kind) & (cases.subcategory >= 0)])
        found.append((*(names[code] for code in codes), "other"))
    return [tuple(dict.fromkeys(each)) for each in found]


def _homes(reading: Reading, team: staffing.Staffing) -> list[str]:
    """The team that most of each category's tickets went to first."""
    cases, teams = reading.cases, [t.name for t in team.teams]
    place = np.full(len(reading.names("agent")), -1)
    place[team.agent] = [teams.index(profile.team.name) for profile in team.profiles]
    owner = np.where(cases.owner >= 0, place[cases.owner], -1)
    counts = np.zeros((len(reading.names("category")), len(teams)))
    some = (owner >= 0) & (cases.category >= 0)
    np.add.at(counts, (cases.category[some], owner[some]), 1)
    return [teams[best] for best in counts.argmax(axis=1)]


def _models(
    reading: Reading, promised: promises.Promises, doing: work.Work
) -> tuple[Models, Ints, Carried]:
    """Real tickets to draw the looks from: the recent ones, and every open one.

    A category without a recent ticket lends from all of its tickets.
    """
    cases, open_now = reading.cases, carried(reading)
    recent = np.zeros(len(cases), bool)
    recent[_recent(reading)] = True
    kinds = len(reading.names("category"))
    some = np.bincount(cases.category[recent], minlength=kinds) > 0
    lends = recent | ~some[cases.category]
    lent = np.flatnonzero(lends)
    lent = lent[np.argsort(cases.category[lent], kind="stable")]
    extra = open_now.case
    starts = np.searchsorted(cases.category[lent], np.arange(kinds + 1))
    case = np.concatenate([lent, extra])
    raise_missing = {
        "region": len(reading.names("region")),
        "channel": len(reading.names("channel")),
    }
    places = {
        name: np.where(getattr(cases, name)[case] < 0, last, getattr(cases, name)[case])
        for name, last in raise_missing.items()
    }
    sub = cases.subcategory[case]
    unseen = np.where(sub < 0, max(len(doing.unseen) - 1, 0), sub) if doing.unseen else sub * 0
    return (
        Models(
            starts=starts,
            case=case,
            category=cases.category[case],
            subcategory=_sub_places(reading, cases.category[case], sub),
            region=places["region"],
            channel=places["channel"],
            priority=np.where(cases.priority[case] < 0, 2, cases.priority[case] + 1),
            promise=promised.hours[case] / promised.mean[cases.category[case]],
            unseen=unseen,
        ),
        lent.size + np.arange(extra.size),
        open_now,
    )


def _sub_places(reading: Reading, category: Ints, subcategory: Ints) -> Ints:
    """The position of each subcategory among its category's; the last is `other`."""
    names, of_kind = [*reading.names("subcategory"), "other"], _subcategories(reading)
    table = np.zeros((len(of_kind), len(names)), np.int64)
    for kind, subs in enumerate(of_kind):
        place = {name: i for i, name in enumerate(subs)}
        table[kind] = [place.get(name, len(subs) - 1) for name in names]
    return np.asarray(table[category, subcategory], np.int64)
