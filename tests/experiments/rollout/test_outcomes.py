import numpy as np
import pandas as pd
import pytest

from experiments.rollout.design import Team
from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid
from experiments.rollout.metrics import METRICS
from experiments.rollout.outcomes import Counts, Desk
from experiments.rollout.tickets import Tickets, tickets_of
from experiments.rollout.units import Profile, Units, pairs_of
from tests.builders import assigned, created, event, log, resolved, us
from tests.experiments.rollout.releases import days, tickets, until

DAYS = Grid(24, 0.0, 8 * 3_600_000_000)


def seen(events: pd.DataFrame, metric: str, **options: object) -> dict[str, float | None]:
    """Each ticket's value, None where it is censored; followed for ten hours."""
    found = tickets_of(events, DAYS, 10.0, **options)  # type: ignore[arg-type]
    measured = METRICS[metric].measure(found)
    return {
        name: value if known else None
        for name, value, known in zip(
            found.labels.ticket_id, measured.value, measured.known, strict=True
        )
    }


def test_a_ticket_is_judged_by_its_promise_if_it_falls_due_before_its_block_is_judged():
    events = log(
        created(1, "kept", due_at=5),
        resolved(3, "kept"),
        created(1, "late", due_at=5),
        resolved(6, "late"),
        created(1, "open", due_at=25),  # judged at 15 + 10
        created(1, "early, but due too late", due_at=26),
        resolved(2, "early, but due too late"),
        created(1, "word", sla_met=None),
        resolved(4, "word", sla_met=False),
        created(1, "never promised"),
        until(99),
    )
    assert seen(events, "late") == {
        "kept": 0, "late": 1, "open": 1, "early, but due too late": None,
        "word": 1, "never promised": None,
    }  # fmt: skip


def test_a_late_ticket_costs_what_its_customer_brought_in_the_last_90_days():
    rows = [
        event(-24 * 90, "customer.margin", customer_id="C1", amount=1000.0),  # 90 days and an hour
        event(-24 * 90 + 2, "customer.margin", customer_id="C1", amount=10.0),
        event(0, "customer.margin", customer_id="C1", amount=5.0),
        event(0, "customer.margin", customer_id="C2", amount=-7.0),
        event(3, "customer.margin", customer_id="C1", amount=500.0),  # after the complaint
    ]
    for name, customer in (("a", "C1"), ("b", "C2"), ("c", "C3"), ("d", None)):
        rows += [created(1, name, due_at=2, customer_id=customer), resolved(4, name)]
    assert seen(log(*rows, until(99)), "late_value") == {"a": 15, "b": 0, "c": 0, "d": 0}


def test_owners_count_when_they_change_and_only_while_the_ticket_is_followed():
    events = log(
        created(1, "a"),
        assigned(2, "a", "A"),
        assigned(3, "a", "A"),
        assigned(4, "a", "B"),
        assigned(10, "a", "A"),
        assigned(12, "a", "B"),
        created(1, "b"),
        assigned(2, "b", "B"),
        created(1, "c"),
        until(99),
    )
    assert seen(events, "hand_overs") == {"a": 2, "b": 0, "c": 0}


def test_escalations_and_solutions_count_within_the_follow_up():
    events = log(
        created(1, "a"),
        event(11, "ticket.escalated", ticket_id="a"),
        resolved(11, "a"),
        created(1, "b"),
        event(12, "ticket.escalated", ticket_id="b"),
        resolved(9, "b"),
        event(10, "ticket.reopened", ticket_id="b"),
        created(95, "not followed to the end"),
        until(99),
    )
    late = {"not followed to the end": None}
    assert seen(events, "escalated") == {"a": 1, "b": 0, **late}
    assert seen(events, "resolved") == {"a": 1, "b": 0, **late}


