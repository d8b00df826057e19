"""The page of the weights and thresholds."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from serving.console.policy import VERSIONS_SHOWN, History, View, view_of
from serving.console.shell import Nothing, Page, Shell
from serving.console.visit import Visit
from serving.policy.glances import Glances
from serving.policy.policies import Policies
from serving.policy.rows import PolicyVersion
from serving.policy.store import UnknownVersionError
from serving.policy.watches import Watches

PAGE = Page("policy")
_LONGEST = 15  # digits of a version


def router(shell: Shell, policies: Policies, watches: Watches) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    glances = Glances(watches.look, lambda: shell.store.marks().policy)

    def view(visit: Visit) -> View:
        plan, wall = shell.plans.latest(), shell.service.now()
        now = wall if plan is None else plan.now(wall)
        store = policies.store
        history = History(policies.source(), store.versions(VERSIONS_SHOWN), store.moves())
        asked = (visit.asked("one"), visit.asked("other"))
        compared = [_version(policies, each) for each in asked] if all(asked) else []
        standing = policies.standing()
        watched = None if standing.before is None else glances.glance()
        return view_of(standing, history, plan, visit, now, compared, watched)

    @routes.get("/policy")
    async def policy(request: Request) -> Response:
        return await shell.show(request, PAGE, view, glances.mark)

    return routes


def _version(policies: Policies, asked: str) -> PolicyVersion:
    if not asked.isdecimal() or len(asked) > _LONGEST:
        raise Nothing("no_version")
    try:
        return policies.store.version(int(asked))
    except UnknownVersionError:
        raise Nothing("no_version") from None
