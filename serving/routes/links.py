"""The links with which customers see where their ticket stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path, Request, Response

from serving.access.answers import EndedLinksOut, LinkOut
from serving.access.links import LinkBook, NewLink
from serving.access.shapes import parse_link
from serving.body import read_json_body
from serving.openapi import problems, request_body
from serving.principal import Asking, needs
from serving.requests import PRINTABLE
from serving.routes.as_json import as_json
from serving.settings import Settings

_TicketId = Annotated[str, Path(max_length=200, pattern=PRINTABLE)]


def router(book: LinkBook, settings: Settings) -> APIRouter:
    """`/v1/tickets/{ticket_id}/links`."""
    routes = APIRouter(prefix="/v1/tickets")
    asked_for = request_body("LinkIn")
    asked_for["requestBody"]["required"] = False

    @routes.post(
        "/{ticket_id:path}/links",
        status_code=201,
        summary="A link for the customer, to see where a ticket stands",
        # it shows a stranger what `read` sees by /status, and no more
        dependencies=[needs("read")],
        responses={201: {"model": LinkOut}, **problems(400, 401, 403, 408, 413, 415, 422, 503)},
        openapi_extra=asked_for,
    )
    async def make(ticket_id: _TicketId, request: Request, who: Asking) -> Response:
        """Its page needs no key. The ticket may be one that no refresh has told of yet."""
        asked = parse_link(await read_json_body(request, settings))
        lasting = timedelta(days=asked.valid_days)
        new = await to_thread.run_sync(book.make, ticket_id, lasting, who.name)
        return as_json(_told(new), 201)

    @routes.delete(
        "/{ticket_id:path}/links",
        summary="End all links of a ticket",
        # it takes away what customers were given: for whoever answers for the desk
        dependencies=[needs("ops")],
        responses={200: {"model": EndedLinksOut}, **problems(401, 403, 422, 503)},
    )
    async def end(ticket_id: _TicketId, who: Asking) -> Response:
        """At once, in every worker; their pages say what those of unknown links say."""
        ended = await to_thread.run_sync(book.end, ticket_id, who.name)
        answer = {"ticket_id": ticket_id, "ended": ended}
        return as_json(answer)

    return routes


def _told(new: NewLink) -> dict[str, Any]:
    return {
        "ticket_id": new.link.ticket_id,
        "url_path": new.path,
        "token": new.text,
        "expires_at": new.link.expires_at,
    }