def test_slow_is_what_nine_in_ten_were_quicker_than_before_the_release():
    rows = []
    for number in range(11):
        rows += [created(0, f"past {number:02d}"), resolved(number / 2, f"past {number:02d}")]
    for name, took in (("quick", 4.4), ("slow", 4.6)):
        rows += [created(30, name), resolved(30 + took, name)]
    found = seen(log(*rows, until(99)), "slow", past_us=us(30))
    assert (found["quick"], found["slow"]) == (0, 1)
    assert sum(value or 0 for value in found.values()) == 2  # and the slowest of the past


def test_units_are_teams_in_blocks_and_who_is_left_out_is_counted():
    grid = Grid(24, 2.0, 8 * 3_600_000_000)
    rows = [
        *tickets(15 + 12, [True, False, False], region="north"),
        *tickets(15 + 1, [True], region="north"),  # in the wash-out
        *tickets(15 + 12, [True], region="east"),
        *tickets(15 + 12, [True], region="mars"),
        *tickets(15 + 36, [True], region="north"),  # its block is followed until 15 + 58
        created(15 + 12, "far", due_at=500, region="north"),
    ]
    found = tickets_of(log(*rows, until(15 + 57)), grid, 10.0)
    teams = (Team("n", "region", ("north",)), Team("e", "region", ("east",)))
    desk = Desk.of(found, grid, teams)
    units = desk.units("late")
    assert units.team.tolist() == [0, 1]
    assert (units.cases.tolist(), units.total.tolist()) == ([3, 1], [1, 1])
    everywhere = np.ones(len(found), dtype=bool)
    assert desk.counts("late", everywhere) == Counts(judged=4, washed=1, unripe=1, censored=1)
    with pytest.raises(RolloutError, match="no metric of tickets"):
        desk.units("degraded")


def test_what_happens_after_a_block_was_judged_changes_none_of_its_units():
    fates = {day: [day % 2 == 0, True, False] for day in range(6)}
    early, later = days(fates, 6), days({**fates, 8: [True]}, 12)
    one, two = (Desk.of(tickets_of(each, DAYS, 10.0), DAYS, ()) for each in (early, later))
    for metric in ("late", "late_value", "escalated", "hand_overs", "resolved"):
        before, after = one.units(metric), two.units(metric)
        known = np.isin(after.block, before.block)
        assert after.take(known).total.tolist() == before.total.tolist()
        assert after.take(known).cases.tolist() == before.cases.tolist()


def test_a_pair_weighs_as_its_smaller_unit_lets_it():
    units = Units(
        team=np.zeros(3, int), block=np.array([0, 1, 3]), cases=np.array([2, 6, 9]),
        total=np.array([1.0, 1.5, 9.0]), squares=np.array([1.0, 1.5, 9.0]),
    )  # fmt: skip
    profile = Profile(np.zeros((1, 7)))
    pairs = pairs_of(units, DAYS, profile)  # block 2 is missing
    assert (pairs.difference.tolist(), pairs.weight.tolist()) == ([-0.25], [3.0])


def test_what_is_usual_at_an_hour_of_the_week_is_taken_off():
    weeks = 60
    block = np.arange(14 * weeks)
    usual = np.where(block % 7 < 5, 0.5, 0.1)
    units = Units(np.zeros(block.size, int), block, np.full(block.size, 100), 100 * usual, usual)
    profile = Profile.of(units, DAYS, 1)
    assert abs(profile.excess(units, DAYS)).max() < 0.01
    assert abs(pairs_of(units, DAYS, profile).difference).max() < 0.01


def test_a_desk_without_a_past_is_compared_with_nothing():
    none = Units(*(np.zeros(0, int),) * 3, np.zeros(0), np.zeros(0))
    assert Profile.of(none, DAYS, 2).usual.tolist() == [[0.0] * 7] * 2


def test_the_columns_of_tickets_stand_in_the_order_of_the_labels():
    events = log(created(2, "b", region="east"), created(1, "a", region="north"), until(9))
    found: Tickets = tickets_of(events, DAYS, 1.0)
    assert found.labels.ticket_id.tolist() == ["a", "b"]
    assert found.first["region"].tolist() == ["north", "east"]
