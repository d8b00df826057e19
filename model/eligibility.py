"""The hard rules: who may take which ticket, and which rule ruled out whom.

Tickets alike in everything the rules read share one *profile*; the rules are evaluated on
profiles × agents, which are far fewer than tickets × agents. A new rule is one function and one
line of `RULES`.

Capacity is a hard rule too, but one over the whole plan: `assignment` keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from features.snapshot import Agent, Snapshot, Ticket
from model.columns import SUGGESTION, Bools, Columns, Ints
from model.policy import Policy

AT_CAPACITY: Final = "at_capacity"
Offers = Sequence[tuple[str, ...] | None]
Profile = tuple[str, int, str | None, str | None, tuple[str, ...], str | None]
"""(category, tier, language, demanded region, excluded agents, owner if pinned)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a rule may look at: profiles (n_p), agents (n_a), the time and the policy."""

    profiles: tuple[Profile, ...]
    agents: tuple[Agent, ...]
    columns: Columns
    snapshot: Snapshot
    policy: Policy


Rule = Callable[[Question], npt.NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may take what, by profile: read it through the methods.

    `lasting` (n_p, n_a) is what the rules about the pair allow, `ready` (n_a,) which agents are
    at work now, `first` (n_p, n_a) the row in `RULES` of the first rule that rules an agent out
    (`len(RULES)` where none does), `profile` (n_t,) the profile of each ticket.
    """

    lasting: Bools
    ready: Bools
    first: npt.NDArray[np.int8]
    profile: Ints

    def mask(self, tickets: Ints | slice = slice(None)) -> Bools:
        """Bool (n, n_a): who may take each of the tickets, capacity apart."""
        return (self.lasting & self.ready)[self.profile[tickets]]

    def allows(self, ticket: Ints, agent: Ints) -> Bools:
        """Bool (n,): whether each pair may be, capacity apart; -1 stands for no agent."""
        return self.fits(ticket, agent) & _at(self.ready, agent)

    def fits(self, ticket: Ints, agent: Ints) -> Bools:
        """As `allows`, but for an agent who is away: the lasting rules alone."""
        if self.lasting.shape[1] == 0:
            return np.zeros(len(agent), dtype=bool)
        inside: Bools = self.lasting[self.profile[ticket], agent] & (agent >= 0)
        return inside

    def blocked(self, ticket: int, full: Bools) -> dict[str, int]:
        """How many agents each rule ruled out for a ticket, by the first rule that did.

        The counts add up to the agents who cannot take it. `full` (n_a,) are the agents with no
        place left in the plan; they count where no other rule applies.
        """
        row = self.first[self.profile[ticket]]
        told = {name: int(np.count_nonzero(row == at)) for at, (name, _) in enumerate(RULES)} | {
            AT_CAPACITY: int(np.count_nonzero((row == len(RULES)) & full))
        }
        return {name: count for name, count in told.items() if count}


def judge(snapshot: Snapshot, columns: Columns, policy: Policy) -> Eligibility:
    """Every rule on every profile of a screened snapshot; see `Eligibility`."""
    profiles, profile = _profiles(snapshot.tickets, columns)
    question = Question(profiles, snapshot.agents, columns, snapshot, policy)
    shape = (len(profiles), len(snapshot.agents))
    first = np.full(shape, len(RULES), dtype=np.int8)
    lasting, ready = np.ones(shape, dtype=bool), np.ones(shape[1], dtype=bool)
    for at, (name, rule) in enumerate(RULES):
        good = rule(question)
        first[(first == len(RULES)) & ~good] = at
        if name in PASSING:
            ready &= good.reshape(-1)
        else:
            lasting &= good
    return Eligibility(lasting, ready, first, profile)


def demands_region(ticket: Ticket) -> bool:
    """Whether only agents of the ticket's region may take it: its attribute `region_required`.

    True, 1 and the words "true" and "yes" demand it; a region alone does not, since most desks
    use it to describe the customer.
    """
    said = ticket.attributes.get("region_required")
    return said is True or said == 1 or str(said).strip().lower() in ("true", "yes")


def _profiles(tickets: tuple[Ticket, ...], columns: Columns) -> tuple[tuple[Profile, ...], Ints]:
    seen: dict[Profile, int] = {}
    tiers = columns.tier.tolist()
    at = [seen.setdefault(_profile(t, tiers[i]), len(seen)) for i, t in enumerate(tickets)]
    return tuple(seen), np.array(at, dtype=np.int64)


