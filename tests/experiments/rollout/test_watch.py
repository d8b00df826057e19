"""A release from its logs: what the decision log says counts, delayed outcomes wait."""

import json
from datetime import UTC, timedelta

import numpy as np
import orjson
import pandas as pd
import pytest

from experiments.rollout.calendar import treated
from experiments.rollout.decisions import Decided, read_decisions
from experiments.rollout.design import Guardrail, Holdout, Team
from experiments.rollout.errors import RolloutError
from experiments.rollout.exposure import Calendar
from experiments.rollout.grid import Pairing
from experiments.rollout.report import watch_text
from experiments.rollout.watch import watch
from model.decision import Version
from serving.decisions.log import DecisionLog, Entry
from serving.store import Store
from tests.builders import at, log
from tests.experiments.rollout.releases import MIDNIGHT, NEW, OLD, days, release, tickets, until

CALENDAR = Calendar.of(release())


def fates(rate_old: float, rate_new: float, seed: int, number: int = 40) -> dict[int, list[bool]]:
    """Tickets of the 28 days, late with the chance of the variant that the day has."""
    rng = np.random.default_rng(seed)
    rate = np.where(CALENDAR.variant[0] == 1, rate_new, rate_old)
    return {day: (rng.random(number) < rate[day]).tolist() for day in range(28)}


def decisions(variant: np.ndarray, **changes: object) -> list[Decided]:
    """A refresh at one o'clock in the afternoon of each day, which places the tickets of noon."""
    return [
        Decided(
            as_of=MIDNIGHT + timedelta(days=day, hours=13),
            policy=NEW if new else OLD,
            degraded=bool(changes.get("degraded", False)) and bool(new),
            tickets=tuple(f"T{15 + 24 * day + 12:.0f}-{n}-" for n in range(3)),
        )
        for day, new in enumerate(variant)
    ]


def test_a_better_policy_is_shipped_and_the_change_is_what_was_put_in():
    found = watch(release(), days(fates(0.5, 0.1, 1), 30))
    last = found.looks[-1]
    assert last.verdict == "ship"
    assert last.metric.worse == pytest.approx(-0.4, abs=0.06)
    assert found.levels[0].control == pytest.approx(0.5, abs=0.05)
    assert found.levels[0].treatment == pytest.approx(0.1, abs=0.05)
    assert found.planned == 12  # of the two fortnights cut by a start on a Tuesday


def test_a_worse_policy_is_stopped_and_the_same_one_is_not():
    assert watch(release(), days(fates(0.1, 0.5, 2), 30)).looks[-1].verdict == "stop_harm"
    same = watch(release(), days(fates(0.3, 0.3, 3), 20)).looks[-1]
    assert same.verdict == "go_on"


def test_a_day_is_looked_at_only_when_its_follow_up_is_over():
    events = days(fates(0.5, 0.1, 1), 28)
    found = watch(release(), events[events["time"] <= pd.Timestamp(at(15 + 24 * 10))])
    assert max(look.look for look in found.looks) <= CALENDAR.first + 7
    assert found.counts.judged == 8 * 40
    assert found.counts.unripe == 2 * 40  # the log ends in the afternoon of the tenth day


def test_the_past_narrows_the_interval_and_is_no_part_of_the_release():
    rng = np.random.default_rng(4)
    weekday = np.array([0.1, 0.8, 0.2, 0.7, 0.1, 0.9, 0.3])
    both = {day: (rng.random(40) < weekday[day % 7]).tolist() for day in range(-56, 28)}
    during = {day: fate for day, fate in both.items() if day >= 0}
    with_past, without = (watch(release(), days(each, 30)) for each in (both, during))
    assert with_past.counts == without.counts
    one, two = (found.looks[-1].metric for found in (with_past, without))
    assert one.high - one.low < 0.7 * (two.high - two.low)


def test_the_log_says_which_variant_worked_not_the_plan():
    events = days(fates(0.5, 0.1, 1), 30)
    as_planned = watch(release(), events, decisions(CALENDAR.variant[0]))
    assert as_planned.looks[-1].why == watch(release(), events).looks[-1].why
    assert (as_planned.exposure.strayed, as_planned.exposure.turned) == (0, 0)
    turned = watch(release(), events, decisions(1 - CALENDAR.variant[0]))
    assert turned.exposure.turned == 28
    assert turned.looks[-1].metric.worse == pytest.approx(0.4, abs=0.06)


def test_days_of_both_variants_or_of_none_are_left_out_and_counted():
    events, made = days(fates(0.5, 0.1, 1), 30), decisions(CALENDAR.variant[0])
    other = Decided(made[0].as_of + timedelta(hours=1), Version("x", 9), False, ("T27-0-",))
    found = watch(release(), events, [*made[:5], *made[6:], other])
    assert found.exposure.strayed == 2
    assert found.looks[-1].metric.pairs <= found.planned - 1


