"""A comparison for a terminal."""

from __future__ import annotations

from experiments.compare.comparison import FIELD_RULE, Comparison
from experiments.compare.measures import LATE, MEASURES
from experiments.compare.saved import saved
from experiments.compare.table import over_seeds
from experiments.contender import SHIPPED
from training.study.intervals import Interval


def as_text(found: Comparison) -> str:
    """The table, the differences to the baseline, and what else was asked, line by line."""
    lines = [_facts(found), "", *_table(found), "", *_leads(found)]
    if found.bounds:
        lines += ["", *_way(found)]
    if found.plan.staffed and len(found.table.policies) > 1:
        lines += ["", *_saved(found)]
    return "\n".join([*lines, "", *_speeds(found), ""])


def _facts(found: Comparison) -> str:
    plan = found.plan
    played = plan.setting.play
    return (
        f"{len(plan.seeds)} worlds (seeds {', '.join(map(str, plan.seeds))}), scenario "
        f"{plan.scenario}, {plan.setting.usual.heads} people; {played.days} days, a refresh every "
        f"{played.every_minutes} min; tickets of the first {played.settle_days} days not judged\n"
        "mean over worlds ± half of the 95 % interval (Student's t over seeds)"
    )


def _table(found: Comparison) -> list[str]:
    heads = [measure.short for measure in MEASURES]
    rows = [
        [policy, *(m.with_interval(found.table.mean(m.field, policy)) for m in MEASURES)]
        for policy in found.table.policies
    ]
    if found.bounds:
        late = LATE.with_interval(over_seeds(found.bound))
        rows.append(["hindsight bound", late, *("" for _ in MEASURES[1:])])
    return _aligned([["", *heads], *rows])


def _leads(found: Comparison) -> list[str]:
    table, baseline = found.table, found.plan.baseline
    place, worlds = table.policies.index(baseline), len(table.seeds)
    rows = [
        [
            policy,
            LATE.with_interval(table.lead("late", policy, baseline), "+"),
            _span(table.days_lead(policy, baseline)),
            f"{table.no_worse('late')[row, place]} of {worlds}",
            f"{table.no_worse('loss')[row, place]} of {worlds}",
        ]
        for row, policy in enumerate(table.policies)
        if policy != baseline
    ]
    head = [f"less {baseline}", LATE.name.en, "other days", "late no worse", "loss no worse"]
    if not rows:
        return []
    last = [
        f"{policy} is no later than any other in {found.never_later(policy)} of {worlds} worlds"
        for policy in table.policies
        if policy == SHIPPED
    ]
    return [*_aligned([head, *rows]), *last]


def _way(found: Comparison) -> list[str]:
    if FIELD_RULE not in found.table.policies:
        return []
    told = ((policy, _gone(found, policy)) for policy in found.table.policies)
    rows = [[policy, f"{way.value:.0%}"] for policy, way in told if policy != FIELD_RULE]
    return _aligned([[f"of the way from {FIELD_RULE} to the bound", ""], *rows])


def _gone(found: Comparison, policy: str) -> Interval:
    return found.table.way(policy, FIELD_RULE, found.bound)


def _saved(found: Comparison) -> list[str]:
    plan = found.plan
    rows = [
        [policy, str(saved(found.played, policy, plan.baseline, plan.setting.usual))]
        for policy in found.table.policies
        if policy != plan.baseline
    ]
    return _aligned([[f"people saved, as late as {plan.baseline} with all", ""], *rows])


def _speeds(found: Comparison) -> list[str]:
    told = ((policy, found.speed(policy)) for policy in found.table.policies)
    rows = [[policy, f"{rate:,.0f}", f"{share:.0%}"] for policy, (rate, share) in told]
    return _aligned([["simulated", "tickets/s", "in the policy"], *rows])


def _span(found: Interval) -> str:
    return f"{LATE.number(found.low, '+')} … {LATE.number(found.high, '+')}"


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
