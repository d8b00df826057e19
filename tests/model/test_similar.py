import gc
import weakref

import numpy as np
import pandas as pd
import pytest

from features.history import History
from model import similar
from model.similar import UnknownTicketError, like_text, like_ticket
from tests.builders import at, complaint, created, event, log, resolved
from tests.training.desk_log import afterwards

LATE, LATE_TOO, BROKEN = "快递一直没有送到", "快递三天了没有送到", "手机屏幕坏了"


def history(*events):
    return History.of(log(*events))


def case(ticket, text, *, hours=5.0, **fields):
    return (created(0, ticket, text=text, **fields), resolved(hours, ticket))


def found(cases):
    return [each.ticket_id for each in cases]


def test_the_likest_case_comes_first():
    past = history(*case("broken", BROKEN), *case("late", LATE), created(6, "now", text=LATE_TOO))
    cases = like_ticket(past, at(7), "now")
    assert cases[0].ticket_id == "late"
    assert 0 < cases[0].similarity < 1
    assert cases[0].category == "logistics"
    assert cases[0].solution.hours == 5.0


def test_english_is_found_by_english():
    past = history(*case("late", LATE), *case("lost", "the parcel never came"))
    assert found(like_text(past, at(7), "my parcel has not come")) == ["lost"]


def test_the_same_category_comes_first_though_another_is_liker():
    past = history(
        *case("other", LATE, category="quality"),
        *case("same", LATE_TOO, category="logistics"),
        created(6, "now", text=LATE),
    )
    assert found(like_ticket(past, at(7), "now")) == ["same", "other"]
    assert found(like_ticket(past, at(7), "now", limit=1)) == ["same"]
    assert found(like_text(past, at(7), LATE)) == ["other", "same"]
    assert found(like_text(past, at(7), LATE, "logistics")) == ["same", "other"]
    assert found(like_text(past, at(7), LATE, "no such")) == ["other", "same"]


def test_among_equals_the_subcategory_decides_and_then_the_newest():
    past = history(
        *case("near", LATE, hours=1, subcategory="late"),
        *case("old", LATE, hours=2),
        *case("new", LATE, hours=3),
        created(6, "now", text=LATE, subcategory="late"),
    )
    assert found(like_ticket(past, at(7), "now")) == ["near", "new", "old"]
    assert found(like_text(past, at(7), LATE)) == ["new", "old", "near"]
    assert found(like_text(past, at(7), LATE, limit=2)) == ["new", "old"]


def test_nothing_solved_later_is_found():
    past = history(*case("early", LATE, hours=2), *case("later", LATE, hours=9))
    assert found(like_text(past, at(5), LATE)) == ["early"]
    assert found(like_text(past, at(9), LATE)) == ["later", "early"]
    assert found(like_text(past, at(1), LATE)) == []


def test_what_comes_after_the_moment_changes_nothing():
    rng = np.random.default_rng(5)
    events = log(
        *(created(t, f"T{t:02d}", text=complaint(rng, "logistics")) for t in range(60)),
        *(resolved(t + 5, f"T{t:02d}") for t in range(60)),
    )
    moment = pd.Timestamp(at(40))
    text = "快递没有送到，要求退款"
    before = like_text(History.of(events), at(40), text, limit=20)
    assert len(before) == 20
    turned = History.of(afterwards(events, moment))
    assert like_text(turned, at(40), text, limit=20) == before


def test_an_open_ticket_is_no_case_nor_is_one_that_was_reopened():
    past = history(
        *case("again", LATE, hours=2),
        event(3, "ticket.reopened", ticket_id="again"),
        created(0, "open", text=LATE),
    )
    assert found(like_text(past, at(2), LATE)) == ["again"]
    assert found(like_text(past, at(4), LATE)) == []


def test_a_ticket_is_not_its_own_precedent():
    past = history(*case("done", LATE), *case("twin", LATE))
    assert found(like_ticket(past, at(7), "done")) == ["twin"]


def test_words_that_came_later_are_not_known_earlier():
    past = history(
        *case("broken", BROKEN),
        created(6, "now"),
        event(8, "ticket.contact", ticket_id="now", text=BROKEN),
    )
    assert like_ticket(past, at(7), "now")[0].similarity == 0
    assert like_ticket(past, at(8), "now")[0].similarity == pytest.approx(1)


def test_a_ticket_that_says_nothing_gets_the_newest_of_its_kind_and_no_others():
    past = history(
        *case("other", LATE, category="quality"),
        *case("old", LATE, hours=2),
        *case("new", BROKEN, hours=3),
        *case("near", None, hours=1, subcategory="late"),
        created(6, "now", subcategory="late"),
    )
    assert found(like_ticket(past, at(7), "now")) == ["near", "new", "old"]
    assert found(like_text(past, at(7), "  ")) == []


def test_no_text_leaves():
    past = history(*case("late", LATE, attributes={"store": "north"}), created(6, "now", text=LATE))
    told = repr(like_ticket(past, at(7), "now"))
    assert not any(character in told for character in LATE if character not in "由解决用时小")


@pytest.mark.parametrize(("ticket", "hours"), [("nobody", 7), ("late", -1)])
def test_a_ticket_that_has_not_arrived_is_refused(ticket, hours):
    with pytest.raises(UnknownTicketError, match="no ticket"):
        like_ticket(history(*case("late", LATE)), at(hours), ticket)


def test_an_empty_history_has_no_cases():
    assert like_text(History.empty(), at(0), LATE) == ()
    with pytest.raises(UnknownTicketError):
        like_ticket(History.empty(), at(0), "T1")


def test_after_the_last_event_one_index_serves_and_goes_with_its_history(monkeypatch):
    made = []
    build = similar.SolvedCases.of
    monkeypatch.setattr(similar.SolvedCases, "of", lambda *a: made.append(a[1]) or build(*a))
    past = history(*case("late", LATE))
    for hours in (5, 6, 7):
        like_text(past, at(hours), LATE)
    assert len(made) == 1
    like_text(past, at(4), LATE)
    assert len(made) == 2
    gone = weakref.ref(past)
    del past
    gc.collect()
    assert gone() is None


def test_cases_found_after_appending_are_those_found_in_a_history_built_at_once(monkeypatch):
    monkeypatch.setattr(similar, "FEWEST", 50)
    monkeypatch.setattr("model.likeness.FEWEST", 50)
    events = solved_log(seed=4)
    day = events["time"] >= pd.Timestamp(at(190))
    parts = [events[~day].sample(frac=1, random_state=1), events[day][:5], events[day][5:]]
    history = History.of(parts[0])
    for part in parts[1:]:
        like_text(history, at(191), LATE)
        history = history.append(part)
    anew = like_text(History.of(events), at(300), LATE, limit=9)
    assert like_text(history, at(300), LATE, limit=9) == anew
    assert len(anew) == 9


def test_the_axes_are_learned_once_a_day(monkeypatch):
    monkeypatch.setattr(similar, "FEWEST", 50)
    events = solved_log(seed=5)
    last = events["time"].max()
    history = History.of(events[events["time"] < last])
    before = like_text(history, at(300), LATE)
    monkeypatch.delattr(similar, "learned")
    after = like_text(history.append(events[events["time"] == last]), at(300), LATE)
    assert found(after)
    assert found(before)


def solved_log(seed):
    rng = np.random.default_rng(seed)
    lives = [
        one
        for t in range(200)
        for one in (
            created(t, f"T{t:03d}", text=complaint(rng, "logistics")),
            resolved(t + 1, f"T{t:03d}"),
        )
    ]
    return log(*lives)
