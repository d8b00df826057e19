"""What the simulated desk assumes because the field does not say, in words."""

from __future__ import annotations

from textwrap import fill
from typing import Final

from experiments.simulator.params import WorldParams

_WORDS: Final = """
Assumed, not known from the field. What hangs on one of these should be tried without it.

- People: {heads} of them, their shifts, hotline duty, {skill.leave_days:g} days of leave a year.

- The matrix: {desk.staleness:.0%} of it is laid out for regions of equal size. Who has the day
off is passed over if a colleague of the cell has not; nobody looks at the load.

- Skill: the log of a person's speed in a category spreads by {skill.spread:g} and drifts by
{skill.weekly_drift:g} a week. An untrained category takes {skill.unskilled:g} times as long, a
newcomer {skill.newcomer:g} times at first, which fades over {skill.learning_days:g} days.

- Promises: {promises}; half of it for urgent tickets, three quarters for gold and platinum
customers.

- Work and waits: how many hours, how often a ticket waits, that both are log-normal, and that a
hard case takes more work and is more often waited for.

- The year: the busiest month has {busy:.2f} times the tickets of the quietest; {surges} surges
come on top.

- Asking again: a chase moves the customer with chance {help.chase_moves:.0%}, a nudge the
department with {help.nudge_moves:.0%}; a moved one takes {help.keeps[0]:.0%} to
{help.keeps[1]:.0%} of the wait that is left. {help.tries} tries a ticket, {help.chase_apart:g} h
apart with customers and {help.nudge_apart:g} h with departments; a department hears
{help.nudges_per_day} nudges a day, and nobody hears anything from 22:00 to 8:00.

- Handing over: {outcome.handover:.0%} of the work done is done again.

- Coming back: once at most, for {outcome.rework:.0%} of the work; who solved it changes how
often.

- Patience: {who.impatient_share:.0%} of the customers are impatient. They think of calling every
{who.patience_hours[1]:g} h and do so in {who.insist[1]:.0%} of the cases, the others every
{who.patience_hours[0]:g} h and in {who.insist[0]:.0%}; {who.overdue_insist:g} times as often past
the promise, never by night, never while it is their own turn.

- Escalation: a contact escalates with chance {outcome.escalate_at_contact:.2%} times its number,
{outcome.overdue_factor:g} times that past the promise, {outcome.signal_factor:g} times after a
threat; most go to the duty manager.
"""


def assumptions(params: WorldParams) -> str:
    """The assumptions of a desk in words, with its own numbers, wrapped for a terminal."""
    season = params.arrivals.season
    words = _WORDS.format(
        desk=params,
        skill=params.skill,
        who=params.customers,
        outcome=params.outcome,
        help=params.help,
        heads=sum(team.count for team in params.teams),
        promises=", ".join(f"{c.code} {c.promise_hours:g} h" for c in params.categories),
        busy=max(season) / min(season),
        surges=len(params.arrivals.surges),
    )
    return (
        "\n".join(fill(part, 100, subsequent_indent="  ") for part in words.strip().split("\n\n"))
        + "\n"
    )
