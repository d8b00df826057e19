"""The hard rules, one function each: who may take which kind of ticket.

A rule answers profiles (`model.profiles`) × agents, which are far fewer than tickets × agents. A
new rule is one function and one line of `RULES`; its name is the reason code callers see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from features.snapshot import Agent, Snapshot
from model.columns import SUGGESTION, Bools
from model.policy import Policy
from model.profiles import Profile

Offers = Sequence[tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Question:
    """What a rule may look at: profiles (n_p), agents (n_a), the time and the policy."""

    profiles: tuple[Profile, ...]
    agents: tuple[Agent, ...]
    snapshot: Snapshot
    policy: Policy


Rule = Callable[[Question], Bools]
"""Bool (n_p, n_a), or (n_a,) where the rule does not ask about the ticket: True allows."""


@lru_cache(maxsize=4_096)
def speaks(offered: str, wanted: str) -> bool:
    """Whether one language tag is the other or begins it (RFC 4647, 3.3.1 basic filtering).

    Read both ways, since an agent who speaks "zh" speaks zh-CN, and a customer who asks for "zh"
    is served by it. Case does not matter, and "_" stands for "-".

    >>> speaks("zh", "zh-CN"), speaks("zh_Hans_CN", "ZH"), speaks("zh-TW", "zh-CN")
    (True, True, False)
    """
    one, other = (f"{tag.strip().lower().replace('_', '-')}-" for tag in (offered, wanted))
    return one.startswith(other) or other.startswith(one)


def _excluded(question: Question) -> Bools:
    """Not one of the agents whom the ticket excludes."""
    return ~_named(question, [profile.excluded for profile in question.profiles])


def _about_agent(question: Question) -> Bools:
    """Not the agent whom the complaint is about (`profiles.ABOUT`)."""
    return ~_named(question, [profile.about for profile in question.profiles])


def _pinned(question: Question) -> Bools:
    """A ticket pinned by a person goes to its owner alone; pinned without an owner, to any."""
    return _only(question, [profile.pinned_to for profile in question.profiles])


def _locked(question: Question) -> Bools:
    """A ticket that its agent works on right now stays, if the agent may have it at all.

    An agent who is away, or whom another rule rules out, locks nothing.
    """
    held = np.array([p.worked_by is not None for p in question.profiles], dtype=bool)
    rows = np.flatnonzero(held)
    if not rows.size:
        return _everybody(question)
    part = replace(question, profiles=tuple(question.profiles[row] for row in rows.tolist()))
    mine = _only(part, [profile.worked_by for profile in part.profiles])
    binds = (mine & _all(part, without=("locked",))).any(axis=1)
    allowed = _everybody(question)
    allowed[rows[binds]] = mine[binds]
    return allowed


def _product_queue(question: Question) -> Bools:
    """Suggestions go to the policy's `suggestion_team`; an owner who has begun may go on.

    Where nobody of that team is on the desk, a suggestion goes to nobody.
    """
    team = question.policy.tiers.suggestion_team
    allowed = _everybody(question)
    if team is not None:
        member = np.array([agent.team == team for agent in question.agents], dtype=bool)
        closed = np.array([p.tier == SUGGESTION for p in question.profiles], dtype=bool)
        kept = [(p.kept_by,) if p.kept_by else () for p in question.profiles]
        allowed = ~closed[:, None] | member | _named(question, kept)
    return allowed


def _tier(question: Question) -> Bools:
    """`agent.tier` at least the ticket's; None any."""
    wanted = np.array([profile.tier for profile in question.profiles], dtype=np.int64)
    has = np.array([np.inf if a.tier is None else a.tier for a in question.agents])
    allowed: Bools = has >= wanted[:, None]
    return allowed


