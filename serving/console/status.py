"""Where a ticket stands, as its customer sees it: in plain words, and nothing of the desk.

No agent, no risk, no id: who forwards the link tells no more than the page itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Literal

from features.names import DEPARTMENTS
from features.words import Language
from serving.console.plan import Json, Plan
from serving.console.when import clock, expected
from serving.console.words import words
from serving.decisions.ticket_status import WORDS, state_for_customers

Place = Literal["done", "now", "ahead"]
GONE: Final = "gone"
"""No plan knows the ticket any more, and no history what became of it."""
_CHECKING: Final = "internal_collaboration"
_WAITING: Final = "waiting_customer"
_WITH_SOMEBODY: Final = ("assigned", "in_progress", "paused")
_BETWEEN: Final[Mapping[str, str]] = {_CHECKING: "checking_step", _WAITING: "answer_step"}
_OVER: Final = ("closed", GONE)
_MORE: Final[Mapping[str, str]] = {
    GONE: "gone_more", "closed": "closed_more", _WAITING: "waiting_customer_more",
}  # fmt: skip
_PLACES: Final[Mapping[Place, str]] = {
    "done": "step_done",
    "now": "step_now",
    "ahead": "step_ahead",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a ticket as of a moment; `eta` are the moments of the 50 and 90 % chance.

    `parties` are the departments that were asked and have not answered.
    """

    state: str
    as_of: datetime
    received: datetime | None = None
    due: datetime | None = None
    eta: tuple[datetime, datetime] | None = None
    parties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way, and whether it is behind, at hand or to come, also in words."""

    name: str
    at: Place
    place: str


@dataclass(frozen=True, slots=True)
class View:
    """What the page says; texts are empty where there is nothing to say."""

    headline: str
    more: str
    steps: tuple[Step, ...]
    late: bool
    expected: str
    expected_how: str
    received: str
    updated: str
    zone: str


def known_from(plan: Plan, ticket_id: str) -> Known | None:
    """What the last plan knows of a ticket; None where it has no such ticket."""
    sent, record = plan.tickets.get(ticket_id), plan.records.get(ticket_id, {})
    if sent is None:
        return None
    eta, due = record.get("eta"), sent.get("due_at")
    return Known(
        state=state_for_customers(sent["state"], placed=bool(record.get("action"))),
        as_of=plan.as_of,
        received=datetime.fromisoformat(sent["created_at"]),
        due=None if due is None else datetime.fromisoformat(due),
        eta=None if eta is None else (_moment(eta["p50"]), _moment(eta["p90"])),
        parties=tuple(p["party"] for p in sent.get("parties") or () if _is_open(p)),
    )


def view_of(known: Known, now: datetime, zone: tzinfo, language: Language) -> View:
    """The page: `now` is the desk's present, `zone` the one in which times are told."""
    said, here = words("status", language), now.astimezone(zone)
    when, how = _expected(known, here, zone, language)
    received = known.received and clock(known.received.astimezone(zone), here, language)
    return View(
        headline=said["headline"].format(state=_state(known, language)),
        more=said[_MORE[known.state]] if known.state in _MORE else "",
        steps=_steps(known.state, language),
        late=known.state not in _OVER and known.due is not None and known.due <= now,
        expected=when,
        expected_how=how,
        received=received or "",
        updated=clock(known.as_of.astimezone(zone), here, language),
        zone=_zone(here),
    )


def _zone(here: datetime) -> str:
    """The offset that its times have now.

    >>> from zoneinfo import ZoneInfo
    >>> _zone(datetime(2026, 3, 2, tzinfo=ZoneInfo("Asia/Shanghai")))
    'UTC+08:00'
    """
    offset = f"{here:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"


def _expected(known: Known, now: datetime, zone: tzinfo, language: Language) -> tuple[str, str]:
    said = words("status", language)
    if known.state in _OVER:
        return "", ""
    if known.eta is None:
        return said["unknown"], said["unknown_how"]
    start, end = (moment.astimezone(zone) for moment in known.eta)
    if end <= now:
        return said["longer"], said["longer_how"]
    return expected(start, end, now, language)


def _state(known: Known, language: Language) -> str:
    said = words("status", language)
    if known.state == GONE:
        return said["no_longer_open"]
    if known.state == _CHECKING and any(party in DEPARTMENTS for party in known.parties):
        return said["checking"].format(departments=_departments(known.parties, language))
    return WORDS[known.state].told(language)


def _departments(parties: Sequence[str], language: Language) -> str:
    """Their names, each once; those without a name together, last."""
    said = words("status", language)
    named = dict.fromkeys(DEPARTMENTS[p].told(language) for p in parties if p in DEPARTMENTS)
    names = [*named, *([said["another"]] if any(p not in DEPARTMENTS for p in parties) else [])]
    if len(names) == 1:
        return names[0]
    return said["comma"].join(names[:-1]) + said["and"] + names[-1]


def _steps(state: str, language: Language) -> tuple[Step, ...]:
    """The way from received to solved; none where nobody knows how it ended."""
    if state == GONE:
        return ()
    said = words("status", language)
    between = _BETWEEN.get(state)
    names = ["received_step", "specialist_step", *([between] if between else []), "solved_step"]
    at = 2 if between else 1 if state in _WITH_SOMEBODY else 0
    at = len(names) if state == "closed" else at
    places: list[Place] = [
        "done" if n < at else "now" if n == at else "ahead" for n in range(len(names))
    ]
    return tuple(
        Step(said[name], place, said[_PLACES[place]])
        for name, place in zip(names, places, strict=True)
    )


def _is_open(party: Json) -> bool:
    return party.get("done_at") is None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
