"""Who may ask: one key for everything, or, without a key, this machine only.

Open without a key: `/healthz` and `/readyz` (orchestrators carry none; they tell no data),
`/docs`, `/openapi.json` and the page's style and script (the same for everybody).
`/metrics` needs the key: a desk's counts are its own business, and Prometheus can send one.
"""

from __future__ import annotations

import base64
import binascii
import hmac

from starlette.datastructures import Headers

from serving.principal import LOCAL, Principal
from serving.problems import Problem
from serving.settings import is_loopback

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/docs", "/openapi.json"})
OPEN_FOLDER = "/static/"
NOBODY = Principal("nobody", frozenset())
MASTER = Principal("FENDAN_API_KEY", LOCAL.scopes)


def check(key: str | None, method: str, path: str, headers: Headers) -> Principal:
    """Who asks, if the request may go on.

    Raises:
        Problem: 401 without the right key; 421 where no key is set and the request was
            addressed to a name that is not this machine's own (a web page that points its
            name at 127.0.0.1 must not read the desk).
    """
    if key is None:
        host = _host_name(headers.get("host", ""))
        if not is_loopback(host):
            raise Problem(
                421,
                "not-loopback",
                "without an API key this service answers to localhost and loopback addresses "
                "only; set FENDAN_API_KEY to serve it under another name",
            )
        return LOCAL
    if path in OPEN_PATHS or path.startswith(OPEN_FOLDER):
        return NOBODY
    if not any(_same(sent, key) for sent in _sent_keys(method, headers)):
        schemes = ['Bearer realm="fendan"']
        if path == "/":  # a browser asks its user for Basic; a program should not be led to it
            schemes.append('Basic realm="fendan", charset="UTF-8"')
        raise Problem(
            401,
            "unauthorized",
            "send the API key as `Authorization: Bearer …` or as `X-API-Key`",
            headers=tuple(("WWW-Authenticate", scheme) for scheme in schemes),
        )
    return MASTER


def _sent_keys(method: str, headers: Headers) -> list[str]:
    """The keys a request carries. A browser shows the page by Basic, key as the password."""
    sent = headers.getlist("x-api-key")
    for line in headers.getlist("authorization"):
        scheme, _, rest = line.partition(" ")
        if scheme.lower() == "bearer":
            sent.append(rest.strip())
        elif scheme.lower() == "basic" and method == "GET":
            sent.append(_password(rest.strip()))
    return sent


def _password(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _same(sent: str, key: str) -> bool:
    """Compared in constant time; an empty key is never the same."""
    return bool(sent) and hmac.compare_digest(sent.encode(), key.encode())


def _host_name(host: str) -> str:
    """The name in a Host header.

    >>> [_host_name(h) for h in ("localhost:8000", "[::1]:8000", "127.0.0.1")]
    ['localhost', '::1', '127.0.0.1']
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