def _route(question: Question) -> Bools:
    """An urgent ticket with a route (`tiers.routes`) goes to that team alone.

    The route binds only where somebody of the team is there for it: allowed by every other rule,
    and at work or for a moment `away` inside a window of the rota. Else any agent may take it
    whom the other rules allow. Full queues do not unbind a route.
    """
    routed = np.array([profile.route >= 0 for profile in question.profiles], dtype=bool)
    rows = np.flatnonzero(routed)
    if not rows.size:
        return _everybody(question)
    part = replace(question, profiles=tuple(question.profiles[row] for row in rows.tolist()))
    routes = question.policy.tiers.routes
    teams = np.array([routes[profile.route].team for profile in part.profiles], dtype=object)
    member = teams[:, None] == np.array([agent.team for agent in question.agents], dtype=object)
    stepped_out = np.array([a.status == "away" and bool(a.availability) for a in question.agents])
    there = (_status(question) | stepped_out.astype(bool)) & _off_shift(question)
    fit = member & there & _all(part, without=("locked", "route", *PASSING))
    binds = fit.any(axis=1)
    allowed = _everybody(question)
    allowed[rows[binds]] = member[binds]
    return allowed


def _skills(question: Question) -> Bools:
    """The ticket's category is one of `agent.skills`, None any."""
    return _contains([a.skills for a in question.agents], [p.category for p in question.profiles])


def _language(question: Question) -> Bools:
    """The agent speaks the ticket's language (`speaks`), where both are known."""
    offers = [agent.languages for agent in question.agents]
    wanted = [profile.language for profile in question.profiles]
    asked = {tag for tag in wanted if tag is not None}
    spoken = {tag for offer in offers if offer is not None for tag in offer}
    serves = {tag: tuple(each for each in asked if speaks(tag, each)) for tag in spoken}
    served = [
        None if offer is None else tuple(each for tag in offer for each in serves[tag])
        for offer in offers
    ]
    return _contains(served, wanted)


def _region(question: Question) -> Bools:
    """The agent's region is the one that the ticket demands (`demands_region`), None any."""
    regions = [None if a.region is None else (a.region,) for a in question.agents]
    return _contains(regions, [p.region for p in question.profiles])


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


def _everybody(question: Question) -> Bools:
    return np.ones((len(question.profiles), len(question.agents)), dtype=bool)


def _all(question: Question, without: tuple[str, ...]) -> Bools:
    """What all rules but some allow together."""
    allowed = _everybody(question)
    for name, rule in RULES:
        if name not in without:
            allowed &= rule(question)
    return allowed


def _named(question: Question, names: Sequence[tuple[str, ...]]) -> Bools:
    """Bool (n_p, n_a): the agent is one of those whom the profile names."""
    row = {agent.agent_id: at for at, agent in enumerate(question.agents)}
    found = np.zeros((len(names), len(row)), dtype=bool)
    for at, named in enumerate(names):
        if named:
            found[at, [row[name] for name in named if name in row]] = True
    return found


def _only(question: Question, owners: Sequence[str | None]) -> Bools:
    """Bool (n_p, n_a): the agent is the one named; all are where nobody is."""
    free = np.array([name is None for name in owners], dtype=bool)
    named = _named(question, [() if name is None else (name,) for name in owners])
    allowed: Bools = free[:, None] | named
    return allowed


def _contains(offers: Offers, wanted: Sequence[str | None]) -> Bools:
    """Bool (n_p, n_a): what is wanted is offered; None offers all, and None wants nothing."""
    words = {word: at for at, word in enumerate(dict.fromkeys(w for w in wanted if w is not None))}
    table = np.zeros((len(words) + 1, len(offers)), dtype=bool)
    table[-1] = True
    table[:, [offer is None for offer in offers]] = True
    offered = [
        (words[word], column)
        for column, offer in enumerate(offers)
        for word in offer or ()
        if word in words
    ]
    table[tuple(zip(*offered, strict=True)) or ([], [])] = True
    return table[[len(words) if word is None else words[word] for word in wanted]]


RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("excluded", _excluded),
    ("about_agent", _about_agent),
    ("pinned", _pinned),
    ("locked", _locked),
    ("product_queue", _product_queue),
    ("tier", _tier),
    ("route", _route),
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
