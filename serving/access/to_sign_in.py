"""A person without a key is led to where one signs in; a program is told 401."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from serving.access.auth import SIGN_IN_PATH, Refusal


def to_sign_in(scope: Scope, error: Exception) -> Response | None:
    """Where to go instead of a page that needs a key; None where that is no answer."""
    if not isinstance(error, Refusal) or error.status != 401 or scope["method"] != "GET":
        return None
    path = scope["path"]
    if path != "/" and path != "/console" and not path.startswith("/console/"):
        return None
    query = scope.get("query_string", b"").decode("latin-1")
    back = quote(f"{path}?{query}" if query else path, safe="")
    return RedirectResponse(f"{SIGN_IN_PATH}?next={back}", 303)