def test_tickets_first_placed_by_the_other_variant_are_counted():
    made = decisions(CALENDAR.variant[0])
    day = int(np.flatnonzero(np.diff(CALENDAR.variant[0]))[0])
    strange = Decided(
        made[day + 1].as_of, made[day + 1].policy, False, (f"T{15 + 24 * day + 12}-7-",)
    )
    found = watch(release(), days(fates(0.5, 0.1, 1), 30), [*made, strange])
    assert found.exposure.crossed == 1


def test_a_release_that_degrades_the_service_is_stopped_by_that_guardrail():
    design = release(guardrails=(Guardrail("degraded", 0.05),))
    events = days(fates(0.3, 0.3, 1), 30)
    found = watch(design, events, decisions(CALENDAR.variant[0], degraded=True))
    assert found.looks[-1].verdict == "stop_harm"
    assert "degraded refreshes" in found.looks[-1].why.en
    with pytest.raises(RolloutError, match="needs decisions"):
        watch(design, events)


def test_the_holdout_is_told_beside_and_not_compared():
    design = release(holdout=Holdout(0.4, "h"))
    calendar = Calendar.of(design)
    assert calendar.held.any()
    held = {day: [bool(calendar.held[0, day])] * 10 for day in range(28)}
    found = watch(design, days(held, 30))
    assert found.levels[0].holdout == 1
    assert (found.levels[0].control, found.levels[0].treatment) == (0, 0)
    leaked = watch(design, days(held, 30), decisions(calendar.variant[0] | calendar.held[0]))
    assert leaked.exposure.leaked == calendar.held.sum()


def test_teams_have_coins_of_their_own():
    teams = (Team("n", "region", ("north",)), Team("e", "region", ("east",)))
    design = release(teams=teams)
    calendar = Calendar.of(design)
    pairing = Pairing.of(design.grid, calendar.first + np.arange(28))
    rows = []
    for team in teams:
        new = treated(design, team.name, pairing)
        for day in range(28):
            hour = 15 + 24 * day + 12
            rows += tickets(hour, [not new[day]] * 5, region=team.values[0])
    found = watch(design, log(*rows, until(15 + 24 * 30)))
    assert found.looks[-1].verdict == "ship"
    assert found.looks[-1].metric.worse == -1
    assert found.planned == 24


def test_before_a_pair_was_followed_there_is_nothing_to_watch():
    with pytest.raises(RolloutError, match="no pair of blocks"):
        watch(release(), days({0: [True]}, 1))


def test_a_release_too_short_for_its_blocks_is_refused():
    with pytest.raises(RolloutError, match="no block of 168 h lies within its 7 days"):
        Calendar.of(release(block_hours=168, days=7))  # from Tuesday to Tuesday


def test_the_page_says_what_follows_and_what_was_left_out():
    text = watch_text(
        watch(release(), days(fates(0.5, 0.1, 1), 30), decisions(CALENDAR.variant[0]))
    )
    assert "gold first: ship it – late tickets changed by -" in text
    assert "gold first：可以全量。" in text
    assert "0 decided by both or neither" in text
    assert "as planned" in watch_text(watch(release(), days(fates(0.5, 0.1, 1), 30)))


ANSWER = {
    "as_of": "2026-03-03T13:00:00+08:00",
    "degraded": ["optimiser"],
    "assignments": [{"ticket_id": "T1"}, {"ticket_id": "T2"}],
}
READ = Decided(at(28), NEW, True, ("T1", "T2"))


def test_decisions_are_read_from_the_store_that_the_service_writes(tmp_path):
    url = f"sqlite:///{tmp_path / 'fendan.db'}"
    book = DecisionLog(Store.open(url))
    for number, hours in enumerate((28, 900)):
        answer = {**ANSWER, "as_of": at(hours).isoformat()}
        book.append(
            Entry(
                refresh_id=f"r{number}",
                created_at=at(hours).astimezone(UTC),
                policy=NEW,
                model=Version("fendan-risk", 4),
                timings_ms={},
                body=b'{"tickets":[]}',
                answer=orjson.dumps(answer),
            )
        )
    book.close()
    found = read_decisions(url, MIDNIGHT, MIDNIGHT + timedelta(days=28))
    assert found == [READ]


def test_decisions_are_read_from_what_the_service_answers(tmp_path):
    record = {"policy": {"name": "default", "version": 2}, "answer": ANSWER}
    path = tmp_path / "decisions.ndjson"
    path.write_text(json.dumps(record) + "\n", "utf-8")
    until_then = MIDNIGHT + timedelta(days=1)
    assert read_decisions(str(path), MIDNIGHT, until_then) == [READ]
    path.write_text(json.dumps(record) + "\n{}\n", "utf-8")
    with pytest.raises(RolloutError, match="line 2"):
        read_decisions(str(path), MIDNIGHT, until_then)
    with pytest.raises(RolloutError, match="cannot be read"):
        read_decisions(str(tmp_path / "none"), MIDNIGHT, until_then)
