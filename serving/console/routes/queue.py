"""`/console/queue`."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from serving.console.plan import Plan
from serving.console.queue import CARDS_SHOWN, Looking, View, view_of
from serving.console.shell import Page, Shell, latest
from serving.console.visit import Visit
from serving.decisions import override_log
from serving.principal import asking

PAGE = Page("queue", hangs_on=("overrides",))
AGENT_COOKIE: Final = "fendan_agent"
_A_SEASON: Final = 90 * 24 * 3600
_LONGEST: Final = 200


def router(shell: Shell) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(prefix="/console", include_in_schema=False)

    def view(plan: Plan, visit: Visit, agent: str) -> View:
        limit = None if visit.asked("rows") == "all" else CARDS_SHOWN
        looking = Looking(visit.principal, agent, visit.language, shell.service.now(), limit)
        with shell.store.transaction() as connection:
            standing = override_log.standing(connection)
        return view_of(plan, looking, standing)

    @routes.get("/queue")
    async def queue(request: Request) -> Response:
        agent = _agent_of(request)
        response = await shell.show(request, PAGE, latest(shell, view, agent), also=agent)
        if asking(request).agent_id is None and "agent" in request.query_params:
            response.set_cookie(
                AGENT_COOKIE, agent.encode().hex(), _A_SEASON, httponly=True, samesite="lax"
            )
        return response

    return routes


def _agent_of(request: Request) -> str:
    """Whose queue: as the address says, else the holder's of the key, else as chosen before."""
    own = asking(request).agent_id or _remembered(request.cookies.get(AGENT_COOKIE, ""))
    return request.query_params.get("agent", own)[:_LONGEST]


def _remembered(cookie: str) -> str:
    """The agent in a cookie: ids may hold what a cookie may not, so it is in hexadecimal.

    >>> _remembered("张三".encode().hex()), _remembered("no hex")
    ('张三', '')
    """
    try:
        return bytes.fromhex(cookie).decode()
    except ValueError:
        return ""
