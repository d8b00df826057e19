import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from features.errors import ModelError
from features.snapshot import Party, Window
from model import in_time, plan
from model.dispatch import Options, refresh, score
from model.policy import Prices
from model.policy_alerts import Alerts, Target
from model.policy_reader import default
from model.spent import Spent
from tests.model.alert_tables import table_of
from tests.model.desks import (
    HOUR,
    NOW,
    FakeDesk,
    StoppedClock,
    agent,
    placed,
    plain,
    snapshot,
    ticket,
)

GOLDEN = Path(__file__).parent / "golden"
ON_SHIFT = (Window(NOW - HOUR, NOW + HOUR),)
OFF_SHIFT = (Window(NOW + HOUR, NOW + 2 * HOUR),)


def test_each_ticket_goes_where_it_is_safest_together():
    desk = FakeDesk(risk={("x", "A"): 0.1, ("x", "B"): 0.2, ("y", "A"): 0.2, ("y", "B"): 0.9})
    found = refresh(desk, snapshot([ticket("x"), ticket("y")],
                                   [agent("A", capacity=1), agent("B", capacity=1)]))  # fmt: skip
    assert placed(found) == {"x": ("assign", "B"), "y": ("assign", "A")}
    assert found.queues == {"A": ("y",), "B": ("x",)}
    assert found.summary.expected_timeouts == pytest.approx(0.4)
    assert found.summary.expected_timeouts_if_kept == pytest.approx(1.0)
    assert (found.summary.open, found.summary.assigned, found.summary.reassigned) == (2, 2, 0)


def test_a_ticket_that_waits_changes_hands_when_that_saves_more_than_it_costs():
    desk = FakeDesk(plain(hand_over=0.1), kept={"x": 0.5}, risk={("x", "B"): 0.3})
    one = snapshot([ticket("x", agent_id="A")], [agent("A"), agent("B")])
    assert placed(refresh(desk, one)) == {"x": ("reassign", "B")}
    assert refresh(desk, one).assignments[0].previous_agent_id == "A"
    assert placed(refresh(desk.under(plain(hand_over=0.3)), one)) == {"x": ("keep", "A")}


def test_a_started_ticket_needs_a_greater_saving():
    policy = plain(hand_over=0.1, hand_over_started=0.3)
    desk = FakeDesk(policy, kept={"x": 0.5}, risk={("x", "B"): 0.3})
    one = snapshot([ticket("x", agent_id="A", state="in_progress")], [agent("A"), agent("B")])
    assert placed(refresh(desk, one)) == {"x": ("keep", "A")}


def test_kept_with_its_owner_a_ticket_has_the_risk_of_being_kept():
    desk = FakeDesk(kept={"x": 0.25}, risk={("x", "A"): 0.9})
    (kept,) = refresh(desk, snapshot([ticket("x", agent_id="A")], [agent("A")])).assignments
    assert kept.risk.timeout == kept.risk.timeout_if_kept == 0.25
    assert kept.candidates[0].timeout == 0.25


@pytest.mark.parametrize("away", [{"status": "offline"}, {"availability": OFF_SHIFT}])
def test_tickets_of_an_absent_owner_wait_if_started_or_pinned_and_else_are_pulled_back(away):
    tickets = [
        ticket("fresh", agent_id="A"),
        ticket("parked", agent_id="A", state="waiting_customer"),
        ticket("pin", agent_id="A", pinned=True),
    ]
    desk = FakeDesk(plain(hand_over_started=0.1))
    found = refresh(desk, snapshot(tickets, [agent("A", **away), agent("B")]))
    assert placed(found) == {
        "fresh": ("reassign", "B"),
        "parked": ("hold", "A"),
        "pin": ("hold", "A"),
    }
    assert set(found.queues["A"]) == {"parked", "pin"}


