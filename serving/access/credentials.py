"""What the headers of a request say of who sends it."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlsplit

from starlette.datastructures import Headers


def sent_credentials(method: str, headers: Headers) -> list[str]:
    """The first two keys or tokens that a request carries, none empty: who sends more is guessing.

    A browser shows the page by Basic, with the key as the password; only GET, since a browser
    sends it by itself, also with what another site's page makes it send.
    """
    sent = headers.getlist("x-api-key")
    for line in headers.getlist("authorization"):
        scheme, _, rest = line.partition(" ")
        if scheme.lower() == "bearer":
            sent.append(rest.strip())
        elif scheme.lower() == "basic" and method == "GET":
            sent.append(_password(rest.strip()))
    return [text for text in sent if text][:2]


def host_name(host: str) -> str:
    """The name in a Host header.

    >>> [host_name(h) for h in ("localhost:8000", "[::1]:8000", "127.0.0.1")]
    ['localhost', '::1', '127.0.0.1']
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def from_another_page(headers: Headers) -> bool:
    """Whether a browser sends this for a page that is not the service's own.

    Browsers name the page's origin with everything that may change something (RFC 6454), and
    whence they ask with what another page embeds (Fetch Metadata); a link that somebody follows
    from there is no such thing. Other callers send neither header.

    >>> from_another_page(Headers({"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"}))
    False
    >>> from_another_page(Headers({"host": "127.0.0.1:8000", "origin": "https://evil.example"}))
    True
    >>> from_another_page(Headers({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}))
    True
    """
    origin = headers.get("origin")
    if origin is None:
        is_foreign = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        return is_foreign and headers.get("sec-fetch-mode") != "navigate"
    try:
        return urlsplit(origin).netloc != headers.get("host", "")
    except ValueError:
        return True


def _password(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
