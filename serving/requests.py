"""What callers may send: the request half of the contract, and every fault with its pointer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticKnownError

from features.words import Words
from serving.fault_words import said_of
from serving.rfc3339 import Time

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
Id = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE)]
Word = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Money = Annotated[float, Field(ge=-1e12, le=1e12)]
Attribute = (
    Annotated[str, StringConstraints(max_length=2_000)]
    | bool
    | Annotated[int, Field(ge=-(2**53), le=2**53)]
    | Annotated[float, Field(ge=-1e18, le=1e18)]
    | None
)
_ATTRIBUTES: Final = 200


def _not_too_many(sent: object) -> object:
    """Counted before any is read: each bad one of millions would leave four errors in memory."""
    if isinstance(sent, dict) and len(sent) > _ATTRIBUTES:
        raise PydanticKnownError(
            "too_long",
            {"field_type": "Dictionary", "max_length": _ATTRIBUTES, "actual_length": len(sent)},
        )
    return sent


Attributes = Annotated[
    dict[Id, Attribute], BeforeValidator(_not_too_many), Field(max_length=_ATTRIBUTES)
]
State = Literal[
    "unassigned",
    "assigned",
    "in_progress",
    "paused",
    "waiting_customer",
    "internal_collaboration",
    "returned",
    "reopened",
]
Status = Literal["available", "busy", "away", "offline"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class PartyIn(_Body):
    """Another department asked for its part; `done_at` is null while that is open."""

    party: Id
    requested_at: Time | None = None
    due_at: Time | None = None
    done_at: Time | None = None


class TicketIn(_Body):
    """An open ticket. What is absent (or null) comes from the history, else a stated prior."""

    ticket_id: Id
    category: Id
    created_at: Time
    state: State
    customer_id: Id | None = None
    subcategory: Word | None = None
    region: Word | None = None
    channel: Word | None = None
    priority: Word | None = None
    language: Word | None = None
    due_at: Time | None = Field(None, description="The promised close.")
    state_since: Time | None = None
    agent_id: Id | None = None
    assigned_at: Time | None = None
    pinned: bool | None = Field(None, description="A person's choice: the plan keeps it.")
    excluded_agents: list[Id] | None = Field(None, max_length=10_000)
    reassignments: Count | None = None
    reopenings: Count | None = None
    contacts_72h: Count | None = Field(None, description="Wins over the history.")
    customer_margin_90d: Money | None = Field(None, description="Wins over the history.")
    customer_level: Word | None = None
    text: Text | None = None
    parties: list[PartyIn] | None = Field(None, max_length=100)
    attributes: Attributes | None = None


class WindowIn(_Body):
    """Working time `[start, end)`."""

    start: Time
    end: Time


class AgentIn(_Body):
    """A person or a queue that can own tickets.

    `skills: null` means any category; left out, skills are what the history says of the agent.
    """

    agent_id: Id
    status: Status
    team: Word | None = None
    tier: Annotated[int, Field(ge=0, le=9)] | None = None
    region: Word | None = None
    languages: list[Word] | None = Field(None, max_length=200)
    skills: list[Word] | None = Field(None, max_length=10_000)
    capacity: Annotated[int, Field(ge=0, le=100_000)] | None = None
    availability: list[WindowIn] | None = Field(None, max_length=1_000)
    queue: list[Id] | None = Field(None, max_length=100_000)
    working_on: Id | None = None
    joined_at: Time | None = None


class OptionsIn(_Body):
    """How much to say, and the time in which to say it."""

    top_k: int = Field(3, ge=0, le=50, description="Candidates per ticket.")
    explain: bool = Field(True, description="Give reasons.")
    deadline_ms: int = Field(2000, ge=1, le=600_000, description="Past it, a simpler plan.")
    ruled_out: bool = Field(
        False, description="Tell every rule that rules out each agent not chosen (refresh only)."
    )


MAX_TICKETS = 200_000
MAX_AGENTS = 20_000
# The quick reading stops at the first bad item: a hostile body cannot make it hoard faults.
_Tickets = Annotated[list[TicketIn], Field(max_length=MAX_TICKETS, fail_fast=True)]
_Agents = Annotated[list[AgentIn], Field(max_length=MAX_AGENTS, fail_fast=True)]


class RefreshIn(_Body):
    """The whole desk at one moment: every open ticket and every agent."""

    as_of: Time
    tickets: _Tickets
    agents: _Agents | None = None
    options: OptionsIn | None = None


class ScoreIn(_Body):
    """Some tickets, and the agents to rank for them, if any."""

    as_of: Time
    tickets: _Tickets
    agents: _Agents | None = None
    options: OptionsIn | None = None


class Envelope(_Body):
    """A request with its items left unread, so that their faults can be collected one by one."""

    as_of: Time
    tickets: Annotated[list[Any], Field(max_length=MAX_TICKETS)]
    agents: Annotated[list[Any], Field(max_length=MAX_AGENTS)] | None = None
    options: OptionsIn | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a body: where (a JSON pointer, RFC 6901) and what.

    `reason_zh` is the same in Chinese; without it the reason is a code, or English for both.
    """

    pointer: str
    reason: str
    reason_zh: str = ""

    @property
    def said(self) -> Words:
        """What, in both languages."""
        return Words(self.reason, self.reason_zh or self.reason)


def fault_at(pointer: str, said: Words) -> Fault:
    """A fault in both languages."""
    return Fault(pointer, said.en, said.zh)


_ATTRIBUTE_FAULT = Words(
    "must be a text of at most 2,000 characters, a finite number within ±2^53 (whole) or ±1e18, "
    "true, false or null",
    "必须是至多 2,000 个字符的文本、±2^53 以内的整数、±1e18 以内的有限数、true、false 或 null",
)
_ATTRIBUTE_NAME_FAULT = Words(
    "an attribute's name has 1 to 200 characters, none of them control ones",
    "属性名须为 1 至 200 个字符，不含控制字符",
)


def pointer_to(path: tuple[str | int, ...]) -> str:
    """The JSON pointer of a path.

    >>> pointer_to(("tickets", 5, "attributes", "a/b~c"))
    '/tickets/5/attributes/a~1b~0c'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


MOST_ERRORS: Final = 5_000
"""Of one object, past which they are not told one by one: each fills a kilobyte."""
_TOO_MANY: Final = Words(
    f"more than {MOST_ERRORS:,} things are wrong in here", f"此处错误超过 {MOST_ERRORS:,} 个"
)


def faults_in(error: ValidationError, prefix: tuple[str | int, ...] = ()) -> Iterator[Fault]:
    """What pydantic refuses, as `faults_of` tells it; that there are very many is one fault."""
    if error.error_count() > MOST_ERRORS:
        yield fault_at(pointer_to(prefix), _TOO_MANY)
    else:
        yield from faults_of(error.errors(include_url=False, include_input=False), prefix)


def faults_of(errors: list[ErrorDetails], prefix: tuple[str | int, ...] = ()) -> Iterator[Fault]:
    """Pydantic's errors in words, one a pointer, each path below `prefix`."""
    seen: set[str] = set()
    for error in errors:
        path, reason = prefix + tuple(error["loc"]), said_of(error)
        if "attributes" in path and len(path) > path.index("attributes") + 2:
            # One value is tried as text, number, truth and null: four errors, one fault.
            path, reason = path[: path.index("attributes") + 2], _ATTRIBUTE_FAULT
            if error["loc"][-1] == "[key]":
                reason = _ATTRIBUTE_NAME_FAULT
        pointer = pointer_to(path)[:500]
        if pointer not in seen:
            seen.add(pointer)
            yield fault_at(pointer, reason)
