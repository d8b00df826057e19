"""What was promised: read off `due_at`, or implied by the desk's own verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.twin.findings import Finding, about
from experiments.twin.reading import Reading
from features.stream import HOUR, NEVER, Floats, Ints
from features.words import Words

ENOUGH: Final = 40
"""Verdicts that a category needs for a threshold of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Promises:
    """`hours` (n,) by case, NaN where nothing was promised; `mean` (categories,) of those."""

    hours: Floats
    mean: Floats


def estimate(reading: Reading) -> tuple[Promises, tuple[Finding, ...]]:
    """The promises of a log, wherever they are written."""
    cases, kinds = reading.cases, len(reading.names("category"))
    known = np.isfinite(cases.promise)
    name = Words("promise", "承诺时限")
    if known.any():
        mean = _means(cases.promise, cases.category, known, kinds)
        value = about(
            float(cases.promise[known].mean()),
            float(cases.promise[known].std() / np.sqrt(known.sum())),
            "h",
        )
        why = Words(f"due_at less creation; {known.mean():.0%} of tickets have one",
                    f"due_at 减创建时间；{known.mean():.0%} 的工单有承诺")  # fmt: skip
        return Promises(cases.promise, mean), (
            Finding(name, "estimated", value, why, int(known.sum())),
        )
    hours, late, case = verdicts(reading)
    if not hours.size:
        nothing = np.full(len(cases), np.nan)
        why = Words("neither due_at nor sla_met is written", "日志没有 due_at 与 sla_met")
        return Promises(nothing, np.full(kinds, 48.0)), (Finding(name, "unknown", "", why),)
    limit, wrong = _limits(hours, late, cases.category[case], kinds)
    why = Words(f"no due_at: the hours that best part kept from broken verdicts, by category; "
                f"{wrong:.0%} of verdicts lie on the wrong side",
                f"无 due_at：取最能区分 sla_met 的时长；{wrong:.0%} 的判定与之不符")  # fmt: skip
    found = Finding(name, "bound", f"{np.median(limit):.1f} h", why, int(hours.size))
    return Promises(limit[cases.category], limit), (found,)


def verdicts(reading: Reading) -> tuple[Floats, NDArray[np.bool_], Ints]:
    """The desk's own verdicts: hours to the first resolution, whether late, the case."""
    line, cases = reading.history.timeline, reading.cases
    rows = np.flatnonzero(line.sla_met >= 0)
    rows = rows[np.argsort(line.event[rows])]
    ticket = line.ticket[rows]
    case = np.minimum(np.searchsorted(cases.ticket, ticket), len(cases) - 1)
    ok = (cases.ticket[case] == ticket) & (cases.solved[case] != NEVER)
    case, late = case[ok], line.sla_met[rows][ok] == 0
    return (cases.solved[case] - cases.created[case]) / HOUR, late, case


def _means(hours: Floats, category: Ints, known: NDArray[np.bool_], kinds: int) -> Floats:
    total = np.bincount(category[known], hours[known], kinds)
    count = np.bincount(category[known], minlength=kinds)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), hours[known].mean()))


def _limits(
    hours: Floats, late: NDArray[np.bool_], category: Ints, kinds: int
) -> tuple[Floats, float]:
    """(kinds,) the hours past which most verdicts are late, and the share of wrong ones."""
    desk = _limit(hours, late)
    own = [category == kind for kind in range(kinds)]
    limit = np.array([_limit(hours[o], late[o]) if o.sum() >= ENOUGH else desk for o in own])
    wrong = float(((hours > limit[category]) != late).mean())
    return limit, wrong


def _limit(hours: Floats, late: NDArray[np.bool_]) -> float:
    """The hours `h` for which `hours > h` agrees most often with `late`."""
    order = np.argsort(hours, kind="stable")
    hours, late = hours[order], late[order]
    wrong = np.append(0, np.cumsum(late)) + ((~late).sum() - np.append(0, np.cumsum(~late)))
    best = int(np.argmin(wrong))
    return float(max(hours[best - 1] if best else 0.1, 0.1))
