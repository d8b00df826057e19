"""How long customers wait before they ask again, though many are answered before they would.

The engine's own law (`CustomerParams`) is fitted by maximum likelihood: a calm and an impatient
kind; patience runs out after exponential hours; then the customer speaks with a chance that rises
past the promise, and else keeps their peace: later chances are `quiet` times as large (one after
another comes at the same rate, so they make a hazard). What comes first, the resolution, a wait
for the customer, or the end of the log, censors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.params import CustomerParams
from experiments.twin.findings import Finding, about
from experiments.twin.reading import Reading
from features.stream import HOUR, NEVER, Floats, Ints
from features.timeline import STATUS, TYPE
from features.words import Words

MOST: Final = 5
"""Contacts of a ticket that are read; the rest says little more."""
ENOUGH: Final = 100
"""Contacts that it takes to tell two kinds of customers apart."""
NIGHT: Final = (22.0, 8.0)
MORNING_HOURS: Final = 2.0
"""Who would call at night does so in the first hours of the morning."""
_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Silences:
    """(n, MOST) hours from one contact to the next, NaN where there was none.

    `night` is how long ago the evening was at each contact in the morning (0 at other hours);
    `late` whether the promise had passed. `rest` (n,) hours from the last contact until nothing
    more could be seen, and `promise` (n,) until the promise (inf without one).
    """

    gap: Floats
    night: Floats
    late: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
    rest: Floats
    promise: Floats


def silences(reading: Reading, *, first_day: bool = False) -> Silences:
    """Read the contacts of every case up to the first event that censors, or the first evening."""
    cases, line = reading.cases, reading.history.timeline
    waits = reading.spells.state == STATUS["waiting_customer"]
    stop = np.where(cases.solved == NEVER, reading.end, cases.solved)
    np.minimum.at(stop, reading.spells.case[waits], reading.spells.begin[waits])
    if first_day:
        stop = np.minimum(stop, _evening(reading))
    rows = np.flatnonzero(line.type == TYPE["ticket.contact"])
    case = np.minimum(np.searchsorted(cases.ticket, line.ticket[rows]), len(cases) - 1)
    own = (cases.ticket[case] == line.ticket[rows]) & (line.time[rows] < stop[case])
    case, time = case[own], line.time[rows][own]
    place = np.arange(case.size) - np.searchsorted(case, case)  # rows are sorted by ticket
    some = place < MOST
    at = np.full((len(cases), MOST), np.nan)
    at[case[some], place[some]] = (time[some] - cases.created[case[some]]) / HOUR
    before = np.concatenate([np.zeros((len(cases), 1)), at[:, :-1]], axis=1)
    spoken = np.isfinite(at)
    last = np.where(spoken.any(axis=1), np.nanmax(np.where(spoken, at, 0), axis=1), 0.0)
    promise = np.where(np.isnan(cases.promise), np.inf, cases.promise)
    rest = (stop - cases.created) / HOUR
    since = _since_evening(reading, cases.created, at)
    asleep = 24 - NIGHT[0] + NIGHT[1]
    return Silences(
        gap=at - before,
        night=np.where(since >= asleep, since, 0.0),
        late=np.asarray(spoken & (at > promise[:, None]), bool),
        rest=np.maximum(rest - _hidden(reading, cases.created, rest) - last, 0.0),
        promise=promise - _hidden(reading, cases.created, promise) - last,
    )


def _evening(reading: Reading) -> Ints:
    """(n,) ten in the evening of the day of creation; the creation itself if that was at night."""
    created = reading.cases.created
    clock = reading.local(created)
    hour = np.asarray(clock.hour + clock.minute / 60 + clock.second / 3600)
    awake = np.where((hour >= NIGHT[1]) & (hour < NIGHT[0]), NIGHT[0] - hour, 0.0)
    return np.asarray(created + (awake * HOUR).astype(np.int64), np.int64)


def _hidden(reading: Reading, created: Ints, hours: Floats) -> Floats:
    """Hours (n,) before a moment of the night in which patience runs out unheard."""
    since = _since_evening(reading, created, hours)
    return np.where(since < 24 - NIGHT[0] + NIGHT[1] + MORNING_HOURS / 2, since, 0.0)


def _since_evening(reading: Reading, created: Ints, hours: Floats) -> Floats:
    """How long ago the evening was, at moments up to the morning's first hours; else 0.

    The moments are `hours`, (n,) or (n, k), after the creations (n,).
    """
    known = np.isfinite(hours)
    after = np.where(known, hours * HOUR, 0).astype(np.int64)
    clock = reading.local((created.reshape(-1, *[1] * (hours.ndim - 1)) + after).ravel())
    hour = np.asarray(clock.hour + clock.minute / 60).reshape(hours.shape)
    since = (hour - NIGHT[0]) % 24
    near = since < 24 - NIGHT[0] + NIGHT[1] + MORNING_HOURS
    return np.where(known & near, since, 0.0)


def estimate(reading: Reading) -> tuple[CustomerParams, tuple[Finding, ...]]:
    """The customers of the log; silent ones where no contact is written down at all."""
    usual = FIELD_DESK.customers
    count = int(np.unique(reading.cases.customer[reading.cases.customer >= 0]).size)
    who = replace(usual, count=max(count, 1) if count else usual.count)
    seen = silences(reading)
    contacts = int(np.isfinite(seen.gap).sum())
    if not contacts:
        return replace(who, insist=(0.0, 0.0)), (_count(count), _silent())
    if contacts < ENOUGH:
        return who, (_count(count), _few(contacts))
    fitted, error = _fit(reading, usual)
    found = replace(
        who,
        impatient_share=float(expit(fitted[0])),
        insist=(float(expit(fitted[1])), float(expit(fitted[2]))),
        patience_hours=(float(np.exp(fitted[3])), float(np.exp(fitted[4]))),
        overdue_insist=float(np.exp(fitted[5])),
    )
    return found, (_count(count), *_findings(found, error, contacts))


def _fit(reading: Reading, usual: CustomerParams) -> tuple[Floats, Floats]:
    """The six parameters on their free scales (logits and logs), and their standard errors.

    First the kinds, from what is heard until the first evening: at night calls pile up until the
    morning, and hide how long patience lasted. Then, those being known, what lateness adds.
    """
    begin = np.concatenate(
        [logit([usual.impatient_share, *usual.insist]), np.log(usual.patience_hours)]
    )
    late = np.log([usual.overdue_insist])
    day, ever = silences(reading, first_day=True), silences(reading)
    kinds = minimize(
        lambda free: _loss(np.concatenate([free, late]), usual.quiet, day), begin, method="BFGS"
    )
    more = minimize(
        lambda free: _loss(np.concatenate([kinds.x, free]), usual.quiet, ever), late, method="BFGS"
    )
    wrong = np.concatenate([np.diag(kinds.hess_inv), np.diag(more.hess_inv)])
    return np.concatenate([kinds.x, more.x]), np.sqrt(np.maximum(wrong, 0))


def _loss(free: Floats, quiet: float, seen: Silences) -> float:
    share, overdue = expit(free[0]), float(np.exp(free[5]))
    calm = _likelihood(expit(free[1]), np.exp(free[3]), overdue, quiet, seen)
    hasty = _likelihood(expit(free[2]), np.exp(free[4]), overdue, quiet, seen)
    return -float(np.log((1 - share) * calm + share * hasty).sum())


def _likelihood(insist: float, mean: float, overdue: float, quiet: float, seen: Silences) -> Floats:
    """(n,) of one kind of customer: the contacts there were, and then the silence.

    In the morning the night's calls come on top, spread over its first hours.
    """
    late = min(insist * overdue, 1.0)
    hushed = quiet * (1 - insist) / mean  # the rate of chances of those who kept their peace
    gap = np.nan_to_num(seen.gap)
    density = np.exp(-gap / mean) / mean
    since = np.minimum(seen.night, gap)
    slept = np.minimum(24 - NIGHT[0] + NIGHT[1], since)
    night = np.exp(-(gap - since) / mean) - np.exp(-(gap - since + slept) / mean)
    density = density + np.where(seen.night > 0, night / MORNING_HOURS, 0.0)
    density = density - hushed * np.expm1(-gap / mean)
    spoken = density * np.where(seen.late, late, insist)
    said = np.where(np.isnan(seen.gap), 1.0, spoken).prod(axis=1)
    before = np.clip(np.minimum(seen.rest, seen.promise), 0, None)
    in_time, ever = _chances(before, mean, hushed), _chances(seen.rest, mean, hushed)
    silent = 1 - insist * in_time - late * (ever - in_time)
    return np.asarray(said * np.maximum(silent, _LEAST) + 1e-300, np.float64)


def _chances(hours: Floats, mean: float, hushed: float) -> Floats:
    """(n,) how many chances to speak come within some hours: the first, and those once quiet."""
    first = -np.expm1(-hours / mean)
    return np.asarray(first + hushed * (hours - mean * first), np.float64)


def _count(count: int) -> Finding:
    name = Words("number of customers", "客户数")
    if not count:
        return Finding(name, "borrowed", "", Words("no customer is named", "日志没有客户标识"))
    why = Words("who ever complained; those who never did are not seen", "曾投诉者；未投诉者不可见")
    return Finding(name, "bound", f"at least {count}", why, count)


def _silent() -> Finding:
    return Finding(
        Words("customer's patience", "客户耐心"), "unknown", "silent 不再联系",
        Words("the log writes down no further contact; the twin's customers keep silent, "
              "and nothing escalates", "日志没有重复联系；孪生台客户不再联系，也不升级"),
    )  # fmt: skip


def _few(contacts: int) -> Finding:
    return Finding(
        Words("customer's patience", "客户耐心"), "borrowed", "",
        Words(f"{contacts} further contacts are too few", f"仅 {contacts} 次重复联系，太少"),
        contacts,
    )  # fmt: skip


def _findings(who: CustomerParams, error: Floats, contacts: int) -> tuple[Finding, ...]:
    how = Words("maximum likelihood of two kinds of customers until the first evening, resolutions "
                "censor; lateness from all contacts",
                "两类客户的最大似然，取首日夜前联系，解决为删失；逾期倍数取全部联系")  # fmt: skip
    share, calm, hasty = who.impatient_share, *who.insist
    (slow, quick), more = who.patience_hours, who.overdue_insist
    rows = (
        ("share of impatient customers", "急性客户占比", share, error[0] * share * (1 - share), ""),
        ("calm: patience", "普通客户耐心", slow, error[3] * slow, "h"),
        ("impatient: patience", "急性客户耐心", quick, error[4] * quick, "h"),
        ("calm: asks again with", "普通客户再联系概率", calm, error[1] * calm * (1 - calm), ""),
        ("impatient: asks again with", "急性客户再联系概率", hasty,
         error[2] * hasty * (1 - hasty), ""),
        ("past the promise, times as likely", "逾期后倍数", more, error[5] * more, "x"),
    )  # fmt: skip
    return tuple(
        Finding(Words(en, zh), "estimated", about(value, wrong, unit), how, contacts)
        for en, zh, value, wrong, unit in rows
    )