@pytest.mark.parametrize(
    "known",
    [
        {"excluded_agents": ("A",)},
        {"category": "quality"},
        {"language": "en"},
        {"text": "手机充电时起火了"},
    ],
)
def test_even_a_started_ticket_leaves_an_owner_whom_a_lasting_rule_rules_out(known):
    owner = agent("A", skills=("logistics",), languages=("zh",), tier=1)
    for one in (owner, replace(owner, status="away")):
        tickets = [ticket("x", agent_id="A", state="in_progress", **known)]
        assert placed(refresh(FakeDesk(), snapshot(tickets, [one, agent("B")]))) == {
            "x": ("reassign", "B")
        }
        (left,) = refresh(FakeDesk(), snapshot(tickets, [one])).unassigned
        assert left.previous_agent_id == "A"


def test_a_pin_on_an_owner_who_is_ruled_out_leaves_the_ticket_with_nobody():
    one = ticket("x", agent_id="A", pinned=True, excluded_agents=("A",))
    (left,) = refresh(FakeDesk(), snapshot([one], [agent("A"), agent("B")])).unassigned
    assert left.code == "no_eligible_agent"
    assert left.blocked == {"excluded": 1, "pinned": 1}


@pytest.mark.parametrize("deadline", [2000, 0])
def test_of_an_overfull_owner_started_and_pinned_tickets_stay_first(deadline):
    tickets = [
        ticket("a", agent_id="A"),
        ticket("b", agent_id="A", state="in_progress"),
        ticket("c", agent_id="A", pinned=True),
    ]
    desk = FakeDesk(value={"a": 1.0}, kept={"a": 0.9})
    options = Options(deadline_ms=deadline)
    found = refresh(desk, snapshot(tickets, [agent("A", capacity=2)]), options)
    assert placed(found) == {"b": ("keep", "A"), "c": ("keep", "A")}
    assert found.unassigned[0].blocked == {"at_capacity": 1}


def test_the_excess_that_waits_for_an_absent_owner_moves_to_another():
    tickets = [ticket(n, agent_id="A", state="paused") for n in "abc"]
    found = refresh(FakeDesk(), snapshot(tickets, [agent("A", capacity=2, status="away"),
                                                   agent("B")]))  # fmt: skip
    actions = sorted(action for action, _ in placed(found).values())
    assert actions == ["hold", "hold", "reassign"]


def test_an_owner_who_is_away_is_no_candidate_for_a_ticket_that_moves_on():
    tickets = [ticket(n, agent_id="A", state="paused") for n in "abc"]
    people = [agent("A", capacity=2, status="away"), agent("B"), agent("C", status="busy")]
    for each in refresh(FakeDesk(), snapshot(tickets, people)).assignments:
        others = [one.agent_id for one in each.candidates if one.agent_id != each.agent_id]
        assert "A" not in others
        assert each.candidates[0].agent_id == each.agent_id


def test_the_excess_of_an_absent_owner_goes_before_tickets_that_nobody_began():
    tickets = [ticket(n, agent_id="A", state="paused") for n in "ab"] + [ticket("new")]
    desk = FakeDesk(value={"new": 1.0})
    people = [agent("A", capacity=1, status="away"), agent("B", capacity=1)]
    assert [each.ticket_id for each in refresh(desk, snapshot(tickets, people)).unassigned] == [
        "new"
    ]


def test_tickets_outside_the_request_take_places_too():
    busy = agent("A", capacity=2, queue=("elsewhere", "x"))
    found = refresh(FakeDesk(), snapshot([ticket("x"), ticket("y")], [busy]))
    assert len(found.assignments) == len(found.unassigned) == 1


def test_a_started_ticket_whose_owner_left_the_desk_goes_to_another():
    one = ticket("x", agent_id="gone", state="in_progress")
    found = refresh(FakeDesk(), snapshot([one], [agent("B")]))
    assert placed(found) == {"x": ("reassign", "B")}
    assert found.assignments[0].previous_agent_id == "gone"


def test_when_places_are_few_the_most_at_stake_is_placed():
    desk = FakeDesk(value={"b": 1.0})
    found = refresh(desk, snapshot([ticket("a"), ticket("b")], [agent("A", capacity=1)]))
    assert placed(found) == {"b": ("assign", "A")}


