import numpy as np
import pytest

from features.words import Words
from tests.training.desk_log import busy_log
from tests.training.study.small_study import small_study, study_of
from training.study import agent_words as words
from training.study.agents import agents, verdict
from training.study.evidence import Evidence
from training.study.intervals import Interval


def evidence(name, low, high, control=-1.0):
    middle = Interval((low + high) / 2, low, high)
    other = Interval(control, control, control + 1.0)
    return Evidence(name, Words(name, name), 100, 9, 0.3, middle, other, middle)


def test_the_verdict_sorts_what_is_shown_from_what_is_not():
    said = verdict(
        (
            evidence("real", 0.5, 1.5),
            evidence("noise", -0.5, 0.5),
            evidence("kinds", 0.5, 1.5, control=0.4),
            evidence("loud", 0.1, 0.6),
        )
    )
    leads = (words.BELIEVE, words.SHARED, words.DOUBT, words.LOUD)
    about = (["real", "loud"], ["kinds"], ["noise"], ["loud"])
    for line, lead, names in zip(said, leads, about, strict=True):
        assert line.en.startswith(lead.en)
        assert [
            name for name in ("real", "noise", "kinds", "loud") if name + "," in line.en
        ] == names


@pytest.fixture(scope="module")
def found():
    return agents(small_study())


def test_agents_who_are_quick_and_slow_are_found_out(found):
    metrics = dict(found.metrics)
    assert metrics["first.slope"] > 0.3
    assert metrics["first.auc_gain"] > 0.01
    assert metrics["unseen_pairs"] == 0.0
    assert all(np.isfinite(value) for value in metrics.values())


def test_every_table_has_as_many_cells_as_columns_and_every_word_two_languages(found):
    assert len(found.sheets) == 4
    for sheet in found.sheets:
        assert all(len(row) == len(sheet.columns) for row in sheet.rows)
    assert all(line.en and line.zh for line in found.words)


def test_a_desk_without_hand_overs_is_told_so_and_still_answered():
    found = agents(small_study(hand_overs=False))
    assert words.NO_HAND_OVERS in found.words
    assert "hand_over.slope" not in dict(found.metrics)
    assert "first.slope" in dict(found.metrics)


def test_a_desk_that_never_assigns_gets_words_and_no_table():
    events = busy_log()
    found = agents(study_of(events[events["type"] != "ticket.assigned"]))
    assert found.words == (words.NOTHING,)
    assert found.sheets == ()


def test_of_pairs_that_never_met_more_is_said_only_where_there_are_any():
    assert words.of_overlap(0.0, np.nan, 1.0).en.endswith("never met.")
    assert "differ less than" in words.of_overlap(0.5, 0.2, 1.0).en
    assert "differ no less than" in words.of_overlap(0.5, 1.2, 1.0).en
