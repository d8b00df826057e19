"""Handing a ticket back: an agent does not want it and says why, and the plan finds another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from features.snapshot import Ticket
from features.words import Words
from serving.decisions.log import Logged
from serving.decisions.override_log import Override
from serving.principal import Principal
from serving.problems import Problem
from serving.requests import Fault


@dataclass(frozen=True, slots=True)
class HandBack:
    """Who hands which agent's ticket back, and why."""

    who: Principal
    ticket_id: str
    agent_id: str
    reason: str
    key: str | None = None


def may_hand_back(who: Principal, agent_id: str) -> bool:
    """Whether somebody may hand tickets of an agent back.

    Whoever holds `ops` may for all; with `work` an agent may for themselves, and a key of no agent
    (of the ticket system, say) for all.

    >>> may_hand_back(Principal("key:li", frozenset({"work"}), agent_id="A3"), "A7")
    False
    """
    return who.may("ops") or (who.may("work") and who.agent_id in (None, agent_id))


def may_end(who: Principal, override: Override) -> bool:
    """Whether somebody may end an override: `ops` any, `work` the hand-backs they made."""
    made_it = override.handed_back and override.who == who.name
    return who.may("ops") or (made_it and may_hand_back(who, override.previous_agent_id or ""))


def refuse_hand_back(
    asked: HandBack, ticket: Ticket, last: Logged, standing: Iterable[Override]
) -> None:
    """Nothing, where a ticket of the last refresh can be handed back. Raises Problem (409).

    It is the agent's where the ticket system shows it with them, or the last plan gives it to them.
    What a person pinned, only a person who may override the plan can release.
    """
    queues = orjson.loads(last.answer)["queues"]
    if ticket.agent_id != asked.agent_id and asked.ticket_id not in queues.get(asked.agent_id, ()):
        raise _refused(
            "not-theirs",
            Words(
                f"{asked.ticket_id} is not with {asked.agent_id}",
                f"{asked.ticket_id} 不在 {asked.agent_id} 名下",
            ),
            "not_theirs",
        )
    given = any(one.pinned and one.agent_id == asked.agent_id for one in standing)
    pinned = given or (ticket.pinned and ticket.agent_id == asked.agent_id)
    if pinned and not asked.who.may("ops"):
        what = Words(
            f"somebody pinned {asked.ticket_id} to {asked.agent_id}: ask whoever leads the desk",
            f"{asked.ticket_id} 已被指定给 {asked.agent_id}：请联系班组负责人",
        )
        raise _refused("hard-rule", what, "pinned")


def _refused(code: str, what: Words, reason: str) -> Problem:
    return Problem(409, code, what, (Fault("/agent_id", reason),))
