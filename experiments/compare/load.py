"""How many people there are and how much comes in: the axes along which a desk is tried."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

import numpy as np

from experiments.simulator.checks import WorldError
from experiments.simulator.params import WorldParams
from experiments.simulator.roster import apportion

_CHANGE: Final = re.compile(r"(?P<sign>[+-]?)(?P<number>\d+(?:\.\d+)?)(?P<percent>%?)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Load:
    """`heads` people, and `demand` times as many complaints as usual."""

    heads: int
    demand: float = 1.0

    def on(self, params: WorldParams) -> WorldParams:
        """The world with this load; everybody who stays is the same person (`roster.Profile`)."""
        return busier(staffed(params, self.heads), self.demand)


def heads_of(params: WorldParams) -> int:
    """How many people the desk has."""
    return sum(team.count for team in params.teams)


def staffed(params: WorldParams, heads: int) -> WorldParams:
    """The desk with `heads` people in the same mix, at least one in every team.

    Raises:
        WorldError: fewer people than teams.
    """
    counts = np.array([team.count for team in params.teams])
    beyond = heads - counts.size
    if beyond < 0:
        raise WorldError(
            f"{heads} people for {counts.size} teams",
            where="--people",
            remedy="leave one in every team at least",
        )
    if heads == counts.sum():
        return params
    more = np.bincount(apportion((counts - 1).astype(float), beyond), minlength=counts.size)
    teams = tuple(
        replace(team, count=1 + int(n), newcomers=min(team.newcomers, 1 + int(n)))
        for team, n in zip(params.teams, more, strict=True)
    )
    return replace(params, teams=teams)


def busier(params: WorldParams, demand: float) -> WorldParams:
    """The desk with `demand` times as many complaints, those of storms and promotions too."""
    if demand == 1.0:
        return params
    came = params.arrivals
    surges = tuple(replace(surge, per_day=surge.per_day * demand) for surge in came.surges)
    arrivals = replace(came, per_year=came.per_year * demand, surges=surges)
    return replace(params, arrivals=arrivals)


def changed(text: str, usual: float) -> tuple[float, ...]:
    """What changes as people write them make of a usual number, without twins, sorted.

    `+5` and `-5` add and take away, `+5%` and `-10%` a part of it, `0.9` is a factor.

    Raises:
        ValueError: one of them is nothing of that, or leaves nothing.

    >>> changed("+5,-10%,0.9,1", 40)
    (36.0, 40.0, 45.0)
    """
    return tuple(sorted({_changed(part.strip(), usual) for part in text.split(",")}))


def _changed(part: str, usual: float) -> float:
    found = _CHANGE.fullmatch(part)
    if found is None:
        raise ValueError(f"{part!r} is none of +5, -5, +5%, -10%, 0.9")
    number = float(found["sign"] + found["number"])
    if found["percent"]:
        value = usual * (1 + number / 100) if found["sign"] else usual * number / 100
    else:
        value = usual + number if found["sign"] else usual * number
    if not (isfinite(value) and value > 0):
        raise ValueError(f"{part!r} leaves nothing of {usual:g}")
    return round(value, 9)
