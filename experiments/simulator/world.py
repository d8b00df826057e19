"""The world before anybody decides anything: all complaints and all that will come of them.

Everything latent is drawn here, once, per ticket, so that every dispatch rule meets the same
complaints, the same work for the same pair, the same waits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.simulator.arrivals import Arrivals, draw_arrivals
from experiments.simulator.draws import Floats, Ints, lognormal, pick, stream
from experiments.simulator.params import (
    DAY_S,
    EVENING_S,
    HOUR_S,
    MORNING_S,
    HelpParams,
    WorldParams,
)
from experiments.simulator.population import (
    Customers,
    Orders,
    draw_customers,
    draw_orders,
    who_complains,
)
from experiments.simulator.roster import Roster, draw_roster

CONTACTS = 16
"""How often a customer's patience can run out on one ticket."""
SLOTS = 12
"""Free choices of words per text."""

SAFETY = 2
"""Position of `safety` among the four signals (public, regulator, safety, anger)."""


@dataclass(frozen=True, slots=True)
class Complaints:
    """(n,) what the desk gets to see of each ticket when it arrives. Times in seconds."""

    time: Ints
    category: Ints
    subcategory: Ints
    region: Ints
    channel: Ints
    customer: Ints
    priority: Ints
    due: Ints
    english: NDArray[np.bool_]
    signals: NDArray[np.bool_]  # (n, 4) threats and feelings, seen only through the text
    words: Ints  # (n, SLOTS)

    def __len__(self) -> int:
        return int(self.time.size)


@dataclass(frozen=True, slots=True)
class Latent:
    """(n,) what nobody at the desk can know in advance. Seconds, and uniform draws."""

    work: Ints
    first_share: Floats
    customer_wait: Ints
    party_wait: Ints  # (n, most parties of a category), 0 where a party is not asked
    contact_at: Ints  # (n, CONTACTS) moments at which patience runs out
    contact_voice: Floats  # (n, CONTACTS)
    contact_luck: Floats  # (n, CONTACTS)
    contact_aim: Floats  # (n, CONTACTS)
    reopen_luck: Floats
    reopen_after: Ints
    close_after: Ints
    chase_keeps: Floats  # (n, tries) share of the wait left that the customer still takes
    nudge_keeps: Floats  # (n, most parties of a category, tries) the same of a department


@dataclass(frozen=True, slots=True)
class World:
    """Parameters, people, complaints, and what is latent."""

    params: WorldParams
    seed: int
    customers: Customers
    orders: Orders
    roster: Roster
    complaints: Complaints
    latent: Latent


def make_world(params: WorldParams, seed: int) -> World:
    """Draw a world. The same parameters and seed make the same world."""
    customers = draw_customers(params, seed)
    arrivals = draw_arrivals(params, seed)
    rng = stream(seed, "tickets")
    complaints = _complaints(params, customers, arrivals, rng, stream(seed, "text"))
    return World(
        params=params,
        seed=seed,
        customers=customers,
        orders=draw_orders(params, customers, seed),
        roster=draw_roster(params, seed),
        complaints=complaints,
        latent=_latent(params, customers, complaints, rng, stream(seed, "help")),
    )


def _complaints(
    params: WorldParams,
    customers: Customers,
    arrivals: Arrivals,
    rng: np.random.Generator,
    text: np.random.Generator,
) -> Complaints:
    n = arrivals.time.size
    customer = who_complains(customers, arrivals.region, rng, len(params.regions))
    kinds = np.array([len(c.subcategories) for c in params.categories])[arrivals.category]
    subcategory = np.minimum((rng.random(n) ** 1.4 * kinds).astype(np.int64), kinds - 1)
    angry = np.where(customers.impatient[customer], 2.0, 0.8)
    signals = rng.random((n, 4)) < np.array(params.outcome.signal_shares) * angry[:, None]
    signals[:, SAFETY] |= _named(params, arrivals.category, subcategory, ("safety", "stolen"))
    urgent = signals[:, SAFETY] | (signals[:, 0] & (rng.random(n) < 0.5))
    slow = _named(params, arrivals.category, subcategory, ("app", "service"))
    promise = np.array([c.promise_hours for c in params.categories])[arrivals.category]
    promise = np.where(urgent, promise / 2, promise)
    promise = np.where(customers.level[customer] >= 2, 0.75 * promise, promise)
    return Complaints(
        time=arrivals.time,
        category=arrivals.category,
        subcategory=subcategory,
        region=arrivals.region,
        channel=pick(rng, [share for _, share in params.channels], n),
        customer=customer,
        priority=np.where(urgent, 1, np.where(slow, 3, 2)),
        due=arrivals.time + (promise * HOUR_S).astype(np.int64),
        english=customers.english[customer],
        signals=signals,
        words=text.integers(0, 2**31, (n, SLOTS)),
    )


