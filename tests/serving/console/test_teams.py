"""Risk and load by team and by shift."""

from serving.console.standing import Standing
from serving.console.teams import Shift, by_shift, by_team, shift_of
from tests.serving.console.floors import AS_OF, agent, decision, has


def test_a_team_sums_its_tickets_and_holds_the_load_of_those_at_work_against_their_capacity():
    agents = [
        agent("A1", "front", capacity=4), agent("A2", "front", "offline", capacity=4),
        agent("A3", "duty", capacity=8),
    ]  # fmt: skip
    records = (
        has("A1", 1, 2, 0.75, "red"), has("A2", 1, 2, 0.5), has("A2", 1, 2, 0.0, "none"),
        has(None, 1, 2, 0.25),
    )  # fmt: skip
    front, nobody, duty = by_team(Standing.of(decision(agents, *records)))
    assert (front.key, front.agents, front.at_work, front.open) == ("front", 2, 1, 3)
    assert (front.load, front.capacity, front.percent) == (1, 4, 25)
    assert (front.expected, front.red, front.warn) == (1.25, 1, 1)
    assert (nobody.key, nobody.open, nobody.percent) == (None, 1, None)
    assert (duty.key, duty.open, duty.percent) == ("duty", 0, 0)


def test_a_shift_reaches_from_the_first_window_of_today_to_the_end_of_the_last():
    assert shift_of(agent("A1", "", "busy", "08:00-12:00", "13:00-17:00"), AS_OF) == Shift(
        "08:00", "17:00"
    )
    assert shift_of(agent("A1", "", "offline", "13:00-22:00"), AS_OF) == Shift("13:00", "22:00")


def test_windows_cut_at_the_present_do_not_tell_when_the_shift_began():
    assert shift_of(agent("A1", "", "available", "10:05-17:00"), AS_OF) == Shift("", "17:00")
    in_a_meeting = agent("A1", "", "busy", "11:00-17:00")
    assert shift_of(in_a_meeting, AS_OF) == Shift("", "17:00")


def test_somebody_whose_hours_are_over_is_off_and_one_without_hours_is_untold():
    assert shift_of(agent("A1", "", "offline", "06:00-09:00"), AS_OF) == Shift()
    assert shift_of(agent("A1"), AS_OF) == Shift(told=False)


def test_shifts_stand_in_the_order_in_which_they_end():
    agents = [
        agent("A1"), agent("A2", "", "offline", "06:00-09:00"),
        agent("A3", "", "offline", "14:00-22:00"), agent("A4", "", "available", "08:00-17:00"),
    ]  # fmt: skip
    found = by_shift(Standing.of(decision(agents, has("A4", 1, 2), has(None, 1, 2))))
    assert [(g.key.end, g.open) for g in found] == [("17:00", 1), ("22:00", 0), ("", 0), ("", 0)]
    assert [g.key.told for g in found] == [True, True, True, False]
