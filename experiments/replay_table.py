"""What a replay found, as records and as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from experiments.hindsight import Names
from model.columns import Bools, Floats
from training.study.intervals import Interval

ROUNDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Moment:
    """One decision in figures; costs in price units, shares of the open tickets.

    `dearer` is how much more a greedy plan costs, `gap` how much more this one costs than the
    bound that no plan beats, as shares of this one.
    """

    as_of: datetime
    open: int
    agents: int
    assigned: int
    reassigned: int
    unassigned: int
    plan_ms: float
    refresh_ms: float
    cost: float
    greedy: float
    bound: float

    @property
    def dearer(self) -> float:
        """How much dearer greedy is, as a share of the cost."""
        return (self.greedy - self.cost) / self.cost if self.cost else 0.0

    @property
    def gap(self) -> float:
        """The certified gap, as a share of the cost."""
        return (self.cost - self.bound) / self.cost if self.cost else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """The placed tickets of all moments (n,): whom the plan chose, and what was done.

    `fresh` had no owner. `p_chosen` and `p_following` are timeout risks with the chosen agent
    and with the one who was given the ticket next; NaN where that one was not on the desk.
    """

    ticket: Names
    fresh: Bools
    moved: Bools
    chosen: Names
    following: Names
    closer: Names
    p_chosen: Floats
    p_following: Floats

    @classmethod
    def joined(cls, parts: Sequence[Choices]) -> Choices:
        """All parts after one another."""
        return cls(*(np.concatenate(each) for each in zip(*map(_columns, parts), strict=True)))


def mean_of(values: Floats, ticket: Names, seed: int) -> Interval:
    """The mean of values (n,), with the middle 95 % of what other tickets would have shown.

    A ticket that is open at many moments is drawn with all of them (Poisson bootstrap over
    tickets, as `training.study.intervals`): its choices are much alike.
    """
    _, unit = np.unique(ticket.astype(str), return_inverse=True)
    if not unit.size:
        return Interval(np.nan, np.nan, np.nan)
    totals, sizes = np.bincount(unit, values), np.bincount(unit)
    drawn = np.random.default_rng(seed).poisson(1.0, (ROUNDS, sizes.size))
    weights = np.concatenate([np.ones((1, sizes.size)), drawn])
    with np.errstate(invalid="ignore"):  # a draw without any ticket has no mean
        return Interval.of(weights @ totals / (weights @ sizes))


def summary_of(moments: Sequence[Moment], choices: Choices, seed: int) -> str:
    """The table for people: medians with the span of the middle 80 %, means with intervals."""
    lines = [f"{len(moments)} moments, {len(choices.ticket):,} placed tickets", ""]
    spans = {
        "open tickets": ([m.open for m in moments], ".0f", 1),
        "plan, ms of processor": ([m.plan_ms for m in moments], ".0f", 1),
        "whole refresh, ms of processor": ([m.refresh_ms for m in moments], ".0f", 1),
        "greedy is dearer by, %": ([m.dearer for m in moments], ".2f", 100),
        "certified gap, %": ([m.gap for m in moments], ".2f", 100),
        "changes of hands per open ticket, %": (
            [m.reassigned / max(m.open, 1) for m in moments], ".1f", 100,
        ),
    }  # fmt: skip
    lines.append(f"{'':42}{'median':>9}{'10 %':>9}{'90 %':>9}")
    for name, (values, style, times) in spans.items():
        middle = np.quantile(np.array(values, float) * times, [0.5, 0.1, 0.9])
        lines.append(f"{name:42}" + "".join(f"{each:>9{style}}" for each in middle))
    lines += ["", f"{'tickets':24}{'n':>8}  chosen agent was given it next / closed it"]
    groups = {
        "all placed": np.ones(len(choices.ticket), dtype=bool),
        "without an owner": choices.fresh,
        "the plan moves": choices.moved,
    }
    for name, rows in groups.items():
        both = (_agrees(choices, rows, which, seed) for which in ("following", "closer"))
        lines.append(f"{name:24}{rows.sum():>8,}  " + " / ".join(map(str, both)))
    other = (choices.chosen != choices.following) & ~np.isnan(choices.p_following)
    lines += ["", "where another agent was given it next, the model's timeout risk:"]
    for name, rows in groups.items():
        lines.append(f"{name:24}{(rows & other).sum():>8,}  {_risks(choices, rows & other, seed)}")
    return "\n".join(lines)


def _agrees(choices: Choices, rows: Bools, which: str, seed: int) -> Interval:
    """The share of the rows whose chosen agent is the one of hindsight, where that is known."""
    actual: Names = getattr(choices, which)
    rows = rows & np.array([name is not None for name in actual], dtype=bool)
    same = (choices.chosen[rows] == actual[rows]).astype(np.float64)
    return mean_of(same, choices.ticket[rows], seed)


def _risks(choices: Choices, rows: Bools, seed: int) -> str:
    ticket = choices.ticket[rows]
    mine, theirs = choices.p_chosen[rows], choices.p_following[rows]
    said = [mean_of(each, ticket, seed) for each in (mine, theirs, mine - theirs)]
    return f"chosen {said[0]}, historical {said[1]}, difference {said[2]}"


def _columns(choices: Choices) -> tuple[Names | Bools | Floats, ...]:
    return tuple(getattr(choices, name) for name in Choices.__dataclass_fields__)


def table_of(moments: Sequence[Moment]) -> pd.DataFrame:
    """One row a moment, for a file."""
    rows = [asdict(each) | {"dearer": each.dearer, "gap": each.gap} for each in moments]
    return pd.DataFrame(rows).assign(as_of=[each.as_of.isoformat() for each in moments])
