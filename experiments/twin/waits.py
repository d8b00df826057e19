"""What tickets wait for outside the desk, estimated with the waits that have not ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.twin.durations import Duration, learn, pooled
from experiments.twin.findings import Finding, about
from experiments.twin.reading import Reading
from features.stream import NEVER, Floats, Ints
from features.timeline import STATUS
from features.words import Words


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """A kind of wait in one category: the share of tickets that have it, and how long it lasts."""

    share: float
    lasts: Duration


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """By category code: the customer's wait; by party and category: the department's.

    `asked` is the share that passes any department; a department's `share` is of those.
    """

    customer: Sequence[Wait]
    asked: Floats
    parties: Mapping[str, Sequence[Wait]]


def estimate(reading: Reading) -> tuple[Waits, tuple[Finding, ...]]:
    """Waits until the first resolution: one customer's wait a ticket, one per department asked."""
    kinds, ripe = len(reading.names("category")), reading.ripe(reading.cases.created)
    hours, over, had = waited(reading, STATUS["waiting_customer"], None)
    customer, desk = _by_category(reading, hours, over, had, ripe, kinds)
    parties = reading.names("party")
    found, lasts, any_party = {}, {}, np.zeros(len(reading.cases), bool)
    spent = [waited(reading, STATUS["internal_collaboration"], p) for p in range(len(parties))]
    for _, _, had_party in spent:
        any_party |= had_party
    for name, (hours, over, had_party) in zip(parties, spent, strict=True):
        found[name], lasts[name] = _by_category(
            reading, hours, over, had_party, ripe & any_party, kinds
        )
    asked = _share(reading.cases.category, any_party, ripe, kinds)
    findings = [_finding("customer's material", "等待客户材料", desk, int(had.sum()))]
    findings += [
        _finding(f"department {p}", f"部门 {p}", lasts[p], lasts[p].ended) for p in parties
    ]
    if not parties:
        findings.append(_finding("departments", "部门", Duration(np.zeros(1), 0), 0))
    return Waits(customer, asked, found), tuple(findings)


def waited(
    reading: Reading, state: int, party: int | None
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """(n,) hours that each case spent in a state before it was first solved, whether all of that
    had ended, and whether there was any."""  # noqa: D205, D209 - one sentence of three results
    spells, solved = reading.spells, reading.cases.solved[reading.spells.case]
    chosen = (spells.state == state) & ((solved == NEVER) | (spells.begin < solved))
    if party is not None:
        chosen &= spells.party == party
    here, n = spells.among(np.asarray(chosen, bool)), len(reading.cases)
    hours = np.bincount(here.case, here.hours, n)
    running = np.bincount(here.case, ~here.over, n) > 0
    return np.asarray(hours, np.float64), ~running, np.bincount(here.case, minlength=n) > 0


def _by_category(  # a table of columns by case
    reading: Reading, hours: Floats, over: NDArray[np.bool_], had: NDArray[np.bool_],
    ripe: NDArray[np.bool_], kinds: int,
) -> tuple[list[Wait], Duration]:  # fmt: skip
    category, desk = reading.cases.category, learn(hours[had], over[had])
    shares = _share(category, had, ripe, kinds)
    own = [had & (category == kind) for kind in range(kinds)]
    return [
        Wait(float(share), pooled(learn(hours[here], over[here]), desk))
        for share, here in zip(shares, own, strict=True)
    ], desk


def _share(
    category: Ints, had: NDArray[np.bool_], ripe: NDArray[np.bool_], kinds: int, strength: float = 5
) -> Floats:
    """(kinds,) the share of the ripe cases that had it, shrunk to the desk's."""
    known = ripe & (category >= 0)
    all_cases = np.bincount(category[known], minlength=kinds)
    those = np.bincount(category[known & had], minlength=kinds)
    desk = those.sum() / max(all_cases.sum(), 1)
    return np.asarray((those + strength * desk) / (all_cases + strength), np.float64)


def _finding(en: str, zh: str, lasts: Duration, n: int) -> Finding:
    if not lasts.ended:
        return Finding(
            Words(f"wait for {en}", zh), "unknown", "",
            Words("no such state in the log; the twin never waits for it",
                  "日志没有这种状态；孪生台不作此等待"),
        )  # fmt: skip
    return Finding(
        Words(f"wait for {en}", zh), "estimated", about(lasts.mean, lasts.error, "h"),
        Words("Kaplan-Meier over the waits, running ones censored; by category, shrunk",
              "Kaplan-Meier 估计，未结束者按删失处理；分类别收缩"), n,
    )  # fmt: skip
