from dataclasses import replace

import pytest

from experiments.contender import Contender, contender
from experiments.play import PlayParams, play
from experiments.simulator import FIELD_DESK, LiveDesk
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.run import SAMPLE_SEED
from features.errors import PolicyError
from model.desk import ServedDesk
from model.spent import NAMES
from tests.model.desks import plain
from tests.model.tiny_bundle import tiny_bundle

FORTNIGHT = replace(FIELD_DESK, days=14, customers=replace(FIELD_DESK.customers, count=600))
A_DAY = PlayParams(days=1, every_minutes=240, append_hours=12, settle_days=0)


def desk(**changed):
    return LiveDesk(SAMPLE_SEED, params=FORTNIGHT, begin=7 * DAY_S + 10 * HOUR_S, **changed)


def served(name="default"):
    return ServedDesk.of(tiny_bundle()[0], contender(name).policy)


class Watched:
    """A policy that keeps what it was asked, and decides as another does."""

    def __init__(self, name="default"):
        self.decide, self.asked, self.spent = contender(name).decide, [], []

    def __call__(self, desk, snapshot, options, seed, /, spent=None):
        self.asked.append(snapshot)
        self.spent.append(spent)
        return self.decide(desk, snapshot, options, seed, spent=spent)


def test_a_day_is_played_with_the_desk_that_is_served():
    at_work = desk()
    begun = at_work.snapshot().as_of
    found = play(at_work, contender("default"), served(), A_DAY)
    assert found.ticket_ids.size > 0
    assert found.refreshes == 6
    new = [ticket for ticket in at_work.snapshot().tickets if ticket.created_at > begun]
    assert any(ticket.agent_id for ticket in new)  # nobody but the plan gives them to somebody


def test_the_matrix_decides_where_nobody_else_does():
    found = play(desk(keep_matrix=True), contender("matrix"), served(), A_DAY)
    assert (found.refreshes, dict(found.deeds)) == (0, {})
    assert (found.owners > 0).any()


def test_who_plays_remembers_what_was_done():
    watched = Watched()
    play(desk(), Contender("watched", watched, plain()), served(), A_DAY)
    assert not watched.spent[0].today
    assert any(spent.today for spent in watched.spent)


def test_a_stale_contender_decides_on_what_was_sent_before():
    watched = Watched()
    at_work = desk()
    begun = at_work.snapshot().as_of
    who = Contender("stale", watched, plain(), stale=2)
    assert play(at_work, who, served(), A_DAY).refreshes == 4
    assert watched.asked[0].as_of == begun


def test_what_a_contender_is_sent_can_be_changed():
    watched = Watched("least_loaded")
    who = Contender(
        "half blind", watched, plain(), seen=lambda sent: replace(sent, tickets=sent.tickets[:3])
    )
    play(desk(), who, served(), A_DAY)
    assert {len(snapshot.tickets) for snapshot in watched.asked} == {3}


def test_desks_as_they_are_chase_nobody():
    for name in ("matrix", "default"):
        assert any(contender(name).policy.actions.named(each).per_day for each in NAMES)
    assert not any(contender("round_robin").policy.actions.named(each).per_day for each in NAMES)


def test_an_unknown_policy_is_refused_with_those_there_are():
    with pytest.raises(PolicyError, match="four_dimensions_greedy"):
        contender("no such thing")


def test_one_refresh_late_a_move_that_has_not_arrived_is_not_made_again():
    late = Contender("late", contender("default").decide, contender("default").policy, stale=1)
    params = replace(A_DAY, every_minutes=15)
    found = play(desk(), late, served(), params)
    assert found.owners[found.owners > 0].mean() < 3
