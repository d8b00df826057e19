"""One ticket: where it stands, its life, its risk, why the plan says what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from features.words import Language
from model.ruled_out import RuledOut
from serving.console.charts import Series, lines
from serving.console.clock import day_and_time
from serving.console.life_chart import life_chart
from serving.console.plan import Json, Plan
from serving.console.record import percent
from serving.console.ticket_happenings import LOOKS, Happening
from serving.console.ticket_life import Life
from serving.console.ticket_past import Choice, Past, Word, overrides_of, words_of
from serving.console.ticket_risk import Course
from serving.console.ticket_standing import Standing, standing_of
from serving.console.time_axis import time_ticks
from serving.console.words import words
from serving.names import called, name_of

FACTS: Final = ("category", "subcategory", "region", "channel", "priority", "customer_level")
PRESSING: Final = 12
"""Tickets that are offered where none was asked for."""
_LEVELS: Final = ("watch", "warn", "red")
_NOBODY: Final[Json] = {}


@dataclass(frozen=True, slots=True)
class Ticket:
    """Everything that is told of one ticket.

    `standing` is None where the last plan does not have it, and `rejected` says why it was not
    planned. `facts` are (word, value); `listed` are (moment, happening), the last first.
    `barred` are (agent, the rules that rule them out), None where that was not asked.
    """

    ticket_id: str
    state: str
    look: str
    owner: str
    due: float | None
    due_text: str
    span: float
    text: str
    contacts: int | None
    facts: tuple[tuple[str, str], ...]
    standing: Standing | None
    rejected: str
    told: bool
    strip: Markup
    listed: tuple[tuple[str, Happening], ...]
    risk_chart: Markup
    asked_model: bool
    barred: tuple[tuple[str, str], ...] | None
    words: tuple[Word, ...]
    overrides: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The page; without a `ticket` it offers the most `pressing` ones, (id, alert, risk)."""

    now: float
    as_of: str
    ticket: Ticket | None
    pressing: tuple[tuple[str, str, int], ...]


def pressing_view(plan: Plan, now: datetime) -> View:
    """The page where no ticket was asked for."""
    risky = sorted(
        plan.records.values(), key=lambda r: (-r["risk"]["timeout_if_kept"], r["ticket_id"])
    )
    chosen = [r for r in risky if r["alert"] != "none"][:PRESSING]
    offered = tuple(
        (r["ticket_id"], r["alert"], percent(r["risk"]["timeout_if_kept"])) for r in chosen
    )
    return View(plan.now(now).timestamp(), plan.moment, None, offered)


def ticket_view(
    plan: Plan,
    ticket_id: str,
    life: Life,
    course: Course,
    past: Past,
    language: Language,
    now: datetime,
    barred: RuledOut | None = None,
) -> View:
    """The page of a ticket, by the last plan, its life, its course and what was said of it."""
    present, said = plan.now(now), words("ticket", language)
    sent, zone = plan.tickets.get(ticket_id, _NOBODY), plan.as_of.tzinfo
    assert zone is not None  # a time without an offset is refused
    record = plan.records.get(ticket_id)
    ticket = Ticket(
        ticket_id=ticket_id,
        state=life.state,
        look=LOOKS[life.state],
        owner=life.owner,
        due=life.due,
        due_text="" if life.due is None else _moment(life.due, plan),
        span=0.0 if life.due is None else max(life.due - life.begin, 1.0),
        text=sent.get("text") or "",
        contacts=sent.get("contacts_72h"),
        facts=tuple(_facts(sent, life, language)),
        standing=None if record is None else standing_of(plan, record, language),
        rejected=_rejected(plan, ticket_id, language),
        told=life.told,
        strip=life_chart(life, language, zone),
        listed=tuple((_moment(each.at, plan), each) for each in reversed(life.happenings)),
        risk_chart=_risk_chart(plan, life, course, past, said),
        asked_model=bool(course.pieces),
        barred=None if barred is None else tuple(_barred(barred, language)),
        words=words_of(past, zone),
        overrides=overrides_of(past, zone),
    )
    return View(present.timestamp(), plan.moment, ticket, ())


def _facts(sent: Json, life: Life, language: Language) -> Iterator[tuple[str, str]]:
    """What kind of ticket it is: as it was sent, else as the events say."""
    for name in FACTS:
        value = sent.get(name) or life.facts.get(name)
        if value:
            yield name, called(value, language) if name == "channel" else str(value)
    customer = sent.get("customer_id") or life.facts.get("customer")
    if customer:
        yield "customer", customer


def _barred(them: RuledOut, language: Language) -> Iterator[tuple[str, str]]:
    """Agents in the order of their ids, each with the rules in words."""
    mark = "、" if language == "zh" else ", "
    for agent_id, codes in sorted(them.items()):
        yield agent_id, mark.join(name_of(code, language) for code in codes)


def _rejected(plan: Plan, ticket_id: str, language: Language) -> str:
    codes = (r["code"] for r in plan.answer["rejected"] if r["ticket_id"] == ticket_id)
    return ", ".join(name_of(code, language) for code in codes)


def _risk_chart(
    plan: Plan, life: Life, course: Course, past: Past, said: Mapping[str, str]
) -> Markup:
    """The risk along the life, in per cent; empty where nothing is known of it."""
    told = [(m, r) for m, r in past.risks if life.begin <= m <= life.states[-1].end]
    record = plan.records.get(past.ticket_id)
    if record is not None:
        told.append((plan.as_of.timestamp(), record["risk"]["timeout_if_kept"]))
    series = [
        Series("" if at else said["as_model"], piece) for at, piece in enumerate(course.pieces)
    ]
    series += [Series(said["as_decided"], told, "b", dots=True)] if told else []
    series += [
        Series(said[name], line, f"level {name}")
        for name, line in zip(_LEVELS, course.levels, strict=False)
    ]
    moments = [m for s in series for m, _ in s.points]
    if not moments:
        return Markup("")
    zone = plan.as_of.tzinfo
    assert zone is not None  # a time without an offset is refused
    ticks = time_ticks(min(moments), max(moments), zone)
    return lines(series, said["risk_title"], ticks, percent=True)


def _moment(seconds: float, plan: Plan) -> str:
    return day_and_time(datetime.fromtimestamp(seconds, plan.as_of.tzinfo))
