"""The cookies of this service, out of all that a browser sends.

Other services under the same name have theirs, in any shape (JSON, say), and anybody can write one.
Python's own reader gives up at the first it does not know, which would sign people out, and takes
the square of its length for quoted backslashes (CVE-2024-7592): the framework reads cookies with
every request, before anybody knows who asks. So no other's cookie gets as far as that.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.types import Scope

_OWN: Final = re.compile(r"fendan_[a-z]+=[A-Za-z0-9_-]{0,2000}")


def own_cookies(sent: str) -> dict[str, str]:
    """Ours in a Cookie header, by name; of two of one name the first, which is the nearer path's.

    >>> own_cookies('a={"b": 1}; fendan_lang=zh; fendan_theme="dark"; c; fendan_lang=en')
    {'fendan_lang': 'zh'}
    """
    own = dict[str, str]()
    for pair in sent.split(";"):
        if _OWN.fullmatch(pair.strip()):
            name, _, value = pair.strip().partition("=")
            own.setdefault(name, value)
    return own


def keep_own(scope: Scope) -> None:
    """Take all other cookies out of a request, before it is read."""
    others = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    if len(others) == len(scope["headers"]):
        return
    sent = b";".join(value for name, value in scope["headers"] if name == b"cookie")
    own = own_cookies(sent.decode("latin-1"))
    kept = "; ".join(f"{name}={value}" for name, value in own.items()).encode()
    scope["headers"] = [*others, (b"cookie", kept)] if own else others
