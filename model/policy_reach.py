"""Alerts that are never reached: hidden by earlier rules, or above every risk that was seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from features.names import ALERTS as NAMES
from features.stream import Floats
from features.words import quoted
from model.alert import learned
from model.alert_table import BLOCK_HOURS, DAY_BLOCKS, NEVER_REACHED, AlertTable
from model.policy_alerts import ALERTS, WEEKDAYS, AlertRule, Alerts, Target
from model.policy_warning import PolicyWarning

_DAY_MINUTES: Final = 1440


def alert_warnings(alerts: Alerts, table: AlertTable | None) -> Iterator[PolicyWarning]:
    """What of the alerts is never seen; without a table only what shows on the paper."""
    yield from _hidden(alerts.rules)
    if table is None:
        yield from _never("/alerts", alerts.levels, NEVER_REACHED)
        for at, rule in enumerate(alerts.rules):
            yield from _never(f"/alerts/rules/{at}", rule.numbers, NEVER_REACHED)
        return
    yield from _never("/alerts", alerts.levels, _highest(table, table.reached[-1]))
    yield from _targets(alerts, table)
    for at, rule in enumerate(alerts.rules):
        highest = _highest(table, _cells(rule, table))
        yield from _never(f"/alerts/rules/{at}", rule.numbers, highest)


def _hidden(rules: tuple[AlertRule, ...]) -> Iterator[PolicyWarning]:
    """Categories of a rule for which earlier rules together hold at all its times.

    Times are bits of a week. A rule that one earlier rule hides is refused before.
    """
    for_all, by_category = 0, dict[str, int]()
    for at, rule in enumerate(rules):
        times = _minutes_of_week(rule)
        names: tuple[str | None, ...] = (None,) if rule.categories is None else rule.categories
        for name in names:
            before = for_all | (0 if name is None else by_category.get(name, 0))
            if times & ~before == 0:
                of_it = "" if name is None else f" for {quoted(name)}"
                of_it_zh = "" if name is None else f"（{quoted(name)}）"
                yield PolicyWarning(
                    f"/alerts/rules/{at}",
                    f"the rule is never reached{of_it}: earlier rules hold at all its times",
                    f"该规则永不生效{of_it_zh}：其全部时段已被前面的规则覆盖",
                )
            if name is None:
                for_all |= times
            else:
                by_category[name] = by_category.get(name, 0) | times


def _minutes_of_week(rule: AlertRule) -> int:
    day = sum(1 << minute for minute in rule.minutes)
    days = range(7) if rule.weekdays is None else {WEEKDAYS.index(d) for d in rule.weekdays}
    return sum(day << _DAY_MINUTES * each for each in days)


def _never(
    pointer: str, levels: tuple[float | Target, ...], highest: float
) -> Iterator[PolicyWarning]:
    """The mildest level, said as a risk, that lies above the highest risk seen."""
    for name, level in zip(ALERTS, levels, strict=True):
        if not isinstance(level, Target) and (level > highest or level >= NEVER_REACHED):
            yield PolicyWarning(
                f"{pointer}/{name}",
                f"{name} is never reached: it needs a risk of {level:g}, and the highest one seen "
                f"there is {highest:g}",
                f"{NAMES[name].zh}永不触发：阈值为 {level:g}，而该处出现过的最高风险为 {highest:g}",
            )
            return


def _targets(alerts: Alerts, table: AlertTable) -> Iterator[PolicyWarning]:
    found = learned(alerts, table)
    for at, (name, level) in enumerate(zip(ALERTS, alerts.levels, strict=True)):
        if isinstance(level, Target) and bool((found[..., at] >= NEVER_REACHED).all()):
            yield PolicyWarning(
                f"/alerts/{name}",
                f"{name} is never reached where the model has learned: no risk brings the target",
                f"{NAMES[name].zh}在模型已学习处永不触发：没有风险阈值能达到该目标",
            )
    for at, name in enumerate(ALERTS[:-1]):
        graver = ALERTS[at + 1]
        if bool((found[..., at] >= found[..., at + 1]).all()):
            yield PolicyWarning(
                f"/alerts/{name}",
                f"{name} is never seen alone: it is reached no sooner than {graver} anywhere",
                f"{NAMES[name].zh}不会单独出现：它在任何情况下都不早于{NAMES[graver].zh}触发",
            )


def _cells(rule: AlertRule, table: AlertTable) -> Floats:
    """(b, k) the counts of the cells in which a rule holds, over its categories."""
    names = table.categories if rule.categories is None else rule.categories
    rows = {table.row(name) for name in names} - {None}
    known = sorted(row for row in rows if row is not None)
    if rule.categories is None or not known:  # of a category nobody has seen, all speak
        known = [len(table.categories)]
    days = range(7) if rule.weekdays is None else {WEEKDAYS.index(d) for d in rule.weekdays}
    hours = {minute // (60 * BLOCK_HOURS) for minute in rule.minutes}
    blocks = sorted({hour + DAY_BLOCKS * (day >= 5) for day in days for hour in hours})
    found: Floats = table.reached[np.ix_(known, blocks)].sum(axis=0)
    return found


def _highest(table: AlertTable, reached: Floats) -> float:
    """The highest risk that any ticket of some cells (b, k) reached; 0 for none."""
    seen = reached.sum(axis=0) > 0
    return float(table.grid[seen].max()) if seen.any() else 0.0