def _profile(ticket: Ticket, tier: int) -> Profile:
    region = ticket.region if demands_region(ticket) else None
    pinned_to = ticket.agent_id if ticket.pinned else None
    excluded = tuple(sorted(ticket.excluded_agents))
    return (ticket.category, tier, ticket.language, region, excluded, pinned_to)


def _at(flags: Bools, agent: Ints) -> Bools:
    if not len(flags):
        return np.zeros(len(agent), dtype=bool)
    inside: Bools = flags[agent] & (agent >= 0)
    return inside


def _excluded(question: Question) -> Bools:
    """Not one of the agents whom the ticket excludes."""
    row = {agent.agent_id: at for at, agent in enumerate(question.agents)}
    allowed = np.ones((len(question.profiles), len(row)), dtype=bool)
    for at, profile in enumerate(question.profiles):
        allowed[at, [row[name] for name in profile[4] if name in row]] = False
    return allowed


def _pinned(question: Question) -> Bools:
    """A ticket pinned by a person goes to its owner alone; pinned without an owner, to any."""
    row = {agent.agent_id: at for at, agent in enumerate(question.agents)}
    named = [profile[5] for profile in question.profiles]
    owner = np.array([row.get(name or "", -1) for name in named], dtype=np.int64)
    free = np.array([name is None for name in named], dtype=bool)
    allowed: Bools = free[:, None] | (owner[:, None] == np.arange(len(row)))
    return allowed


def _tier(question: Question) -> Bools:
    """`agent.tier` at least the ticket's, None any; suggestions to the team they belong to."""
    wanted = np.array([profile[1] for profile in question.profiles], dtype=np.int64)[:, None]
    has = np.array([np.inf if a.tier is None else a.tier for a in question.agents])
    team = question.policy.tiers.suggestion_team
    member = np.array([team is not None and a.team == team for a in question.agents], dtype=bool)
    closed = (wanted == SUGGESTION) & ~member & member.any()
    allowed: Bools = (has[None, :] >= wanted) & ~closed
    return allowed


def _skills(question: Question) -> Bools:
    """The ticket's category is one of `agent.skills`, None any."""
    return _contains([a.skills for a in question.agents], [p[0] for p in question.profiles])


def _language(question: Question) -> Bools:
    """The agent speaks the ticket's language, where both are known."""
    return _contains([a.languages for a in question.agents], [p[2] for p in question.profiles])


def _region(question: Question) -> Bools:
    """The agent's region is the one the ticket demands, None any (see `demands_region`)."""
    regions = [None if a.region is None else (a.region,) for a in question.agents]
    return _contains(regions, [p[3] for p in question.profiles])


def _status(question: Question) -> Bools:
    """Available or busy: at work. Away, offline or unknown is not."""
    return np.array([a.status in ("available", "busy") for a in question.agents], dtype=bool)


def _off_shift(question: Question) -> Bools:
    """`as_of` lies in one of the windows `[start, end)`; no windows sent is always on shift."""
    now = question.snapshot.as_of
    on_shift = [
        a.availability is None or any(w.start <= now < w.end for w in a.availability)
        for a in question.agents
    ]
    return np.array(on_shift, dtype=bool)


def _contains(offers: Offers, wanted: Sequence[str | None]) -> Bools:
    """Bool (n_p, n_a): what is wanted is offered; None offers all, and None wants nothing."""
    words = {word: at for at, word in enumerate(dict.fromkeys(w for w in wanted if w is not None))}
    table = np.zeros((len(words) + 1, len(offers)), dtype=bool)
    table[-1] = True
    for column, offer in enumerate(offers):
        if offer is None:
            table[:, column] = True
        else:
            table[[words[word] for word in offer if word in words], column] = True
    return table[[len(words) if word is None else words[word] for word in wanted]]


RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("excluded", _excluded),
    ("pinned", _pinned),
    ("tier", _tier),
    ("skills", _skills),
    ("language", _language),
    ("region", _region),
    ("status", _status),
    ("off_shift", _off_shift),
)
"""(reason code, rule), lasting rules first: an agent counts under the first rule that fails, so
`off_shift` counts those who could take the ticket were they at work."""

PASSING: Final = ("status", "off_shift")
"""Rules about the agent now; a started or pinned ticket may wait for an owner who fails these."""
