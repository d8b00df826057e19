"""When an action is due for a ticket, and why: one function per action, listed in `actions`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from features.names import party_of
from features.snapshot import Party, Ticket
from model.alert import LEVELS, RED, desk_time
from model.columns import AT_WORK, AWAITED, SUGGESTION, URGENT, Bools, Ints
from model.situation import Situation


@dataclass(frozen=True, slots=True)
class Case:
    """An action due for the ticket `row`: why, to whom, and the hours that it can shorten.

    A `must` does not ask what it saves. `since` is set where the same deed must not come again
    after that moment, however long ago it was.
    """

    row: int
    hours: float
    why: str
    why_zh: str
    party: str | None = None
    to: str | None = None
    must: bool = False
    since: datetime | None = None


def chase_customer(situation: Situation) -> Iterator[Case]:
    """Tickets that wait for their customer, long enough or at enough risk, by day."""
    rule = situation.policy.actions.chase_customer
    clock = desk_time(situation.snapshot.as_of, situation.policy.timezone)
    if not rule.may_at(clock.hour * 60 + clock.minute):
        return
    for row, ticket in _in_state(situation, "waiting_customer"):
        risk, hours = float(situation.kept[row]), situation.hours_since(ticket.state_since)
        if (hours is None or hours < rule.after_hours) and risk < rule.risk:
            continue
        long, long_zh = ("", "") if hours is None else (f" for {hours:.1f} h", f" {hours:.1f} 小时")
        yield Case(
            row,
            float(situation.waits.customer[row]),
            f"waiting for the customer{long}",
            f"已等待客户{long_zh}",
        )


def nudge_party(situation: Situation) -> Iterator[Case]:
    """Each department that a ticket waits for and that is overdue, or due soon."""
    rule, now = situation.policy.actions.nudge_party, situation.snapshot.as_of
    for row, ticket in _in_state(situation, "internal_collaboration"):
        hours = float(situation.waits.departments[row])
        for party in _open(ticket, now):
            if party.requested_at is None or party.requested_at > now:
                continue
            due = party.due_at or party.requested_at + timedelta(hours=rule.answer_hours)
            told = _delay((due - now) / timedelta(hours=1), rule.due_within_hours)
            if told is not None:
                name = party_of(party.party)
                yield Case(
                    row,
                    hours,
                    f"{name.en} {told[0]}",
                    f"{name.zh}{told[1]}",
                    party=party.party,
                )


def start_parties(situation: Situation) -> Iterator[Case]:
    """Each department that was not asked yet, of tickets that wait for departments.

    Asked one after the other, departments take nearly twice as long as asked at once. What that
    saves is shared among those to be asked.
    """
    now = situation.snapshot.as_of
    for row, ticket in _in_state(situation, "internal_collaboration"):
        names = [
            party.party
            for party in _open(ticket, now)
            if party.requested_at is None or party.requested_at > now
        ]
        hours = float(situation.waits.departments[row]) / max(len(names), 1)
        for name in names:
            yield Case(
                row,
                hours,
                f"{party_of(name).en} has not been asked yet: ask now, not after the others",
                f"{party_of(name).zh}尚未发起：请立即并行发起",
                party=name,
            )


def escalate(situation: Situation) -> Iterator[Case]:
    """Urgent tickets on the ladder, those that nobody takes, and those whose alert calls for it."""
    rule, columns = situation.policy.actions.escalate, situation.columns
    unbegun = _unacknowledged(situation)
    unplaced = (columns.tier == URGENT) & (situation.agent < 0) & rule.unplaced_urgent
    alarmed = _alarmed(situation, rule.alerts)
    for row in np.flatnonzero(unbegun | unplaced | alarmed).tolist():
        hours = float(situation.close_hours[row])
        steps = list(_climbed(situation, row, hours)) if unbegun[row] else []
        yield from steps
        if steps:
            continue
        if unplaced[row]:
            why = ("urgent, and nobody may take it now", "紧急工单，目前无人可接")
        elif alarmed[row]:
            why = _alarm(situation, row)
        else:
            continue
        yield Case(row, hours, *why, to=rule.to, must=bool(unplaced[row]))


def warn_manager(situation: Situation) -> Iterator[Case]:
    """Tickets at risk that no agent can make safe, and that wait for nobody else."""
    rule = situation.policy.actions.warn_manager
    lost = (situation.best >= rule.risk) & (situation.kept - situation.best <= rule.within)
    lost &= _alarmed(situation, rule.alerts) & (situation.columns.stage != AWAITED)
    for row in np.flatnonzero(lost).tolist():
        best = float(situation.best[row])
        yield Case(
            row,
            float(situation.close_hours[row]),
            f"no agent lowers the timeout risk below {best:.0%}",
            f"任何坐席都无法使超时风险低于 {best:.0%}",
            to=rule.to,
        )


def _climbed(situation: Situation, row: int, hours: float) -> Iterator[Case]:
    """The steps of the ladder that an urgent ticket nobody has begun has reached, in order."""
    tiers, route = situation.policy.tiers, int(situation.columns.route[row])
    own = tiers.routes[route].acknowledge_minutes if route >= 0 else None
    allowed = tiers.acknowledge_minutes if own is None else own
    since = _came(situation.snapshot.tickets[row])
    waited = (situation.snapshot.as_of - since) / timedelta(minutes=1)
    for step in tiers.ladder:
        if waited >= allowed + step.after_minutes:
            yield Case(
                row,
                hours,
                f"urgent, and not begun for {_long(waited)[0]} ({_long(allowed)[0]} allowed)",
                f"紧急工单，{_long(waited)[1]}未受理（时限 {_long(allowed)[1]}）",
                to=step.to,
                must=True,
                since=since,
            )


def _came(ticket: Ticket) -> datetime:
    """Since when a ticket waits to be begun: its arrival, or when it was reopened or sent back.

    Changing hands does not begin the time anew, unless the ticket was reopened before: then only
    `state_since` tells that it is not the first time.
    """
    back = ticket.state in ("reopened", "returned") or bool(ticket.reopenings)
    return ticket.state_since if back and ticket.state_since is not None else ticket.created_at


def _unacknowledged(situation: Situation) -> Bools:
    columns = situation.columns
    waits: Bools = (columns.tier == URGENT) & ~columns.started & (columns.stage != AT_WORK)
    return waits


def _alarmed(situation: Situation, alerts: tuple[str, ...]) -> Bools:
    """Tickets at one of the alert levels, suggestions apart: these are out of everybody's way."""
    levels = [at for at, name in enumerate(LEVELS) if name in alerts]
    called: Bools = np.isin(situation.alert, levels) & (situation.columns.tier != SUGGESTION)
    return called


