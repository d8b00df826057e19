"""What was decided about a ticket before: by plans, and by people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from serving.console.clock import day_and_time
from serving.console.record import percent
from serving.decisions import lists, override_log
from serving.decisions.lists import TicketNews
from serving.decisions.override_log import Override
from serving.store import Store

WORDS_SHOWN: Final = 50
OVERRIDES_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Past:
    """News of a ticket and people's choices about it, newest first."""

    ticket_id: str
    news: tuple[TicketNews, ...] = ()
    overrides: tuple[Override, ...] = ()

    @property
    def risks(self) -> list[tuple[float, float]]:
        """The timeout risks that were told, the oldest first: (seconds since 1970, risk)."""
        told = ((n.told.as_of, n.told.placement.risk_timeout) for n in reversed(self.news))
        return [(moment.timestamp(), risk) for moment, risk in told if risk is not None]


@dataclass(frozen=True, slots=True)
class Word:
    """What a decision said of the ticket; `risk` in whole per cent, None where none was told."""

    refresh_id: str
    as_of: str
    action: str
    agent_id: str | None
    previous: str | None
    risk: int | None
    policy: str
    model: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose against the plan; `ended` is empty while it holds.

    One `handed_back` is of `previous`, who does not want the ticket.
    """

    at: str
    who: str
    agent_id: str | None
    previous: str | None
    pinned: bool
    reason: str
    ended: str
    handed_back: bool


def past_of(store: Store, ticket_id: str) -> Past:
    """What the store knows of a ticket. Raises StoreError."""
    news = lists.of_ticket(store, ticket_id, WORDS_SHOWN)
    with store.transaction() as connection:
        overrides = override_log.of_ticket(connection, ticket_id, OVERRIDES_SHOWN)
    return Past(ticket_id, tuple(news), overrides)


def words_of(past: Past, zone: tzinfo) -> tuple[Word, ...]:
    """The decisions that told news, for people; times on the clock of `zone`."""
    return tuple(_word(each, zone) for each in past.news)


def overrides_of(past: Past, zone: tzinfo) -> tuple[Choice, ...]:
    """The choices of people, for people; times on the clock of `zone`."""
    return tuple(
        Choice(
            at=day_and_time(each.at, zone),
            who=each.who,
            agent_id=each.agent_id,
            previous=each.previous_agent_id,
            pinned=each.pinned,
            reason=each.reason,
            ended="" if each.ended_at is None else day_and_time(each.ended_at, zone),
            handed_back=each.handed_back,
        )
        for each in past.overrides
    )


def _word(each: TicketNews, zone: tzinfo) -> Word:
    told, said = each.told, each.told.placement
    return Word(
        refresh_id=told.refresh_id,
        as_of=day_and_time(told.as_of, zone),
        action=said.action,
        agent_id=said.agent_id,
        previous=said.previous_agent_id,
        risk=None if said.risk_timeout is None else percent(said.risk_timeout),
        policy=f"{told.policy.name} v{told.policy.version}",
        model=f"{told.model.name} v{told.model.version}",
    )