def test_a_plan_may_be_dearer_than_waiting_and_says_so():
    desk = FakeDesk(plain(unplaced=0), risk={("x", "A"): 0.9})
    (left,) = refresh(desk, snapshot([ticket("x")], [agent("A")])).unassigned
    assert (left.code, left.blocked) == ("dearer_than_waiting", {})


def test_by_four_dimensions_the_best_score_wins_whatever_the_risk():
    policy = replace(plain(), objective="four_dimensions")
    desk = FakeDesk(policy, value={"x": 1.0}, risk={("x", "A"): 0.9}, skill={("x", "A"): 1.0})
    (one,) = refresh(desk, snapshot([ticket("x")], [agent("A"), agent("B")])).assignments
    assert (one.agent_id, one.risk.timeout) == ("A", 0.9)
    assert one.score == pytest.approx((1.0 * 0.5 * 1.0 * 0.5) ** 0.25)


def test_the_chosen_candidate_comes_first_and_then_the_best_scores():
    desk = FakeDesk(
        risk={("x", "C"): 0.1},
        skill={("x", "A"): 0.2, ("x", "B"): 0.9, ("x", "C"): 0.3, ("x", "D"): 0.8},
    )
    people = [agent(name) for name in "ABCD"]
    (one,) = refresh(desk, snapshot([ticket("x")], people)).assignments
    assert [each.agent_id for each in one.candidates] == ["C", "B", "D"]
    (none,) = refresh(desk, snapshot([ticket("x")], people), Options(top_k=0)).assignments
    assert none.candidates == ()


@pytest.mark.parametrize("objective", ["expected_loss", "four_dimensions"])
@pytest.mark.parametrize("top_k", [3, 12, 30])
def test_as_many_candidates_are_told_as_asked_for_and_they_are_the_best(
    objective, top_k, monkeypatch
):
    monkeypatch.setattr(plan, "AT_ONCE", 0)
    skill = {("x", f"A{j:02d}"): (j + 1) / 50 for j in range(40)}
    people = [agent(f"A{j:02d}") for j in range(40)]
    desk = FakeDesk(replace(plain(), objective=objective, candidates_per_ticket=4), skill=skill)
    best = {f"A{j:02d}" for j in range(40 - top_k, 40)}
    (told,) = score(desk, snapshot([ticket("x")], people), Options(top_k=top_k)).tickets
    assert [one.agent_id for one in told.candidates] == sorted(best, reverse=True)
    (one,) = refresh(desk, snapshot([ticket("x")], people), Options(top_k=top_k)).assignments
    others = [each.agent_id for each in one.candidates if each.agent_id != one.agent_id]
    assert len(one.candidates) == top_k
    assert set(others) <= best


def test_no_ticket_waits_while_somebody_off_its_shortlist_has_a_place(monkeypatch):
    monkeypatch.setattr(plan, "AT_ONCE", 0)
    policy = replace(plain(), candidates_per_ticket=2)
    people = [agent(f"A{j:02d}", capacity=1) for j in range(40)]
    desk = FakeDesk(policy, skill={(f"T{i:02d}", "A00"): 1.0 for i in range(40)})
    found = refresh(desk, snapshot([ticket(f"T{i:02d}") for i in range(40)], people))
    assert len(found.assignments) == 40
    for objective in ("four_dimensions", "expected_loss"):
        other = desk.under(replace(policy, objective=objective))
        assert (
            refresh(other, snapshot([ticket(f"T{i}") for i in range(40)], people)).unassigned == ()
        )


def test_a_small_desk_is_planned_over_every_pair():
    people = [agent(f"A{j:03d}") for j in range(50)]
    desk = FakeDesk(default())
    figures = refresh(desk, snapshot([ticket("x"), ticket("y")], people)).summary.plan
    assert sum(desk.pairs_asked) == 2 * (50 + 1)  # all pairs, and the ETA of the chosen
    assert figures.bound == figures.cost