def _alarm(situation: Situation, row: int) -> tuple[str, str]:
    late = situation.hours_since(situation.snapshot.tickets[row].due_at)
    if late is not None and late >= 0:
        return f"past its promised time by {late:.1f} h", f"已超过承诺时间 {late:.1f} 小时"
    level = LEVELS[situation.alert[row]]
    return f"{level} alert", f"{_ZH[level]}预警"


def _in_state(situation: Situation, state: str) -> Iterator[tuple[int, Ticket]]:
    """The tickets that wait in a state, with their rows."""
    rows: Ints = np.flatnonzero(situation.columns.stage == AWAITED)
    for row in rows.tolist():
        ticket = situation.snapshot.tickets[row]
        if ticket.state == state:
            yield row, ticket


def _open(ticket: Ticket, now: datetime) -> list[Party]:
    return [p for p in ticket.parties or () if p.done_at is None or p.done_at > now]


def _delay(left: float, soon: float) -> tuple[str, str] | None:
    """What to tell a department that has `left` hours, in two languages; None while it has time."""
    if left <= 0:
        return f"is overdue by {-left:.1f} h", f"已逾期 {-left:.1f} 小时"
    if left <= soon:
        return f"is due in {left * 60:.0f} min", f"将在 {left * 60:.0f} 分钟后到期"
    return None


def _long(minutes: float) -> tuple[str, str]:
    """A length of time in English and Chinese.

    >>> _long(15), _long(150)
    (('15 min', '15 分钟'), ('2.5 h', '2.5 小时'))
    """
    if minutes < 120:
        return f"{minutes:.0f} min", f"{minutes:.0f} 分钟"
    return f"{minutes / 60:.1f} h", f"{minutes / 60:.1f} 小时"


_ZH: Final = {"watch": "关注", "warn": "黄色", LEVELS[RED]: "红色"}
