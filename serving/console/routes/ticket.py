"""`/console/ticket`: one ticket, `?id=` which."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response

from model.ruled_out import RuledOut, ruled_out_of
from serving.console.plan import Plan
from serving.console.shell import Nothing, Page, Shell, latest
from serving.console.ticket import View, pressing_view, ticket_view
from serving.console.ticket_life import Life, brought_up, of_history, of_sent
from serving.console.ticket_past import past_of
from serving.console.ticket_risk import Course, Remembered, course_of
from serving.console.visit import Visit
from serving.desks import Current

PAGE = Page("ticket")


def router(shell: Shell) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    remembered = Remembered()

    def view(plan: Plan, visit: Visit) -> View:
        ticket_id, now = visit.asked("id").strip(), shell.service.now()
        if not ticket_id:
            return pressing_view(plan, now)
        current = shell.service.desks.current()
        life = _life(plan, current, ticket_id, plan.now(now))
        if life is None:
            raise Nothing("unknown")
        asked = (ticket_id, plan.refresh_id, current.events_seq, current.desk.model)

        def course() -> Course:
            return course_of(current.desk, ticket_id, life)

        found = remembered.course(asked, course)
        past = past_of(shell.store, ticket_id)
        asks_rules = visit.asked("rules") == "all" and ticket_id in plan.records
        barred = _barred(shell, current, ticket_id) if asks_rules else None
        return ticket_view(plan, ticket_id, life, found, past, visit.language, now, barred)

    @routes.get("/ticket")
    async def ticket(request: Request) -> Response:
        return await shell.show(request, PAGE, latest(shell, view))

    return routes


def _life(plan: Plan, current: Current, ticket_id: str, now: datetime) -> Life | None:
    """As the events tell it, and the last refresh; None where neither knows the ticket."""
    life = of_history(current.desk.history, ticket_id, now)
    sent = plan.tickets.get(ticket_id)
    if sent is None:
        return life
    return of_sent(sent, now) if life is None else brought_up(life, sent, now)


def _barred(shell: Shell, current: Current, ticket_id: str) -> RuledOut | None:
    """Whom the hard rules rule out for a ticket of the last refresh, and by which."""
    snapshot = shell.service.latest_snapshot()
    if snapshot is None:
        return None
    return ruled_out_of(current.at(snapshot.as_of), snapshot, ticket_id)