def test_a_model_asked_about_a_large_desk_is_asked_about_the_shortlist_alone(monkeypatch):
    monkeypatch.setattr(plan, "AT_ONCE", 500 * 16)
    people = [agent(f"A{j:03d}") for j in range(200)]
    tickets = [ticket(f"T{i:04d}") for i in range(500)]
    desk = FakeDesk(default())
    assert len(refresh(desk, snapshot(tickets, people)).assignments) == 500
    assert sum(desk.pairs_asked) <= 500 * (16 + 1)  # candidates, and the ETA of the chosen
    lean = desk.under(replace(default(), objective="four_dimensions"))
    lean.pairs_asked.clear()
    refresh(lean, snapshot(tickets, people), Options(top_k=3))
    assert sum(lean.pairs_asked) <= 500 * (3 + 1)


def test_what_the_caller_left_out_is_planned_with_as_the_history_knows_it():
    def known(clean):
        return replace(
            clean,
            tickets=tuple(replace(t, agent_id="A") for t in clean.tickets),
            agents=tuple(replace(a, capacity=1) for a in clean.agents),
        )

    tickets = [ticket("x", state="in_progress"), ticket("y")]
    found = refresh(FakeDesk(on_complete=known), snapshot(tickets, [agent("A")]))
    assert placed(found) == {"x": ("keep", "A")}
    assert found.unassigned[0].previous_agent_id == "A"


def test_an_empty_desk_has_an_empty_answer():
    assert refresh(FakeDesk(), snapshot()).assignments == ()
    assert refresh(FakeDesk(), snapshot([], [agent("A")])).queues == {}
    (left,) = refresh(FakeDesk(), snapshot([ticket("x")])).unassigned
    assert (left.code, left.blocked) == ("no_eligible_agent", {})


def test_rejected_tickets_and_agents_faults_are_told_and_the_rest_planned():
    bad = ticket("bad", due_at=NOW - 48 * HOUR)
    found = refresh(FakeDesk(), snapshot([bad, ticket("x")], [agent("A"), agent("A")]))
    assert [each.pointer for each in found.rejected] == ["/tickets/0/due_at"]
    assert [each.code for each in found.agent_faults] == ["duplicate_agent_id"]
    assert placed(found) == {"x": ("assign", "A")}


def test_reasons_are_given_when_asked_for():
    one = snapshot([ticket("x")], [agent("A")])
    assert refresh(FakeDesk(), one).assignments[0].reasons[0].term == "contacts_72h"
    assert refresh(FakeDesk(), one, Options(explain=False)).assignments[0].reasons == ()


# The deadline ladder.


def _late_desk(seconds_per_call, clock):
    desk = FakeDesk(skill={("x", "A"): 0.9, ("x", "B"): 0.1}, risk={("x", "A"): 0.9})
    desk.on_pairs = lambda: clock.pass_by(seconds_per_call)
    return desk


TWO = snapshot([ticket("x"), ticket("y")], [agent("A"), agent("B")])


def test_with_time_enough_nothing_gives_way():
    clock = StoppedClock()
    found = refresh(_late_desk(0.1, clock), TWO, clock=clock)
    assert found.degraded == ()
    assert placed(found)["x"] == ("assign", "B")


def test_a_late_assessment_leaves_the_pairs_to_skill():
    clock = StoppedClock()
    desk = _late_desk(0, clock)
    assess = desk.assess
    desk.assess = lambda clean: clock.pass_by(1.3) or assess(clean)
    found = refresh(desk, TWO, Options(deadline_ms=2000), clock)
    assert found.degraded == ("risk_model",)
    assert desk.pairs_asked == []
    assert placed(found)["x"] == ("assign", "A")  # by skill; the model would have said B
    assert found.assignments[0].risk.timeout < 0.5 < 0.6


def test_very_late_the_plan_is_greedy_and_past_the_deadline_unexplained():
    clock = StoppedClock()
    desk = _late_desk(0, clock)
    assess = desk.assess
    desk.assess = lambda clean: clock.pass_by(1.95) or assess(clean)
    found = refresh(desk, TWO, Options(deadline_ms=2000), clock)
    assert found.degraded == ("risk_model", "optimiser")
    assert len(found.assignments) == 2
    assert all(each.reasons == () for each in found.assignments)


