"""Overrides: a person gives a ticket to somebody, says why, and the next plans keep to it.

Or an agent hands it back: then the plans give it to anybody but them, until a person takes that
back or gives it to them all the same.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from features.snapshot import Snapshot, Ticket
from features.text import redact
from model.overruling import objections
from serving.audit import Change, note
from serving.decisions import override_log
from serving.decisions.hand_backs import HandBack, may_end, may_hand_back, refuse_hand_back
from serving.decisions.log import KeyReusedError, Logged
from serving.decisions.override_log import Override
from serving.decisions.refusals import (
    NO_DECISION,
    NO_OVERRIDE,
    NO_PLAN,
    NO_TICKET,
    NOT_FOR_THEM,
    NOT_OPEN,
    NOT_TO_END,
    SAYS_NOTHING,
    forbidden,
)
from serving.principal import Principal
from serving.problems import Problem
from serving.requests import Fault, fault_at
from serving.schemas import parse_refresh
from serving.service import Service
from serving.store import Store, mark

_KEYS: Final = uuid.UUID("0d4e3c7a-7a53-4f0b-9f0e-0c7b6d3b8a11")
"""The name space of the ids of overrides that came with an Idempotency-Key."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants, and who asks."""

    who: str
    ticket_id: str
    agent_id: str | None
    reason: str
    pinned: bool
    refresh_id: str | None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An override, and the passing rules that let the ticket wait for its agent."""

    override: Override
    against: tuple[str, ...]


class Overrides:
    """The use cases. They block: call them off the event loop."""

    def __init__(self, service: Service, store: Store) -> None:
        self._service, self._store = service, store

    def make(self, wish: Wish) -> Made:
        """Keep a choice, from the next refresh on; an earlier one ends, and what speaks against it.

        Raises:
            Problem: 409, nothing was refreshed yet, or the hard rules forbid it (they say which);
                422, the last refresh has no such ticket or agent, or nobody logged `refresh_id`.
            StoreError: it could not be kept.
        """
        if wish.agent_id is None and not wish.pinned:
            raise Problem(422, "invalid-body", SAYS_NOTHING, (fault_at("/pinned", SAYS_NOTHING),))
        last = overruled(self._service, wish.refresh_id)
        snapshot, _ = parse_refresh(last.request)
        ticket = self._ticket(snapshot, wish.ticket_id)
        if ticket is None:
            raise Problem(422, "no-such-ticket", NOT_OPEN, (fault_at("/ticket_id", NOT_OPEN),))
        override = self._override(wish, last, ticket, snapshot.as_of)
        if wish.key is not None and (earlier := self._earlier(override)) is not None:
            return Made(earlier, ())
        against = self._against(override, snapshot)
        try:
            with self._store.transaction() as connection:
                override_log.write(connection, override)
                note(connection, _change(override, "override.make", override.who))
        except sa.exc.IntegrityError:  # the same key, at the same moment
            return Made(self._earlier(override) or override, against)
        return Made(override, against)

    def hand_back(self, asked: HandBack) -> Override:
        """Keep that an agent does not want a ticket, from the next refresh on.

        An earlier choice that gave it to them ends.

        Raises:
            Problem: 403, who asks may not for this agent; 404, the last refresh has no such ticket;
                409, nothing was refreshed yet, the agent does not have it, or a person pinned it.
            StoreError: it could not be kept.
        """
        if not may_hand_back(asked.who, asked.agent_id):
            raise Problem(403, "forbidden", NOT_FOR_THEM)
        last = overruled(self._service, None)
        snapshot, _ = parse_refresh(last.request)
        ticket = self._ticket(snapshot, asked.ticket_id)
        if ticket is None:
            raise Problem(404, "no-such-ticket", NO_TICKET)
        wish = Wish(
            asked.who.name, asked.ticket_id, None, asked.reason, False, None, asked.key
        )  # fmt: skip
        made = self._override(wish, last, ticket, snapshot.as_of)
        override = replace(made, previous_agent_id=asked.agent_id, handed_back=True)
        if asked.key is not None and (earlier := self._earlier(override)) is not None:
            return earlier
        try:
            with self._store.transaction() as connection:
                mark(connection, "overrides")  # nobody pins it between the look and the word
                standing = override_log.standing(connection, asked.ticket_id)
                refuse_hand_back(asked, ticket, last, standing)
                override_log.write(connection, override)
                note(connection, _change(override, "override.hand_back", override.who))
        except sa.exc.IntegrityError:  # the same key, at the same moment
            return self._earlier(override) or override
        return override

    def end(self, override_id: str, who: Principal) -> None:
        """Let an override hold no longer; one that has ended stays ended.

        What it had replaced holds again, as long as the ticket system has not moved the ticket.

        Raises:
            Problem: 404, there is none of this id; 403, it is not for them to end.
            StoreError: it could not be written.
        """
        with self._store.transaction() as connection:
            mark(connection, "overrides")  # of two who end it at once, one does
            found = override_log.find(connection, override_id)
            if found is None:
                raise Problem(404, "no-such-override", NO_OVERRIDE)
            if not may_end(who, found):
                raise Problem(403, "forbidden", NOT_TO_END)
            if found.ended_at is None:
                now = self._service.now()
                override_log.end(connection, (override_id,), now)
                revived = override_log.revive(connection, found)
                for one, what in ((found, "end"), *((each, "revive") for each in revived)):
                    note(
                        connection,
                        _change(replace(one, created_at=now), f"override.{what}", who.name),
                    )

    def standing(self) -> tuple[Override, ...]:
        """Those that hold, oldest first. Raises StoreError."""
        with self._store.transaction() as connection:
            return override_log.standing(connection)

    def latest(self, limit: int) -> tuple[Override, ...]:
        """The last ones, newest first. Raises StoreError."""
        with self._store.transaction() as connection:
            return override_log.latest(connection, limit)

    def _ticket(self, snapshot: Snapshot, ticket_id: str) -> Ticket | None:
        """The ticket as it is known, the history included; None where it was not sent."""
        known = self._service.desks.current().desk.complete(snapshot)
        return next((t for t in known.tickets if t.ticket_id == ticket_id), None)

    def _override(self, wish: Wish, last: Logged, ticket: Ticket, at: datetime) -> Override:
        key = None if wish.key is None else str(uuid.uuid5(_KEYS, f"{wish.who}\n{wish.key}"))
        return Override(
            override_id=key or self._service.new_id(),
            created_at=self._service.now(),
            who=wish.who,
            ticket_id=wish.ticket_id,
            refresh_id=wish.refresh_id or last.refresh_id,
            agent_id=wish.agent_id,
            previous_agent_id=ticket.agent_id,
            at=at,
            pinned=wish.pinned,
            reason=redact([wish.reason.replace("\x00", "")])[0] or "",
        )

    def _earlier(self, asked: Override) -> Override | None:
        """What was made with the same key. Raises KeyReusedError where that was another one."""
        with self._store.transaction() as connection:
            found = override_log.find(connection, asked.override_id)
        if found is not None and _said(found) != _said(asked):
            raise KeyReusedError
        return found

    def _against(self, asked: Override, snapshot: Snapshot) -> tuple[str, ...]:
        if asked.agent_id is None:
            return ()
        desk = self._service.desks.current().at(snapshot.as_of)
        said = objections(desk, snapshot, asked.ticket_id, asked.move)
        # only a pinned ticket may wait for somebody who is not at work
        broken = said.lasting if asked.pinned else said.lasting + said.passing
        if broken:
            raise Problem(
                409,
                "hard-rule",
                forbidden(asked, broken),
                tuple(Fault("/agent_id", code) for code in broken),
            )
        return said.passing


def overruled(service: Service, refresh_id: str | None) -> Logged:
    """The last decision, which a choice is held against; `refresh_id` is what its maker saw.

    Raises:
        Problem: 409, nothing was refreshed yet; 422, nobody logged `refresh_id`.
        StoreError: the log does not answer.
    """
    last = service.log.latest()
    if last is None:
        raise Problem(409, "no-decision-yet", NO_PLAN)
    if refresh_id is not None and not service.log.is_there(refresh_id):
        fault = fault_at("/refresh_id", NO_DECISION)
        raise Problem(422, "no-such-decision", NO_DECISION, (fault,))
    return last


def _said(one: Override) -> tuple[object, ...]:
    """What was asked for; whose ticket it was is part of it where they hand it back."""
    back = one.previous_agent_id if one.handed_back else None
    return one.ticket_id, one.agent_id, one.reason, one.pinned, one.handed_back, back


def _change(override: Override, what: str, who: str) -> Change:
    about: dict[str, str | int | float | bool | None] = {
        "override_id": override.override_id,
        "ticket_id": override.ticket_id,
        "agent_id": override.agent_id,
        "pinned": override.pinned,
    }
    if override.handed_back:
        about["handed_back_by"] = override.previous_agent_id
    return Change(override.created_at, who, what, about)
