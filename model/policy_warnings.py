"""What to warn of before a policy is published: it can be obeyed, and may not do what was meant.

What cannot be obeyed at all (a negative weight, thresholds that fall) the records refuse. Here is
what is allowed and suspicious: by the document alone, by the roster and the categories of a
snapshot, and by what the model learned of alerts.
"""

from __future__ import annotations

from collections.abc import Iterator

from features.snapshot import Snapshot
from model.alert_table import AlertTable
from model.policy import Policy
from model.policy_actions import Worth
from model.policy_reach import alert_warnings
from model.policy_roster import roster_warnings
from model.policy_titles import title_of
from model.policy_warning import PolicyWarning
from model.spent import NAMES

__all__ = ["PolicyWarning", "policy_warnings"]


def policy_warnings(
    policy: Policy, snapshot: Snapshot | None = None, table: AlertTable | None = None
) -> tuple[PolicyWarning, ...]:
    """The warnings, in the order of what they are about.

    Args:
        policy: the policy that may be published.
        snapshot: the last desk that was seen; None for none.
        table: what the model learned of alerts; None for nothing.

    >>> from model.policy import Weights
    >>> policy_warnings(Policy("default"))
    ()
    >>> policy_warnings(Policy("p", weights=Weights(load=0)))[0].text
    'load counts for nothing: its weight is 0'
    """
    return (
        *_weights(policy),
        *_prices(policy),
        *_budgets(policy),
        *_release(policy),
        *alert_warnings(policy.alerts, table),
        *(roster_warnings(policy, snapshot, table) if snapshot else ()),
    )


_DIMENSIONS_ZH = {"value": "价值", "urgency": "紧急度", "skill": "技能匹配", "load": "负载"}


def _weights(policy: Policy) -> Iterator[PolicyWarning]:
    for name, zh in _DIMENSIONS_ZH.items():
        if getattr(policy.weights, name) == 0:
            yield PolicyWarning(
                f"/weights/{name}",
                f"{name} counts for nothing: its weight is 0",
                f"{zh}不起作用：其权重为 0",
            )


def _prices(policy: Policy) -> Iterator[PolicyWarning]:
    prices = policy.prices
    if policy.objective != "expected_loss":
        return
    if prices.timeout == prices.escalation == 0:
        yield PolicyWarning(
            "/prices",
            "neither a late ticket nor an escalation costs anything: the plan does not mind them",
            "超时和升级投诉的价格都为 0：派单方案不会顾及它们",
        )
    if prices.unplaced == 0:
        yield PolicyWarning(
            "/prices/unplaced",
            "a ticket with nobody costs nothing: tickets may be left lying",
            "无人处理的工单价格为 0：工单可能被搁置",
        )
    if prices.hand_over == policy.moves.rest_minutes == 0:
        yield PolicyWarning(
            "/prices/hand_over",
            "a hand-over costs nothing and needs no rest: tickets may change hands every refresh",
            "转手价格为 0 且无需静置：工单可能每次刷新都转手",
        )


def _budgets(policy: Policy) -> Iterator[PolicyWarning]:
    for name in NAMES:
        told = policy.actions.named(name)
        yield from _budget(f"/actions/{name}", told)
    escalate = policy.actions.escalate
    if policy.tiers.ladder and _off(escalate):
        yield PolicyWarning(
            "/tiers/ladder",
            "no step of the ladder is ever taken: the action “escalate” has no budget",
            "升级阶梯不会执行：升级动作没有预算",
        )


def _budget(pointer: str, told: Worth) -> Iterator[PolicyWarning]:
    for none, some in (("per_day", "per_refresh"), ("per_refresh", "per_day")):
        if getattr(told, none) == 0 and getattr(told, some) > 0:
            off, on = title_of("Worth", none), title_of("Worth", some)
            yield PolicyWarning(
                f"{pointer}/{none}",
                f"the action is off: “{off.en}” is 0, though “{on.en}” is {getattr(told, some)}",
                f"该动作已停用：“{off.zh}”为 0，而“{on.zh}”为 {getattr(told, some)}",
            )
    if told.saves == 0 and told.min_saves > 0 and not _off(told):
        yield PolicyWarning(
            f"{pointer}/saves",
            "the action is never worth it: it is believed to save nothing",
            "该动作永远不值得执行：预计节省为 0",
        )


def _off(told: Worth) -> bool:
    return told.per_day == 0 or told.per_refresh == 0


def _release(policy: Policy) -> Iterator[PolicyWarning]:
    release = policy.release
    if release.share == 0:
        yield PolicyWarning(
            "/release/share", "the policy never holds: its share is 0", "该策略永不生效：比例为 0"
        )
    elif release.share * 168 / release.block_hours < 1:
        blocks = release.share * 168 / release.block_hours
        yield PolicyWarning(
            "/release/share",
            f"the policy holds in {blocks:.2g} blocks of {release.block_hours} h a week",
            f"该策略每周仅在 {blocks:.2g} 个 {release.block_hours} 小时的时段内生效",
        )