def test_pairs_that_would_take_too_long_are_given_up_early(monkeypatch):
    monkeypatch.setattr("model.pairs.CHUNK", 2)
    clock = StoppedClock()
    desk = _late_desk(0.4, clock)
    many = snapshot([ticket(f"T{i}") for i in range(10)], [agent("A"), agent("B")])
    found = refresh(desk, many, Options(deadline_ms=2000), clock)
    assert "risk_model" in found.degraded
    assert desk.pairs_asked == [2]  # one chunk told that ten would not be done in time


def test_no_time_at_all_still_gets_a_plan():
    found = refresh(FakeDesk(), TWO, Options(deadline_ms=0))
    assert len(found.assignments) == 2
    assert found.degraded == ("risk_model", "optimiser")


def test_reasons_stop_at_the_deadline_after_the_dearest(monkeypatch):
    monkeypatch.setattr(in_time, "EXPLAINED_AT_ONCE", 1)
    clock = StoppedClock()
    desk = FakeDesk(kept={"x": 0.2, "y": 0.9}, risk={("y", "A"): 0.8, ("y", "B"): 0.8})
    desk.on_reasons = lambda: clock.pass_by(1.9)
    found = refresh(desk, TWO, clock=clock)
    assert [len(each.reasons) for each in found.assignments] == [0, 1]
    assert found.degraded == ("risk_model",)


def test_a_model_that_refuses_gives_way_and_the_desk_goes_on():
    def refuse():
        raise ModelError("broken")

    desk = FakeDesk(on_pairs=refuse, on_reasons=refuse)
    found = refresh(desk, TWO)
    assert len(found.assignments) == 2
    assert found.degraded == ("risk_model",)


class Dumb(FakeDesk):
    """A desk whose model does not even say how tickets stand as they are."""

    def assess(self, clean):
        known = super().assess(clean)

        def refuse():
            raise ModelError("no")

        known.as_is = refuse
        return known


def test_where_the_model_says_nothing_at_all_urgency_stands_in():
    desk = Dumb(urgency={"x": 0.9, "y": 0.2}, skill={("x", "A"): 0.9, ("x", "B"): 0.4})
    found = refresh(desk, TWO)
    assert found.degraded == ("risk_model",)
    assert placed(found)["x"] == ("assign", "A")
    kept = {each.ticket_id: each.risk.timeout_if_kept for each in found.assignments}
    assert kept == {"x": 0.9, "y": 0.2}
    assert score(desk, TWO).degraded == ("risk_model",)


def test_a_risk_that_is_no_number_makes_the_model_give_way():
    found = refresh(FakeDesk(risk={("x", "A"): float("nan")}), TWO)
    assert found.degraded == ("risk_model",)
    assert all(0 <= each.risk.timeout <= 1 for each in found.assignments)


def test_an_optimiser_that_fails_is_replaced_by_the_greedy_plan():
    # a price beyond what a policy may say, so that the integer costs overflow
    prices = Prices()
    object.__setattr__(prices, "unplaced", 4e12)
    found = refresh(FakeDesk(replace(plain(), prices=prices)), TWO)
    assert found.degraded == ("optimiser",)
    assert len(found.assignments) == 2


# Scoring without a plan.


def test_a_score_sheet_says_how_tickets_are_as_they_stand():
    desk = FakeDesk(kept={"x": 0.6}, value={"x": 0.7}, skill={("x", "A"): 0.9})
    one = snapshot([ticket("x", agent_id="A"), ticket("y")], [agent("A", capacity=0), agent("B")])
    sheet = score(desk, one)
    x, y = sheet.tickets
    assert (x.risk.timeout, x.risk.timeout_if_kept, x.alert) == (0.6, 0.6, "warn")
    assert (x.scores.value, x.scores.skill, y.scores.skill) == (0.7, 0.9, None)
    assert [each.agent_id for each in x.candidates] == ["A", "B"]
    assert x.reasons[0].term == "contacts_72h"


