"""The public keys of an OpenID Connect issuer, kept in memory.

PyJWT's own `PyJWKClient` is not used: it asks the issuer again for every unknown key id, which
callers choose, and forgets the keys that it had when the issuer is down.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import httpx
import jwt

from features.errors import FendanError
from features.words import Words
from serving.problems import Problem
from serving.settings import Oidc, check_private
from serving.telemetry import say

KEYS_SECONDS: Final = 600.0
"""After so long the issuer is asked for its keys again; until it answers, the known ones go on."""
PATIENCE_SECONDS: Final = 10.0
"""At least so long passes between two questions to the issuer, whatever tokens are sent."""
_TIMEOUT_SECONDS = 5.0
_DISCOVERY = "/.well-known/openid-configuration"


class UnknownKeyIdError(FendanError):
    """The issuer answers, and has no such key."""


class IssuerKeys:
    """The issuer's keys by their ids."""

    def __init__(self, oidc: Oidc, clock: Callable[[], float] = time.monotonic) -> None:
        self._oidc, self._clock = oidc, clock
        self._lock = threading.Lock()
        self._known: dict[str | None, jwt.PyJWK] = {}
        self._fresh_until = self._again_at = 0.0
        self._answers = True

    def key(self, key_id: str | None) -> jwt.PyJWK:
        """The key of this id; without an id, the only one there is. Blocks while it asks.

        Raises:
            UnknownKeyIdError: the issuer has no such key.
            Problem: 503, the key is not known and the issuer does not answer.
        """
        found = self._found(key_id)
        if found is None or self._clock() > self._fresh_until:
            # who has its key need not wait for another who is asking already
            if self._lock.acquire(blocking=found is None):
                try:
                    self._ask_if_time()
                finally:
                    self._lock.release()
            found = self._found(key_id) or found
        if found is not None:
            return found
        if self._answers:
            raise UnknownKeyIdError("the issuer has no such key")
        raise Problem(
            503,
            "issuer-away",
            Words(
                "the issuer of the token does not tell its keys; see FENDAN_OIDC_ISSUER",
                "令牌签发方未提供其公钥；请检查 FENDAN_OIDC_ISSUER",
            ),
            headers=(("Retry-After", f"{PATIENCE_SECONDS:.0f}"),),
        )

    def _found(self, key_id: str | None) -> jwt.PyJWK | None:
        known = self._known
        if key_id is None and len(known) == 1:
            return next(iter(known.values()))
        return known.get(key_id)

    def _ask_if_time(self) -> None:
        now = self._clock()
        if now < self._again_at:
            return
        self._again_at = now + PATIENCE_SECONDS
        try:
            self._known = self._asked()
        except Exception as error:  # noqa: BLE001 - whatever the line or its answer holds
            self._answers = False
            say("issuer does not answer", logging.WARNING, reason=type(error).__name__)
            return
        self._answers = True
        self._fresh_until = now + KEYS_SECONDS

    def _asked(self) -> dict[str | None, jwt.PyJWK]:
        with httpx.Client(timeout=_TIMEOUT_SECONDS) as line:
            address = self._oidc.jwks_url or self._discovered(line)
            answer = line.get(address).raise_for_status().json()
        keys = jwt.PyJWKSet.from_dict(answer).keys
        return {key.key_id: key for key in keys if key.public_key_use in (None, "sig")}

    def _discovered(self, line: httpx.Client) -> str:
        url = self._oidc.issuer.rstrip("/") + _DISCOVERY
        told = line.get(url).raise_for_status().json()
        if told["issuer"] != self._oidc.issuer:  # OpenID Connect Discovery 1.0, section 4.3
            raise FendanError("the issuer calls itself otherwise", where=url)
        address = str(told["jwks_uri"])
        check_private(address, url)
        return address
