"""Who asks, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args

from fastapi import Depends, Request

from features.words import Words
from serving.problems import Problem

Scope = Literal["refresh", "events", "read", "work", "ops", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
"""`refresh`: plans and scores. `events`: tell what happened. `read`: decisions, policy, metrics,
the console. `work`: hand one's own tickets back. `ops`: change the policy and the model, override
the plan. `admin`: keys, forgetting; it holds the others too."""

_INSUFFICIENT = 'Bearer realm="fendan", error="insufficient_scope", scope="{scope}"'  # RFC 6750


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: the name of a key or of a token's subject, and the scopes it carries.

    `tag` is what logs call it: the id of its key, `token` for any token (subjects are people).
    `agent_id` is the agent who holds the key, where one does; `until` is when a token ends.
    """

    name: str
    scopes: frozenset[Scope]
    tag: str = ""
    agent_id: str | None = None
    until: datetime | None = field(default=None, compare=False)

    def may(self, scope: Scope) -> bool:
        """Whether it carries the scope.

        >>> Principal("desk", frozenset({"refresh"})).may("ops")
        False
        """
        return scope in self.scopes or "admin" in self.scopes


MASTER_TAG: Final = "FENDAN_API_KEY"
TOKEN_TAG: Final = "token"  # noqa: S105 - a name, no secret

LOCAL: Final = Principal("local", frozenset(SCOPES), "local")
"""Whoever asks from this machine where no key is configured."""


def asking(request: Request) -> Principal:
    """Who asks, as the gate found."""
    found: Principal = request.state.principal
    return found


Asking = Annotated[Principal, Depends(asking)]
"""A route's parameter of this type is who asks."""


def needs(*scopes: Scope) -> Any:  # noqa: ANN401  # what FastAPI takes as a dependency
    """A dependency that lets a request pass only with the scope, or with one of several.

    Raises:
        Problem: 403 without it.
    """

    async def check(request: Request) -> None:
        if not any(asking(request).may(scope) for scope in scopes):
            request.state.refused = "forbidden"  # the gate counts and logs it
            wanted = " or ".join(f"`{scope}`" for scope in scopes)
            raise Problem(
                403,
                "forbidden",
                Words(
                    f"this needs a key with the scope {wanted}; see `fendan key create --help` "
                    "for one",
                    f"需要具备 {wanted.replace(' or ', ' 或 ')} 权限的密钥；"
                    "申请方法见 `fendan key create --help`",
                ),
                headers=(("WWW-Authenticate", _INSUFFICIENT.format(scope=scopes[0])),),
            )

    return Depends(check)
