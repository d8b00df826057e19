"""When a desk's complaints come, estimated from the creations in its log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.params import ArrivalParams
from experiments.twin.findings import Finding, about
from experiments.twin.reading import Reading
from features.stream import Floats, Ints
from features.words import Words

LEVEL_WEEKS: Final = 8
"""How many of the last weeks tell how busy the desk is now."""
_UNUSUAL: Final = 5.0
"""Standard deviations above its usual days from which a category's day belongs to a surge."""
_LARGE: Final = 0.3
"""Of a usual day of the desk: a run that brought less is noise, and stays in the level."""
_PSEUDO: Final = 0.5
"""Added to every hour and weekday, so that none that was not seen is impossible."""


@dataclass(frozen=True, slots=True)
class Surge:
    """Days `[first, first + days)` on which a category had `per_day` more complaints than usual."""

    category: str
    first: str
    days: int
    per_day: float


def estimate(reading: Reading) -> tuple[ArrivalParams, tuple[Surge, ...], tuple[Finding, ...]]:
    """The arrivals of the weeks to come, the surges that were seen, and how well they are known.

    The level is that of the last `LEVEL_WEEKS` whole weeks without surges; hours and weekdays are
    those of the whole log.
    """
    clock = reading.local(reading.cases.created)
    table = _daily(reading, clock)
    surges, extra = _surges(table)
    usual = table.sum(axis=1) - extra
    weekday = _weights(_weekdays(table), usual.to_numpy(), 7)
    recent = usual.iloc[-7 * LEVEL_WEEKS :]
    per_year = float(recent.mean()) * 365
    noise = _noise(usual)
    params = replace(
        FIELD_DESK.arrivals,
        per_year=per_year,
        hourly=tuple(_weights(np.asarray(clock.hour, np.int64), np.ones(clock.size), 24).tolist()),
        weekday=tuple(weekday.tolist()),
        peak_days=(),
        peak_hours=(),
        peak_factor=1.0,
        day_noise=noise,
        season=(1.0,) * 12,
        surges=(),
    )
    error = np.sqrt(per_year / 365 / len(recent) * (1 + noise**2 * per_year / 365)) * 365
    return params, surges, _findings(params, float(error), len(recent), clock, surges)


def _daily(reading: Reading, clock: pd.DatetimeIndex) -> pd.DataFrame:
    """Complaints of each whole local day (rows) by category code (columns)."""
    day = clock.normalize()
    last = reading.local(np.array([reading.end]))[0].normalize() - pd.Timedelta(days=1)
    days = pd.date_range(day.min() + pd.Timedelta(days=1), max(last, day.min()), name="day")
    counts = pd.crosstab(day, reading.cases.category)
    names = np.array(reading.names("category"), object)
    counts.columns = pd.Index(names[np.asarray(counts.columns, np.int64)])
    return counts.reindex(days if days.size else day.unique(), fill_value=0)


def _weekdays(counts: pd.DataFrame) -> Ints:
    return np.asarray(pd.DatetimeIndex(counts.index).day_of_week, np.int64)


def _weights(place: Ints, weight: Floats, size: int) -> Floats:
    counts = np.bincount(place, weight, size) + _PSEUDO
    return np.asarray((counts / counts.mean()).round(4), np.float64)


def _usual(counts: pd.DataFrame) -> pd.DataFrame:
    """What each day would have had: the median of the same weekday over nine weeks around it."""
    by_weekday = counts.groupby(_weekdays(counts), group_keys=False)
    return by_weekday.apply(lambda c: c.rolling(9, center=True, min_periods=1).median())


def _surges(counts: pd.DataFrame) -> tuple[tuple[Surge, ...], pd.Series]:
    """Runs of unusual days by category, and what they brought in all, by day."""
    usual = _usual(counts).reindex(counts.index)
    over = (counts - usual).clip(lower=0)
    unusual = over > _UNUSUAL * np.sqrt(usual + 1)
    large = _LARGE * float(counts.sum(axis=1).median())
    extra, found = pd.Series(0.0, counts.index), []
    for category in counts.columns[unusual.any()]:
        days = unusual[category]
        run = (days != days.shift()).cumsum()[days]
        for _, part in run.groupby(run):
            more = over.loc[part.index, category]
            if more.sum() < large:
                continue
            extra = extra.add(more, fill_value=0.0)
            mean = float(more.mean())
            found.append(Surge(str(category), str(part.index[0].date()), len(part), mean))
    return tuple(sorted(found, key=lambda s: s.first)), extra


def _noise(usual: pd.Series) -> float:
    """The spread of a day's log rate beyond chance: var = m + m² (e^{s²} - 1), solved for s."""
    expected = _usual(usual.to_frame("n"))["n"].reindex(usual.index).clip(lower=1.0)
    beyond = float(((usual - expected) ** 2 - expected).mean() / (expected**2).mean())
    return float(np.sqrt(np.log1p(np.clip(beyond, 0.0, 1.0))))


def _findings(
    params: ArrivalParams,
    error: float,
    days: int,
    clock: pd.DatetimeIndex,
    surges: tuple[Surge, ...],
) -> tuple[Finding, ...]:
    seen = "; ".join(f"{s.category} {s.first} +{s.per_day:.0f}/d x{s.days}" for s in surges[-6:])
    busiest = int(np.argmax(params.hourly))
    return (
        Finding(
            Words("complaints a year", "年投诉量"), "estimated",
            about(params.per_year, error),
            Words("the level of the last weeks, surges left out", "取最近数周水平，剔除突增"), days,
        ),
        Finding(
            Words("by hour and weekday", "按小时与星期"), "estimated",
            f"busiest hour {busiest}:00, weekdays {' '.join(f'{w:.2f}' for w in params.weekday)}",
            Words("shares of the creations; one shape of the day for all weekdays",
                  "按创建时间的占比；各星期共用一条日内曲线"), clock.size,
        ),
        Finding(
            Words("day noise", "日间波动"), "estimated", f"{params.day_noise:.2f}",
            Words("spread of daily counts beyond Poisson chance", "日数量超出泊松波动的部分"), days,
        ),
        Finding(
            Words("surges", "突增"), "estimated" if surges else "unknown", seen,
            Words(f"{len(surges)} seen in the past; none is played in the weeks to come" if surges
                  else "no category had a run of days far above its usual",
                  f"历史上发现 {len(surges)} 次；未来数周不预设" if surges
                  else "未见明显高于平常的日子"),
            len(surges),
        ),
        Finding(
            Words("season", "季节性"), "unknown", "flat 持平",
            Words("months cannot be told from growth within less than two years",
                  "不足两年的日志无法区分季节与增长"),
        ),
    )  # fmt: skip
