"""The shipped default with one thing taken away, or with one of its inputs gone wrong.

Each is made from a contender by the smallest change at a seam that is there anyway: the strategy,
the policy document, the desk, what is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Final
from zlib import crc32

import numpy as np

from experiments.contender import SHIPPED, Contender, contender, knowing, told, without_actions
from experiments.doubts import (
    inverted,
    risks_of_nobody_in_particular,
    shuffled,
    strangers_all,
    uncalibrated,
    with_doubt,
)
from experiments.policies.table import Planned, first_come
from features.snapshot import Agent, Snapshot, Window
from features.words import Words
from model import in_time
from model.agenda import Agenda
from model.assignment import greedy
from model.columns import Ints
from model.deadline import Watch
from model.plan import Look, Plan, make
from model.sequence import order
from model.strategy import SHIPPED as SHIPPED_STRATEGY
from model.strategy import Strategy

MISTYPED: Final = 0.2
ALWAYS: Final = timedelta(days=2)
SOON: Final = timedelta(minutes=1)
_AT_WORK: Final = ("available", "busy")


@dataclass(frozen=True, slots=True)
class Ablation:
    """What is taken away or wrong, in words for people, and how."""

    words: Words
    change: Callable[[Contender], Contender]


def greedily_planned(look: Look, _snapshot: Snapshot, watch: Watch, top: int) -> Plan:
    """The plan that takes the cheapest pair again and again (`model.assignment.greedy`)."""
    return make(look, in_time.risks(look, watch), greedy, top)


def as_they_came(look: Look, plan: Plan, _agenda: Agenda, _watch: Watch) -> Ints:
    """The queues of the plan, the oldest ticket first."""
    return order(look.columns, plan.agent, first_come(look, plan))


def always_there(snapshot: Snapshot) -> Snapshot:
    """The snapshot in which nobody ever goes home or to a meeting.

    Who is not at work now is still not given anything new, but is expected back at once.
    """
    return replace(snapshot, agents=tuple(_there(a, snapshot) for a in snapshot.agents))


def _there(agent: Agent, snapshot: Snapshot) -> Agent:
    now = snapshot.as_of
    begin = now if agent.status in _AT_WORK else now + SOON
    return replace(agent, availability=(Window(begin, now + ALWAYS),))


def pinned_to_owners(snapshot: Snapshot) -> Snapshot:
    """The snapshot in which whoever has a ticket keeps it, as if a person had said so."""
    tickets = tuple(replace(t, pinned=t.pinned or t.agent_id is not None) for t in snapshot.tickets)
    return replace(snapshot, tickets=tickets)


def value_of_yesterday(snapshot: Snapshot) -> Snapshot:
    """The snapshot without live margins: those of the history, appended daily, stand in."""
    return replace(
        snapshot, tickets=tuple(replace(t, customer_margin_90d=None) for t in snapshot.tickets)
    )


def mistyped(snapshot: Snapshot, share: float = MISTYPED, seed: int = 0) -> Snapshot:
    """The snapshot with a share of the agents' skills replaced by another one, always the same."""
    words = sorted({word for agent in snapshot.agents for word in agent.skills or ()})
    typed = tuple(_mistyped(agent, words, share, seed) for agent in snapshot.agents)
    return replace(snapshot, agents=typed)


def _mistyped(agent: Agent, words: list[str], share: float, seed: int) -> Agent:
    if agent.skills is None or len(words) < 2:
        return agent
    rng = np.random.default_rng([seed, crc32(agent.agent_id.encode())])
    wrong = rng.random(len(agent.skills)) < share
    others = [rng.choice([w for w in words if w != meant]).item() for meant in agent.skills]
    skills = np.where(wrong, others, agent.skills).tolist()
    return replace(agent, skills=tuple(dict.fromkeys(skills)))


def _without_actions(who: Contender) -> Contender:
    return replace(who, policy=without_actions(who.policy))


def _stale(who: Contender) -> Contender:
    return replace(who, stale=who.stale + 1)


def _planning(strategy: Strategy, who: Contender) -> Contender:
    return replace(who, decide=Planned(strategy))


_GREEDY: Final = Strategy(greedily_planned, SHIPPED_STRATEGY.order)
_UNORDERED: Final = Strategy(SHIPPED_STRATEGY.choose, as_they_came)

ABLATIONS: Final[Mapping[str, Ablation]] = MappingProxyType(
    {
        "without_learned_skill": Ablation(
            Words(
                "nobody's record is known: everybody has the prior of their team",
                "不学技能：每个人都按班组先验",
            ),
            partial(knowing, change=partial(with_doubt, doubt=strangers_all)),
        ),
        "without_calibration": Ablation(
            Words(
                "the risk as the raw forest says it, its level not followed",
                "不校准：直接用森林的原始风险",
            ),
            partial(knowing, change=uncalibrated),
        ),
        "without_agent_risk": Ablation(
            Words("a ticket's risk is the same whoever has it", "风险与坐席无关"),
            partial(knowing, change=partial(with_doubt, doubt=risks_of_nobody_in_particular)),
        ),
        "without_optimal_plan": Ablation(
            Words("the cheapest pair again and again instead of one plan", "不做整体最优，只贪心"),
            partial(_planning, _GREEDY),
        ),
        "without_order_of_work": Ablation(
            Words("everybody works their queue in the order of arrival", "不排处理顺序：先来先办"),
            partial(_planning, _UNORDERED),
        ),
        "without_reassignment": Ablation(
            Words("who has a ticket keeps it, and comes back to it", "不改派：谁的工单谁办"),
            partial(told, change=pinned_to_owners),
        ),
        "without_actions": Ablation(
            Words("nobody is chased, nudged, started, warned or told", "不催办、不升级、不预警"),
            _without_actions,
        ),
        "without_shift_awareness": Ablation(
            Words("nobody is expected to go home or to a meeting", "不看班次：以为人一直都在"),
            partial(told, change=always_there),
        ),
        "one_refresh_late": Ablation(
            Words(
                "decides on what was sent one refresh ago (15 minutes, every 15)",
                "信息晚一次刷新（每 15 分钟一次即晚 15 分钟）",
            ),
            _stale,
        ),
        "value_of_yesterday": Ablation(
            Words("customer value as of last night's export", "客户价值是昨天的"),
            partial(told, change=value_of_yesterday),
        ),
        "skills_mistyped": Ablation(
            Words("one skill in five is another one in the ticket system", "五分之一的技能录错"),
            partial(told, change=mistyped),
        ),
        "model_shuffled": Ablation(
            Words("every risk is somebody else's", "模型坏了：风险被打乱"),
            partial(knowing, change=partial(with_doubt, doubt=shuffled)),
        ),
        "model_inverted": Ablation(
            Words("safe tickets are called risky, risky ones safe", "模型坏了：风险颠倒"),
            partial(knowing, change=partial(with_doubt, doubt=inverted)),
        ),
    }
)
"""By name. A new one is a line more."""


def ablated(name: str, who: Contender | None = None) -> Contender:
    """A contender (the shipped default) without something, under the name of the ablation.

    Raises:
        KeyError: no ablation is called so.

    >>> ablated("without_actions").policy.actions.chase_customer.per_day
    0
    """
    return replace(ABLATIONS[name].change(who or contender(SHIPPED)), name=name)


def named(name: str) -> Contender:
    """The ablation, policy or policy file of a name.

    Raises:
        PolicyError: nothing is called so.
    """
    return ablated(name) if name in ABLATIONS else contender(name)
