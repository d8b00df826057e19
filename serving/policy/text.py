"""Policies for people at a terminal: versions, warnings, and what a preview found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model.policy_check import PolicyFaultsError
from model.policy_warnings import PolicyWarning
from serving.policy.preview import Preview
from serving.policy.simulation import Effect, Simulated
from serving.policy.store import Move, PolicyVersion, Standing

_MOVES_SHOWN = 20


def faults_text(refused: PolicyFaultsError) -> str:
    """A line for every fault: where, what, and the remedy."""
    return "\n".join(
        f"{fault.pointer or '/'}: {fault.reason}; {fault.remedy}" for fault in refused.faults
    )


def warnings_text(warnings: Sequence[PolicyWarning]) -> str:
    """A line for every warning."""
    return "\n".join(f"warning: {each.pointer}: {each.text}" for each in warnings)


def standing_text(standing: Standing) -> str:
    """What is in force, and since when only in part."""
    policy = standing.policy
    held = "is in force" if standing.changed else "was in force already"
    told = f"version {policy.version} ({policy.name}) {held}"
    if standing.before is not None:
        share = f"{policy.release.share:.0%} of blocks of {policy.release.block_hours} h"
        told += f" in {share}; elsewhere version {standing.before.version} is"
    return told


def history_text(versions: Sequence[PolicyVersion], moves: Sequence[Move]) -> str:
    """The versions, newest first, with what each changed; then which came into force when."""
    lines = []
    for each in versions:
        policy, by = each.policy, each.by
        lines.append(f"version {policy.version} ({policy.name}), {_by(by.who, by.why)}")
        lines += [f"  {change.words()}" for change in each.changes]
    lines.append("in force, the last first:")
    for move in moves:
        when = move.by.at.isoformat(timespec="seconds")
        lines.append(f"  {when} {move.kind} {move.version}, {_by(move.by.who, move.by.why)}")
    return "\n".join(lines)


def preview_text(found: Preview, simulated: Simulated | None) -> str:
    """What would change, the plans side by side, and the tickets that move."""
    lines = [change.words() for change in found.changes] or ["nothing is changed"]
    lines += ["", f"{'as of ' + found.as_of.isoformat():<34}{'in force':>10}{'proposed':>10}"]
    lines += [f"{name:<34}{one:>10}{two:>10}" for name, one, two in _side_by_side(found)]
    lines += ["", f"tickets that would be with somebody else: {found.moved}"]
    for each in found.moves[:_MOVES_SHOWN]:
        lines.append(f"  {each.ticket_id}: {each.before or 'nobody'} → {each.after or 'nobody'}")
    if found.moved > _MOVES_SHOWN:
        lines.append(f"  and {found.moved - _MOVES_SHOWN} more; --json tells up to 1,000")
    if simulated is not None:
        lines += ["", f"simulated, {simulated.tickets} tickets that fell due"]
        lines += [f"{each.figure:<34}{_effect(each)}" for each in simulated.effects]
    return "\n".join(lines)


def _side_by_side(found: Preview) -> Iterator[tuple[str, str, str]]:
    one, two = found.before, found.after
    yield "expected timeouts", f"{one.expected_timeouts:.1f}", f"{two.expected_timeouts:.1f}"
    yield "margin at risk", f"{one.value_at_risk:.0f}", f"{two.value_at_risk:.0f}"
    for name in ("assigned", "reassigned", "unassigned"):
        yield name, str(getattr(one, name)), str(getattr(two, name))
    for name in one.alerts:
        yield f"alert {name}", str(one.alerts[name]), str(two.alerts[name])
    for name in one.actions:
        yield name, str(one.actions[name]), str(two.actions[name])
    before, after = one.load, two.load
    yield "tickets an agent, mean", f"{before.mean:.2f}", f"{after.mean:.2f}"
    yield "tickets an agent, deviation", f"{before.deviation:.2f}", f"{after.deviation:.2f}"
    yield "tickets an agent, most", str(before.most), str(after.most)


def _effect(told: Effect) -> str:
    numbers = (_number(told.before), _number(told.after), _number(told.difference))
    one, two, lead = numbers
    between = f" [{_number(told.low)}, {_number(told.high)}]" if told.low is not None else ""
    return f"{one:>10}{two:>10}  difference {lead}{between}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _by(who: str, why: str) -> str:
    return f"{who}: {why}" if why else who
