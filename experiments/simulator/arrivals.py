"""When complaints arrive, and of what category and region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from experiments.simulator.draws import Floats, Ints, pick, stream
from experiments.simulator.params import DAY_S, ArrivalParams, WorldParams

BIN_S = 300
_BINS = DAY_S // BIN_S


@dataclass(frozen=True, slots=True)
class Arrivals:
    """(n,) sorted by time: seconds since the world's start, category and region positions."""

    time: Ints
    category: Ints
    region: Ints


def day_shape(params: ArrivalParams, weekday: int) -> Floats:
    """(288,) relative arrivals in each 5 minutes of a weekday (0 is Monday)."""
    hour = np.arange(_BINS) * BIN_S / 3600
    shape = np.asarray(params.hourly)[hour.astype(int)] * params.weekday[weekday]
    if weekday in params.peak_days:
        for start, end in params.peak_hours:
            shape = np.where((hour >= start) & (hour < end), shape * params.peak_factor, shape)
    return np.asarray(shape, np.float64)


def season_shape(params: WorldParams) -> Floats:
    """(days,) how busy each day's month is, the mean month being 1."""
    season = np.asarray(params.arrivals.season) / np.mean(params.arrivals.season)
    months = [(params.start + timedelta(days=day)).month - 1 for day in range(params.days)]
    return np.asarray(season[months], np.float64)


def draw_arrivals(params: WorldParams, seed: int) -> Arrivals:
    """Poisson arrivals with noisy days, and the extra ones of each surge, on whole seconds."""
    rng = stream(seed, "arrivals")
    start = params.start.weekday()
    week = np.stack([day_shape(params.arrivals, day) for day in range(7)])
    shape = week[(start + np.arange(params.days)) % 7]
    noise = params.arrivals.day_noise
    shape = shape * np.exp(rng.normal(-noise * noise / 2, noise, (params.days, 1)))
    extra = sum(s.per_day * s.days for s in params.arrivals.surges)
    shape = shape * season_shape(params)[:, None]
    rate = shape / week.sum() * 7 * (params.arrivals.per_year - extra) / 365
    counts = rng.poisson(rate.ravel())
    bins = np.repeat(np.arange(counts.size), counts)
    category = pick(rng, [c.share for c in params.categories], bins.size)
    region = pick(rng, [share for _, share in params.regions], bins.size)
    parts = [(bins, category, region), *_surges(params, rng, week)]
    bins, category, region = (np.concatenate(column) for column in zip(*parts, strict=True))
    time = bins * BIN_S + rng.integers(0, BIN_S, bins.size)
    order = np.argsort(time, kind="stable")
    return Arrivals(time[order], category[order], region[order])


def _surges(
    params: WorldParams, rng: np.random.Generator, week: Floats
) -> list[tuple[Ints, Ints, Ints]]:
    codes = [category.code for category in params.categories]
    names = [name for name, _ in params.regions]
    parts = []
    for surge in params.arrivals.surges:
        days = np.arange(surge.first_day, min(surge.first_day + surge.days, params.days))
        shape = week[(params.start.weekday() + days) % 7]
        counts = rng.poisson((shape / shape.sum(axis=1, keepdims=True) * surge.per_day).ravel())
        bins = np.repeat((days[:, None] * _BINS + np.arange(_BINS)).ravel(), counts)
        category = np.full(bins.size, codes.index(surge.category))
        shares = [share for _, share in params.regions]
        anywhere = pick(rng, shares, bins.size)
        region = anywhere if surge.region is None else np.full(bins.size, names.index(surge.region))
        parts.append((bins.astype(np.int64), category.astype(np.int64), region.astype(np.int64)))
    return parts
