"""What goes wrong with a page, as a page: a person is told in words, a program by a problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from serving.access.auth import NOBODY
from serving.console.shell import HTML, Shell
from serving.console.visit import Visit, visit_of
from serving.problems import Problem

PRIVATE: Final[Mapping[str, str]] = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}
"""Headers of what a link shows: its address is a secret, and nobody else's to keep."""
_PASSING: Final = (429, 503)
_OF_LINKS: Final[Mapping[int, tuple[str, str]]] = {
    404: ("no_link", "no_link_how"),
    410: ("expired", "expired_how"),
    429: ("later", "later_how"),
}
_OF_PAGES: Final[Mapping[int, tuple[str, str]]] = {
    401: ("ended", "ended_how"),
    404: ("no_page", "no_page_how"),
    413: ("too_large", "too_large_how"),
    429: ("later", "later_how"),
    500: ("broke", "broke_how"),
    503: ("away", "away_how"),
}
"""Title and text of each status."""


class Trouble:
    """Problems as pages, in the words and the frame of the shell."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def page(self, request: Request, problem: Problem) -> Response | None:
        """The problem as a page; None where a program asks, or something that is no page."""
        path = request.scope["path"]
        visit = visit_of(request, getattr(request.state, "principal", NOBODY))
        if path.startswith("/status/"):
            response = self._of_link(visit, problem)
        elif path.startswith("/console") and "text/html" in request.headers.get("accept", ""):
            response = self._of_page(visit, problem, request.state.request_id)
        else:
            return None
        for name, value in problem.headers:
            response.headers.append(name, value)
        return response

    def _of_link(self, visit: Visit, problem: Problem) -> Response:
        title, how = _OF_LINKS.get(problem.status, ("away", "away_how"))
        follows = problem.status in _PASSING
        text = self._shell.render(
            "status_said", visit, "status", title=title, how=how, follows=follows
        )
        return Response(text, problem.status, dict(PRIVATE), HTML)

    def _of_page(self, visit: Visit, problem: Problem, request_id: str) -> Response:
        title, how = _OF_PAGES.get(problem.status, ("refusal", "refusal_how"))
        text = self._shell.render(
            "said",
            visit,
            "trouble",
            title=title,
            how=how,
            about={"detail": problem.said.told(visit.language), "request": request_id},
            follows=problem.status in _PASSING,
        )
        return Response(text, problem.status, media_type=HTML)
