"""Urgency: how much of the promised time is left, and how pressed the customer is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.history import History
from features.names import CHANNELS, SIGNAL_NAMES, STATES
from features.spec import FeatureSpec
from features.stream import HOUR, NEVER, Floats, Ints, hours_since
from features.text import SIGNALS
from features.timeline import STATUS, parked
from features.view import PairView, TicketView

REPEAT_CONTACTS: Final = 3
"""A number that contacts this often in 72 h is far likelier to be answered too late."""


def age_hours(_history: History, tickets: TicketView) -> Floats:
    """Hours since the complaint arrived."""
    return hours_since(tickets.times["created"], tickets.at)


def hours_to_due(_history: History, tickets: TicketView) -> Floats:
    """Hours until the promised close, negative when it has passed; NaN without a promise."""
    return -hours_since(tickets.times["due"], tickets.at)


def promised_hours(_history: History, tickets: TicketView) -> Floats:
    """The time promised in all, from arrival to `due_at`."""
    return _span(tickets.times["created"], tickets.times["due"])


def due_share_left(_history: History, tickets: TicketView) -> Floats:
    """The part of the promised time that is left: 1 at arrival, 0 at `due_at`."""
    promised = _span(tickets.times["created"], tickets.times["due"])
    left = -hours_since(tickets.times["due"], tickets.at)
    return np.where(promised > 0, left / np.where(promised > 0, promised, 1.0), np.nan)


def _span(begin: Ints, end: Ints) -> Floats:
    known = (begin != NEVER) & (end != NEVER)
    return np.where(known, (np.where(known, end, 0) - np.where(known, begin, 0)) / HOUR, np.nan)


def party_hours_left(_history: History, tickets: TicketView) -> Floats:
    """Hours until the department that was asked should answer; NaN when none is asked."""
    return -hours_since(tickets.times["party_due"], tickets.at)


def party_hours_waited(_history: History, tickets: TicketView) -> Floats:
    """Hours since a department was asked; NaN when none is."""
    return hours_since(tickets.times["party_since"], tickets.at)


def contacts_72h(_history: History, tickets: TicketView) -> Floats:
    """Contacts of the customer in `(t - 72 h, t]`."""
    return tickets.contacts_72h


def repeat_contacts(_history: History, tickets: TicketView) -> Floats:
    """1 when the customer contacted 3 times or more in 72 h."""
    return (tickets.contacts_72h >= REPEAT_CONTACTS).astype(np.float64)


def hours_since_contact(history: History, tickets: TicketView) -> Floats:
    """Hours since the customer was last heard of on this ticket."""
    last = history.last_time("contact", "ticket", tickets.ticket, tickets.at)
    return hours_since(last, tickets.at)


def reopenings(_history: History, tickets: TicketView) -> Floats:
    """How often the ticket came back after it was closed."""
    return tickets.reopenings


def escalations(history: History, tickets: TicketView) -> Floats:
    """How often the ticket was escalated so far."""
    return history.count("escalation", "ticket", tickets.ticket, tickets.at).astype(np.float64)


def activity(history: History, tickets: TicketView) -> Floats:
    """Events of the ticket so far; NaN for a ticket that the history does not know."""
    count = history.count("event", "ticket", tickets.ticket, tickets.at)
    return np.where(count > 0, count, np.nan)


def hours_since_event(history: History, tickets: TicketView) -> Floats:
    """Hours since anything happened to the ticket."""
    last = history.last_time("event", "ticket", tickets.ticket, tickets.at)
    return hours_since(last, tickets.at)


def hours_in_state(_history: History, pairs: PairView) -> Floats:
    """Hours in the present state; 0 for one that a hand-over would begin anew."""
    since = hours_since(pairs.tickets.times["state_since"], pairs.tickets.at)[pairs.t]
    return np.where(_restarted(pairs), 0.0, since)


def hours_with_owner(_history: History, pairs: PairView) -> Floats:
    """Hours with the present owner; 0 for one who would get it now, NaN with nobody."""
    since = hours_since(pairs.tickets.times["assigned_at"], pairs.tickets.at)[pairs.t]
    return np.where(pairs.moved, 0.0, np.where(pairs.a >= 0, since, np.nan))


def reassignments(_history: History, pairs: PairView) -> Floats:
    """Changes of owner after the first one, the proposed one included."""
    so_far = pairs.tickets.reassignments[pairs.t]
    return so_far + (pairs.moved & pairs.tickets.owned[pairs.t])


def status(_history: History, pairs: PairView) -> Ints:
    """The state of the ticket; `assigned` where a hand-over would begin the work anew."""
    return np.where(_restarted(pairs), STATUS["assigned"], pairs.tickets.status[pairs.t])


def _restarted(pairs: PairView) -> NDArray[np.bool_]:
    """A hand-over begins the work anew, but does not end a wait for somebody else."""
    return pairs.moved & ~parked(pairs.tickets.status[pairs.t])


def _signal(place: int) -> Callable[[History, TicketView], Floats]:
    def seen(_history: History, tickets: TicketView) -> Floats:
        return tickets.signals[:, place].astype(np.float64)

    return seen


def _named(name: str) -> Callable[[History, TicketView], Ints]:
    def codes(_history: History, tickets: TicketView) -> Ints:
        return tickets.named[name]

    return codes


SPECS: Final = (
    FeatureSpec(
        "age_hours", "ticket", "urgency", "h",
        "hours since arrival", "受理时长（小时）", age_hours,
    ),
    FeatureSpec(
        "hours_to_due", "ticket", "urgency", "h",
        "hours of the promised time left", "距承诺时限（小时）", hours_to_due, rises=-1,
    ),
    FeatureSpec(
        "due_share_left", "ticket", "urgency", "share",
        "share of the promised time left", "剩余时限占比", due_share_left, rises=-1,
    ),
    FeatureSpec(
        "promised_hours", "ticket", "urgency", "h",
        "promised time", "承诺总时长（小时）", promised_hours,
    ),
    FeatureSpec(
        "party_hours_left", "ticket", "urgency", "h",
        "hours until the department should answer", "协同部门剩余答复时间", party_hours_left,
    ),
    FeatureSpec(
        "party_hours_waited", "ticket", "urgency", "h",
        "hours waiting for a department", "等待协同部门时长", party_hours_waited,
    ),
    FeatureSpec(
        "contacts_72h", "ticket", "urgency", "contacts",
        "contacts in 72 h", "72 小时内来访次数", contacts_72h,
    ),
    FeatureSpec(
        "repeat_contacts", "ticket", "urgency", "flag",
        "3 contacts or more in 72 h", "72 小时内来访 3 次以上", repeat_contacts,
    ),
    FeatureSpec(
        "hours_since_contact", "ticket", "urgency", "h",
        "hours since the last contact", "距上次来访（小时）", hours_since_contact,
    ),
    FeatureSpec(
        "reopenings", "ticket", "urgency", "times",
        "times reopened", "重开次数", reopenings,
    ),
    FeatureSpec(
        "escalations", "ticket", "urgency", "times",
        "times escalated", "已升级次数", escalations,
    ),
    FeatureSpec(
        "activity", "ticket", "urgency", "events",
        "events so far", "流转次数", activity,
    ),
    FeatureSpec(
        "hours_since_event", "ticket", "urgency", "h",
        "hours since anything happened", "距上次动态（小时）", hours_since_event,
    ),
    FeatureSpec(
        "hours_in_state", "pair", "urgency", "h",
        "hours in the present state", "当前状态停留（小时）", hours_in_state,
        moved="ticket",
    ),
    FeatureSpec(
        "hours_with_owner", "pair", "urgency", "h",
        "hours with the agent", "在该坐席名下（小时）", hours_with_owner,
        moved="ticket",
    ),
    FeatureSpec(
        "reassignments", "pair", "urgency", "times",
        "changes of owner", "转派次数", reassignments,
        moved="ticket",
    ),
    FeatureSpec(
        "status", "pair", "urgency", "state",
        "state", "状态", status, vocabulary="status", names=STATES,
        moved="ticket",
    ),
    *(
        FeatureSpec(
            f"signal_{name}", "ticket", "urgency", "flag",
            SIGNAL_NAMES[name].en, SIGNAL_NAMES[name].zh, _signal(place),
        )
        for place, name in enumerate(SIGNALS)
    ),
    FeatureSpec(
        "priority", "ticket", "urgency", "name",
        "priority", "优先级", _named("priority"), vocabulary="priority",
    ),
    FeatureSpec(
        "category", "ticket", "urgency", "name",
        "category", "类别", _named("category"), vocabulary="category",
    ),
    FeatureSpec(
        "subcategory", "ticket", "urgency", "name",
        "subcategory", "子类别", _named("subcategory"), vocabulary="subcategory",
    ),
    FeatureSpec(
        "region", "ticket", "urgency", "name",
        "region", "地区", _named("region"), vocabulary="region",
    ),
    FeatureSpec(
        "channel", "ticket", "urgency", "name",
        "channel", "渠道", _named("channel"), vocabulary="channel", names=CHANNELS,
    ),
)  # fmt: skip
