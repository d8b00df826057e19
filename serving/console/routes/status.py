"""`/status/{token}`: where a ticket stands, for the customer who has its link."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from features.words import Words
from serving.access.auth import Door
from serving.access.links import Link, LinkBook
from serving.console.plan import Plan
from serving.console.shell import HTML, Shell, remember
from serving.console.status import GONE, Known, known_from, view_of
from serving.console.trouble import PRIVATE
from serving.console.visit import Visit, visit_of
from serving.decisions.ticket_status import past
from serving.problems import Problem

_LAG: Final = timedelta(minutes=1)
"""A plan that came so soon after a link may have been asked for before its ticket was there."""


def router(shell: Shell, book: LinkBook, door: Door) -> APIRouter:
    """The page of a link. What it refuses `serving.console.trouble` tells in words."""
    routes = APIRouter(prefix="/status", include_in_schema=False)

    @routes.api_route("/{token}", methods=["GET", "HEAD"])
    async def status(token: str, request: Request) -> Response:
        link = await to_thread.run_sync(book.find, token)
        if link is None:
            door.note_wrong_link(request.client.host if request.client else "")
            request.state.refused = "no-such-link"
            raise Problem(404, "no-such-link", Words("this link shows nothing", "此链接无内容"))
        if link.expires_at <= book.now():
            raise Problem(410, "link-expired", Words("this link has expired", "此链接已过期"))
        visit = visit_of(request)
        text = await to_thread.run_sync(_page, shell, visit, link)
        # of what is shown and nothing else, so that it tells nothing either
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        fresh = request.headers.get("if-none-match") != tag
        response = Response(text if fresh else None, 200 if fresh else 304, media_type=HTML)
        response.headers.update({"ETag": tag, **PRIVATE})
        remember(request, visit, response)
        return response

    return routes


def _page(shell: Shell, visit: Visit, link: Link) -> str:
    """Raises FendanError where neither the plan nor the history can be asked."""
    plan, wall = shell.plans.latest(), shell.service.now()
    now = wall if plan is None else plan.now(wall)
    desk = shell.service.desks.current().desk
    known = None if plan is None else known_from(plan, link.ticket_id)
    if known is None and (old := past(desk.history, link.ticket_id, now)) is not None:
        known = Known(old.state, now)
    if known is None:
        known = _unheard_of(link, plan, now)
    view = view_of(known, now, ZoneInfo(desk.policy.timezone), visit.language)
    return shell.render("status", visit, view=view)


def _unheard_of(link: Link, plan: Plan | None, now: datetime) -> Known:
    """A ticket that nobody has told of: made since the last plan, or not open any more."""
    is_new = plan is None or plan.made_at <= link.created_at + _LAG
    return Known("unassigned" if is_new else GONE, now)
