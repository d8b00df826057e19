"""The desk as discrete events: tickets arrive, are placed, worked on, wait, close, come back.

A simulation makes its events one from another, so here, and only here, a loop over events is
the thing itself. All draws are made beforehand (`world`), so two rules meet the same world.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from experiments.simulator.diary import Diary, Entry
from experiments.simulator.names import ticket_id
from experiments.simulator.outcomes import Fate
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.roster import FAR
from experiments.simulator.rules import Rule, Waiting
from experiments.simulator.state import Case, Row, Worker
from experiments.simulator.waits import Waits
from experiments.simulator.world import World

REFRESH_S = 300
ROTA_S = 16 * 3600
"""How far the day sheet looks ahead: who is not back by then has the day off."""
_WEEK_S = 7 * DAY_S


class Engine:
    """A running desk. `rule` None leaves new tickets for `assign` (a plan from outside).

    `cases` are the tickets that arrived and are not closed for good; `rows` the log since it
    was last taken with `take_rows`.
    """

    def __init__(self, world: World, rule: Rule | None) -> None:
        self.world, self.rule, self.now = world, rule, 0
        self.fate = Fate.of(world)
        self.cases: dict[int, Case] = {}
        self.workers = [Worker() for _ in world.roster.profiles]
        self.rows: list[Row] = []
        self.agent_of = {p.agent_id: i for i, p in enumerate(world.roster.profiles)}
        self._arrivals: list[int] = world.complaints.time.tolist()
        self._next = 0
        self._diary = Diary()
        self.waits = Waits(world, self._diary, self._log)
        self._unplaced: list[int] = []
        self._refresh_at = -1
        self._speed: list[list[list[float]]] = world.roster.speed.tolist()
        self._category: list[int] = world.complaints.category.tolist()
        self._region: list[int] = world.complaints.region.tolist()
        self._english: list[bool] = world.complaints.english.tolist()

    def run(self, until: int) -> None:
        """Let everything happen up to and including second `until`."""
        while True:
            arrival = self._arrivals[self._next] if self._next < len(self._arrivals) else FAR
            due = self._diary.next_time
            if min(arrival, due) > until:
                break
            if arrival <= due:
                self.now = arrival
                self._arrive(self._next)
                self._next += 1
            else:
                entry = self._diary.pop()
                self.now = entry.time
                self._happen(entry)
        self.now = max(self.now, until)

    def release(self) -> None:
        """Let nobody but `assign` place tickets from now on."""
        self.rule, self._unplaced = None, []

    def take_rows(self) -> list[Row]:
        """The rows since the last call."""
        rows, self.rows = self.rows, []
        return rows

    def open_cases(self) -> list[Case]:
        """The open cases by ticket."""
        return [case for _, case in sorted(self.cases.items()) if not case.closed]

    def assign(self, ticket: int, agent: int) -> bool:
        """Give an open ticket to an agent; work in hand moves at a price. False: nothing to do."""
        case = self.cases.get(ticket)
        if case is None or case.closed or case.agent == agent:
            return False
        self._leave(case)
        if case.agent >= 0 and case.begun:
            case.next_work.seconds += self.world.params.outcome.reading_hours * HOUR_S
        case.agent, case.assigned_at, case.owners = agent, self.now, case.owners + 1
        self._log(Row(self.now, "ticket.assigned", case.ticket, agent=agent))
        if not case.parked:
            case.enter("assigned", self.now)
            self._ready(case)
        return True

    def order(self, agent: int, tickets: Sequence[int]) -> None:
        """The order in which an agent shall work; the case in hand is not interrupted."""
        self.workers[agent].order = {ticket: i for i, ticket in enumerate(tickets)}

    def on_rota(self) -> set[str]:
        """The agents with working time within the next `ROTA_S` seconds."""
        roster = self.world.roster
        return {
            profile.agent_id
            for profile, windows in zip(roster.profiles, roster.windows, strict=True)
            if windows.opens(self.now) < self.now + ROTA_S
        }

    # ------------------------------------------------------------------ what happens

    def _happen(self, entry: Entry) -> None:
        if entry.kind == "refresh":
            self._refresh()
        elif entry.kind == "wake":
            self.workers[entry.subject].wakes = -1
            self._start(entry.subject)
        elif entry.subject in self.cases:
            self._happen_to(self.cases[entry.subject], entry)

    def _happen_to(self, case: Case, entry: Entry) -> None:
        if entry.kind == "contact":
            self._contact(case, entry.stamp)
        elif entry.kind == "reopen":
            self._reopen(case)
        elif entry.kind == "close":
            self._log(Row(self.now, "ticket.closed", case.ticket))
            del self.cases[case.ticket]
        elif entry.kind == "answer":
            if self.waits.answered(case, entry.stamp, self.now):
                self._go_on(case)
        elif case.stamp == entry.stamp:
            (self._done if entry.kind == "done" else self._go_on)(case)

    def _arrive(self, ticket: int) -> None:
        case = Case(ticket, "unassigned", self.now, self.fate.way(ticket))
        self.cases[ticket] = case
        self._log(Row(self.now, "ticket.created", case.ticket))
        self._await_contact(case)
        self._ask_rule(case)

    def _ask_rule(self, case: Case) -> None:
        if self.rule is None:
            return
        self._unplaced.append(case.ticket)
        if self._refresh_at < self.now:
            self._refresh_at = (self.now // REFRESH_S + 1) * REFRESH_S
            self._diary.book(self._refresh_at, "refresh", 0, 0)

    def _refresh(self) -> None:
        tickets, self._unplaced = self._unplaced, []
        cases = [self.cases[t] for t in tickets if t in self.cases and not self.cases[t].closed]
        if self.rule is None or not cases:
            return
        placed = self.rule.place([self._waiting(case) for case in cases], self.on_rota())
        for case, agent_id in zip(cases, placed, strict=True):
            if agent_id is not None:
                self.assign(case.ticket, self.agent_of[agent_id])

    def _waiting(self, case: Case) -> Waiting:
        params, agent = self.world.params, case.agent
        return Waiting(
            ticket_id=ticket_id(case.ticket),
            category=params.categories[self._category[case.ticket]].code,
            region=params.regions[self._region[case.ticket]][0],
            english=self._english[case.ticket],
            escalated=case.escalated,
            agent_id=self.world.roster.profiles[agent].agent_id if agent >= 0 else None,
        )

    # ------------------------------------------------------------------ work

    def _ready(self, case: Case) -> None:
        if case.agent >= 0:
            self.workers[case.agent].ready.append(case)
            self._start(case.agent)

    def _start(self, agent: int) -> None:
        """Begin the agent's next case, or come back when the agent is next at work."""
        worker = self.workers[agent]
        if worker.current is not None or not worker.ready:
            return
        windows = self.world.roster.windows[agent]
        opens = windows.opens(self.now)
        if opens > self.now:
            if worker.wakes < 0 and opens < FAR:
                worker.wakes = opens
                self._diary.book(opens, "wake", agent, 0)
            return
        case = worker.next_case()
        if case is None:
            return
        worker.ready.remove(case)
        worker.current = case
        case.enter("in_progress", self.now)
        case.stamp += 1
        case.started = windows.total(self.now)
        speed = self._speed[agent][self._category[case.ticket]][self.now // _WEEK_S]
        case.needed = max(1, ceil(case.step.seconds * speed))
        self._log(Row(self.now, "ticket.state", case.ticket, state="in_progress", agent=agent))
        self._diary.book(windows.finish(self.now, case.needed), "done", case.ticket, case.stamp)

    def _leave(self, case: Case) -> None:
        """Take the case from its present owner, if it lies or is worked on there."""
        if case.agent < 0:
            return
        worker = self.workers[case.agent]
        if worker.current is case:
            worker.current, case.stamp = None, case.stamp + 1
            worked = self.world.roster.windows[case.agent].total(self.now) - case.started
            worker.worked += worked
            kept = worked / case.needed * (1 - self.world.params.outcome.handover)
            case.step.seconds *= max(0.0, 1 - kept)
            self._diary.book(self.now, "wake", case.agent, 0)
        elif case in worker.ready:
            worker.ready.remove(case)

    def _done(self, case: Case) -> None:
        agent = case.agent
        self.workers[agent].current = None
        self.workers[agent].worked += case.needed
        self._go_on(case)
        self._start(agent)

    def _go_on(self, case: Case) -> None:
        """The next step of the case's way, or its resolution."""
        case.at += 1
        if case.at >= len(case.steps):
            self._resolve(case)
            return
        if case.step.kind == "work":
            case.enter("returned", self.now)
            self._log(Row(self.now, "ticket.state", case.ticket, state="returned"))
            self._ready(case)
        else:
            self.waits.begin(case, self.now)

    def _resolve(self, case: Case) -> None:
        case.closed = True
        self._log(Row(self.now, "ticket.resolved", case.ticket, agent=case.agent))
        again = self.fate.reopens(case.ticket, case.agent) and case.reopenings == 0
        after = self.fate.reopen_after[case.ticket] if again else self.fate.close_after[case.ticket]
        self._diary.book(self.now + after, "reopen" if again else "close", case.ticket, 0)

    def _reopen(self, case: Case) -> None:
        case.closed, case.reopenings = False, case.reopenings + 1
        case.steps, case.at = self.fate.rework(case.ticket), 0
        case.enter("reopened", self.now)
        self._log(Row(self.now, "ticket.reopened", case.ticket))
        self._ready(case)

    # ------------------------------------------------------------------ the customer

    def _await_contact(self, case: Case) -> None:
        at = self.fate.contact_at(case.ticket, case.contacts)
        if at >= 0:
            self._diary.book(max(at, self.now), "contact", case.ticket, case.contacts)

    def _contact(self, case: Case, number: int) -> None:
        """The customer asks again, unless content, resolved, or it is the customer's own turn."""
        case.contacts += 1
        self._await_contact(case)
        if case.closed or case.state == "waiting_customer":
            return
        if not self.fate.insists(case.ticket, number, case.spoken, self.now):
            return
        case.spoken += 1
        self._log(Row(self.now, "ticket.contact", case.ticket, contact=number))
        to = self.fate.escalates(case.ticket, number, self.now)
        if to and not case.escalated:
            case.escalated = True
            self._log(Row(self.now, "ticket.escalated", case.ticket, to=to))
            self._log(Row(self.now, "ticket.updated", case.ticket, priority="1"))
            if not case.parked:
                self._ask_rule(case)

    # ------------------------------------------------------------------ bookkeeping

    def _log(self, row: Row) -> None:
        self.rows.append(row)