def test_an_alert_goes_by_what_the_model_learned_where_the_policy_sets_a_target():
    table = table_of((0, 0, [2000, 2000, 2000], [1200, 1500, 1900]), categories=("quality",))
    alerts = Alerts(0.1, 0.15, Target(precision=0.55, otherwise=0.9))
    one = snapshot([ticket("x", category="quality"), ticket("y", category="new")])
    desk = FakeDesk(replace(plain(), alerts=alerts), kept={"x": 0.25, "y": 0.25})
    assert [t.alert for t in score(desk, one).tickets] == ["warn", "warn"]
    assert [t.alert for t in score(replace(desk, alert_table=table), one).tickets] == [
        "red",
        "warn",
    ]


def test_without_agents_tickets_are_scored_without_candidates():
    sheet = score(FakeDesk(), snapshot([ticket("x"), ticket("x")]))
    assert [each.candidates for each in sheet.tickets] == [()]
    assert [each.code for each in sheet.rejected] == ["duplicate_ticket_id"]


# The golden decision: what the shipped policy makes of a small desk, word for word.


def small_desk():
    tickets = [
        ticket("T1", agent_id="A1", due_at=NOW + 2 * HOUR, customer_id="C9", language="zh"),
        ticket("T2", agent_id="A1", state="waiting_customer", state_since=NOW - 20 * HOUR),
        ticket("T3", agent_id="A2", state="internal_collaboration", category="quality",
               parties=(Party("qc", NOW - 3 * HOUR), Party("supplier"))),
        ticket("T4", category="invoice", due_at=NOW - HOUR),
        ticket("T5", text="手机充电时起火，再不处理我就找媒体曝光", due_at=NOW + HOUR),
        ticket("T6", due_at=NOW - 48 * HOUR),
        ticket("T7", category="refund", agent_id="A2", pinned=True),
        ticket("T8", agent_id="A3", state="in_progress", excluded_agents=("A3",)),
    ]  # fmt: skip
    agents = [
        agent("A1", tier=1, skills=("logistics", "invoice"), languages=("zh",), capacity=2,
              availability=ON_SHIFT, queue=("T1", "T2")),
        agent("A2", tier=1, status="away", capacity=3, queue=("T3", "T7")),
        agent("A3", tier=1, skills=("logistics",), capacity=4, queue=("T8",), working_on="T8"),
    ]  # fmt: skip
    return snapshot(tickets, agents)


def golden_desk():
    return FakeDesk(
        default(),
        kept={"T1": 0.58, "T2": 0.4, "T4": 0.97, "T5": 0.8},
        risk={("T1", "A3"): 0.31, ("T4", "A1"): 0.9, ("T8", "A1"): 0.45},
        value={"T1": 0.7, "T5": 0.9},
        urgency={"T1": 0.94, "T4": 1.0},
        skill={("T1", "A3"): 0.88, ("T1", "A1"): 0.4},
        load={"A1": 0.2, "A2": 0.6, "A3": 0.8},
    )


def written(decision):
    def known(value):
        return value.isoformat()

    records = asdict(replace(decision, assignments=tuple(decision.assignments)))
    rounded = json.loads(
        json.dumps(records, default=known), parse_float=lambda x: round(float(x), 9)
    )
    del rounded["timings_ms"]
    return json.dumps(rounded, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_the_shipped_policy_decides_the_small_desk_as_it_always_did():
    decision = refresh(golden_desk(), small_desk())
    assert written(decision) == (GOLDEN / "default.json").read_text(encoding="utf-8")


def test_equal_requests_have_equal_answers_in_any_order():
    one = small_desk()
    turned = replace(one, agents=one.agents[::-1])
    assert written(refresh(golden_desk(), turned)) == written(refresh(golden_desk(), one))
    back = replace(one, tickets=one.tickets[::-1])
    again = refresh(golden_desk(), back)
    assert replace(again, rejected=()) == replace(refresh(golden_desk(), one), rejected=())


def test_actions_done_before_are_not_repeated_when_the_caller_says_so():
    spent = Spent(last={("chase_customer", "T2", ""): NOW - HOUR})
    before = refresh(golden_desk(), small_desk())
    after = refresh(golden_desk(), small_desk(), spent=spent)
    assert {each.ticket_id for each in before.actions} - {e.ticket_id for e in after.actions} == {
        "T2"
    }
