"""What a policy asks of a desk that the last snapshot of it does not have."""

from __future__ import annotations

from collections.abc import Iterator

from features.snapshot import Agent, Snapshot
from model.alert_table import AlertTable
from model.columns import GENERAL, URGENT
from model.policy import Policy
from model.policy_tiers import Tiers
from model.policy_warning import PolicyWarning

_USUAL = Tiers()


def roster_warnings(
    policy: Policy, snapshot: Snapshot, table: AlertTable | None
) -> Iterator[PolicyWarning]:
    """Tiers and teams that nobody can serve, places that nobody has, categories nobody knows."""
    if snapshot.agents:
        yield from _tiers(policy.tiers, snapshot)
        yield from _teams(policy.tiers, snapshot)
        yield from _places(policy, snapshot.agents)
    seen = {ticket.category for ticket in snapshot.tickets}
    if table is not None:
        seen |= {*table.categories, *table.others}
    if seen:
        yield from _categories(policy, seen, learned=table is not None)


def _tiers(tiers: Tiers, snapshot: Snapshot) -> Iterator[PolicyWarning]:
    urgent = tiers.urgent_signals or tiers.urgent_categories or tiers.urgent_priorities
    wanted = [(GENERAL, "general", "普通")] + ([(URGENT, "urgent", "紧急")] if urgent else [])
    for tier, name, zh in wanted:
        if not any(agent.tier is None or agent.tier >= tier for agent in snapshot.agents):
            yield PolicyWarning(
                "/tiers",
                f"nobody can serve tier {tier} ({name}): no agent of the last snapshot has it",
                f"无人可处理 {tier} 级（{zh}）工单：最近一次快照中没有该级别的坐席",
            )


def _teams(tiers: Tiers, snapshot: Snapshot) -> Iterator[PolicyWarning]:
    teams = {agent.team for agent in snapshot.agents}
    for at, route in enumerate(tiers.routes):
        if route.team not in teams:
            yield PolicyWarning(
                f"/tiers/routes/{at}/team",
                f"nobody of the last snapshot is of team {route.team!r}: the route binds nobody",
                f"最近一次快照中没有团队 {route.team!r} 的坐席：该去向不起作用",
            )
    team = tiers.suggestion_team
    asked = {ticket.category for ticket in snapshot.tickets} & set(tiers.suggestion_categories)
    if team is not None and team not in teams and (asked or team != _USUAL.suggestion_team):
        yield PolicyWarning(
            "/tiers/suggestion_team",
            f"nobody of the last snapshot is of team {team!r}: suggestions wait for it in vain",
            f"最近一次快照中没有团队 {team!r} 的坐席：建议类工单将无人处理",
        )


def _places(policy: Policy, agents: tuple[Agent, ...]) -> Iterator[PolicyWarning]:
    usual = policy.default_capacity
    places = [usual if agent.capacity is None else agent.capacity for agent in agents]
    unsaid = sum(agent.capacity is None for agent in agents)
    if not any(places):
        yield PolicyWarning(
            "/default_capacity",
            "nobody has a place: the capacity of every agent of the last snapshot is 0",
            "没有任何空位：最近一次快照中所有坐席的容量都为 0",
        )
    elif usual == 0 and unsaid:
        yield PolicyWarning(
            "/default_capacity",
            f"agents without a capacity have no place: {unsaid} of the last snapshot",
            f"{unsaid} 名坐席没有空位：工单系统未发送其容量",
        )


def _categories(policy: Policy, seen: set[str], *, learned: bool) -> Iterator[PolicyWarning]:
    too, too_zh = (" or of the model's log", "和模型训练数据") if learned else ("", "")
    tiers = policy.tiers
    named = [("/tiers/urgent_categories", tiers.urgent_categories)]
    if tiers.suggestion_categories != _USUAL.suggestion_categories:
        named.append(("/tiers/suggestion_categories", tiers.suggestion_categories))
    named += [(f"/tiers/routes/{n}/categories", r.categories) for n, r in enumerate(tiers.routes)]
    rules = enumerate(policy.alerts.rules)
    named += [(f"/alerts/rules/{n}/categories", r.categories or ()) for n, r in rules]
    for pointer, names in named:
        for at, name in enumerate(names):
            if name not in seen:
                yield PolicyWarning(
                    f"{pointer}/{at}",
                    f"no ticket of the last snapshot{too} is of category {name!r}",
                    f"最近一次快照{too_zh}中没有类别为 {name!r} 的工单",
                )