def _named(
    params: WorldParams, category: Ints, subcategory: Ints, names: tuple[str, ...]
) -> NDArray[np.bool_]:
    most = max(len(c.subcategories) for c in params.categories)
    table = np.zeros((len(params.categories), most), bool)
    for i, kind in enumerate(params.categories):
        table[i, : len(kind.subcategories)] = [name in names for name in kind.subcategories]
    return np.asarray(table[category, subcategory])


def _latent(
    params: WorldParams,
    customers: Customers,
    seen: Complaints,
    rng: np.random.Generator,
    help_rng: np.random.Generator,
) -> Latent:
    n, kinds = len(seen), params.categories
    hard = rng.normal(0, 1, n)  # a hard case takes more work and more often needs others
    work = np.array([c.work_hours for c in kinds])[seen.category] * np.exp(0.45 * hard - 0.1)
    ask = np.array([c.customer_share for c in kinds])[seen.category] * (1 + 0.2 * hard)
    mean = np.array([c.customer_hours for c in kinds])[seen.category]
    wait = np.where(rng.random(n) < ask, lognormal(rng, mean, 0.8, n), 0)
    contact_at = _contacts(params, customers, seen, rng)
    return Latent(
        work=np.maximum(work * HOUR_S, 300).astype(np.int64),
        first_share=rng.uniform(0.25, 0.6, n),
        customer_wait=(wait * HOUR_S).astype(np.int64),
        party_wait=_parties(params, seen, hard, rng),
        contact_at=contact_at,
        contact_voice=rng.random((n, CONTACTS)),
        contact_luck=rng.random((n, CONTACTS)),
        contact_aim=rng.random((n, CONTACTS)),
        reopen_luck=rng.random(n),
        reopen_after=(rng.uniform(2, 40, n) * HOUR_S).astype(np.int64),
        close_after=(params.outcome.close_hours * rng.uniform(0.8, 1.2, n) * HOUR_S).astype(
            np.int64
        ),
        chase_keeps=_keeps(params.help, params.help.chase_moves, help_rng, (n,)),
        nudge_keeps=_keeps(params.help, params.help.nudge_moves, help_rng, (n, _most(params))),
    )


def _keeps(
    params: HelpParams, moves: float, rng: np.random.Generator, shape: tuple[int, ...]
) -> Floats:
    """(*shape, tries) the share of a wait that is left after each asking; 1 where none moves."""
    shape = (*shape, params.tries)
    moved = rng.random(shape) < moves
    return np.where(moved, rng.uniform(*params.keeps, shape), 1.0)


def _most(params: WorldParams) -> int:
    """The most departments that a category passes."""
    return max(len(c.parties) for c in params.categories)


def _parties(params: WorldParams, seen: Complaints, hard: Floats, rng: np.random.Generator) -> Ints:
    most, n = _most(params), len(seen)
    share, mean = np.zeros((2, len(params.categories), most))
    for i, kind in enumerate(params.categories):
        share[i, : len(kind.parties)] = [step.share for step in kind.parties]
        mean[i, : len(kind.parties)] = [step.mean_hours for step in kind.parties]
    needs = np.array([c.party_share for c in params.categories])[seen.category]
    asked = rng.random(n) < needs * (1 + 0.2 * hard)
    part = asked[:, None] & (rng.random((n, most)) < share[seen.category])
    hours = mean[seen.category] * rng.lognormal(-0.18, 0.6, (n, most))
    return np.where(part, np.maximum(hours, 0.25) * HOUR_S, 0).astype(np.int64)


def _contacts(
    params: WorldParams, customers: Customers, seen: Complaints, rng: np.random.Generator
) -> Ints:
    """Moments at which the customer would call again, moved from night to morning."""
    impatient = customers.impatient[seen.customer]
    who, shape = params.customers, (len(seen), CONTACTS)
    mean = np.where(impatient, who.patience_hours[1], who.patience_hours[0])
    gap = rng.exponential(1.0, shape) * mean[:, None] * HOUR_S
    at = seen.time[:, None] + np.cumsum(np.maximum(gap, 600), axis=1).astype(np.int64)
    day, second = at // DAY_S, at % DAY_S
    morning = MORNING_S + second % (2 * HOUR_S)
    at = np.where(second < MORNING_S, day * DAY_S + morning, at)
    at = np.where(second >= EVENING_S, (day + 1) * DAY_S + morning, at)
    return np.maximum.accumulate(at, axis=1)
