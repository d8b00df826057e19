"""Bearer tokens of an OpenID Connect issuer: whose they are and what they allow.

Signature, issuer, audience and times are PyJWT's to check. `nbf` and `iat` are held to where a
token has them (many issuers leave `nbf` out); `exp`, `iss`, `aud` and `sub` it must have.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

import jwt

from features.errors import FendanError
from serving.access.issuer import IssuerKeys, UnknownKeyIdError
from serving.principal import SCOPES, TOKEN_TAG, Principal
from serving.problems import Problem
from serving.settings import Oidc

LEEWAY_SECONDS: Final = 30
ALGORITHMS: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
"""By the type of the issuer's key. None is symmetric: a public key must never serve as a secret."""
_SCOPE_CLAIMS = ("scope", "scp", "roles", "permissions")
_PREFIX = "fendan:"
_LONGEST_NAME = 190
_AT_ONCE = 2
_WORDS: Final[Mapping[type[Exception], str]] = {
    jwt.ExpiredSignatureError: "it has expired",
    jwt.ImmatureSignatureError: "it is not valid yet",
    jwt.InvalidAudienceError: "it is for another service",
    jwt.InvalidIssuerError: "it is of another issuer",
    jwt.InvalidSignatureError: "its signature is wrong",
}


class BadTokenError(FendanError):
    """A token that is not taken; the words are for its holder."""


def is_token(text: str) -> bool:
    """Whether it has the three parts of a signed token.

    >>> is_token("e30.e30.c2ln"), is_token("fd_0a1b2c3d_00")
    (True, False)
    """
    return text.count(".") == 2


class Tokens:
    """Checks tokens off the event loop, with the issuer's keys kept in memory."""

    def __init__(self, oidc: Oidc, clock: Callable[[], float] = time.monotonic) -> None:
        self._oidc, self._keys = oidc, IssuerKeys(oidc, clock)
        self._aside = ThreadPoolExecutor(_AT_ONCE, "tokens")

    async def holder(self, token: str) -> Principal:
        """Whose token it is, with the scopes it carries (perhaps none).

        Raises:
            BadTokenError: forged, of another issuer, for another service, or not now.
            Problem: 503, its key is not known and the issuer does not answer.
        """
        return await asyncio.get_running_loop().run_in_executor(self._aside, self._holder, token)

    def _holder(self, token: str) -> Principal:
        try:
            claims = self._claims(token)
        except UnknownKeyIdError:
            raise BadTokenError("the token is refused: its key is none of the issuer's") from None
        except Problem:
            raise
        except Exception as error:  # noqa: BLE001 - strangers write it: whatever it breaks in a parser
            words = _WORDS.get(type(error), "it is not a token that is taken here")
            raise BadTokenError(f"the token is refused: {words}") from None
        scopes = frozenset(scope for scope in SCOPES if scope in _granted(claims))
        until = datetime.fromtimestamp(claims["exp"], UTC)
        return Principal(f"token:{claims['sub']}"[:_LONGEST_NAME], scopes, TOKEN_TAG, until=until)

    def _claims(self, token: str) -> Mapping[str, Any]:
        header = jwt.get_unverified_header(token)
        found = self._keys.key(header.get("kid"))
        if header.get("alg") not in ALGORITHMS.get(found.key_type or "", ()):
            raise jwt.InvalidAlgorithmError
        claims: dict[str, Any] = jwt.decode(
            token,
            found.key,
            algorithms=[header["alg"]],
            audience=self._oidc.audience,
            issuer=self._oidc.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        return claims


def _granted(claims: Mapping[str, Any]) -> set[str]:
    """The names that the token grants, in whichever claim its issuer writes them.

    >>> sorted(_granted({"scope": "openid fendan:refresh", "roles": ["ops", 7]}))
    ['openid', 'ops', 'refresh']
    """
    names: list[object] = []
    for claim in _SCOPE_CLAIMS:
        value = claims.get(claim, ())
        if isinstance(value, str):
            names += value.split()
        elif isinstance(value, list):
            names += value
    return {name.removeprefix(_PREFIX) for name in names if isinstance(name, str)}
