import re

import orjson
import pytest

from experiments.compare.comparison import Comparison, Plan
from experiments.compare.load import Load
from experiments.compare.page import cards, render
from experiments.compare.pictures import open_at
from experiments.compare.record import record
from experiments.compare.sections import sections
from experiments.compare.text import as_text
from experiments.contender import contender
from tests.experiments.compare.small import comparison, outcome, shares
from tests.training.study.test_page import outline


@pytest.fixture(scope="module")
def whole():
    return comparison(others=(Load(40), Load(50), Load(45, 1.1)), bounds=(0.1, 0.1, 0.1))


@pytest.fixture(scope="module")
def page(whole):
    return render(whole)


def test_the_page_is_well_formed_and_asks_nothing_of_any_other_place(page):
    found = outline(page)
    assert found.open == []
    assert found.asked == []
    assert not re.search(r"https?://(?!www\.w3\.org/)|url\((?!#)|@import", page)
    assert set(found.refers) <= set(found.ids)


def test_every_word_of_the_page_is_there_in_both_languages(page):
    assert page.count('<span lang="en">') == page.count('<span lang="zh">') > 40
    for word in ("policies side by side", "策略并排比较", "hindsight bound", "事后最优界"):
        assert word in page


def test_the_page_shows_every_contender_and_every_axis(page, whole):
    assert [told.key for told in sections(whole)] == [
        "overview", "against", "worlds", "hindsight", "people", "demand", "speed",
    ]  # fmt: skip
    assert page.count("<figure") == 6
    for policy in whole.table.policies:
        assert policy in page


def test_the_same_comparison_makes_the_same_page(page, whole):
    assert render(whole) == page


def test_what_was_not_asked_has_no_section():
    keys = [told.key for told in sections(comparison())]
    assert keys == ["overview", "against", "worlds", "speed"]


def test_the_cards_say_whether_the_shipped_policy_is_never_later(whole):
    assert [card.fine for card in cards(whole)] == [True] * 4
    assert cards(whole)[1].value == "-30.0 ± 0.0"
    assert cards(whole)[2].value == "3 / 3"


def test_a_shipped_policy_that_is_later_somewhere_is_marked():
    plan = Plan(tuple(map(contender, ("matrix", "default"))), "matrix")
    found = Comparison(plan, (*shares("matrix", [2, 2, 2]), *shares("default", [1, 1, 3])))
    assert [card.fine for card in cards(found)] == [True, True, False]


def test_one_policy_alone_has_a_page_too():
    alone = Comparison(
        Plan((contender("default"),), "default"), tuple(shares("default", [1, 1, 1]))
    )
    assert outline(render(alone)).open == []
    assert "default" in as_text(alone)


def test_the_terminal_shows_means_differences_the_way_and_people(whole):
    told = as_text(whole)
    assert re.search(r"^default +20.0 ± 24.8 ", told, re.MULTILINE)
    assert re.search(r"^default +-30.0 ± 0.0 .* 3 of 3", told, re.MULTILINE)
    assert re.search(r"^hindsight bound +10.0 ± 0.0$", told, re.MULTILINE)
    assert "default is no later than any other in 3 of 3 worlds" in told
    assert "of the way from four_dimensions_greedy to the bound" in told
    assert "people saved, as late as matrix with all" in told


def test_the_record_holds_every_trial_and_is_json(whole):
    read = orjson.loads(orjson.dumps(record(whole)))
    assert len(read["trials"]) == 4 * 3 * 3
    late = [one for one in read["means"] if (one["policy"], one["figure"]) == ("default", "late")]
    assert late[0]["mean"]["value"] == pytest.approx(0.2)
    assert late[0]["no_worse"] == 3


def test_open_tickets_are_those_that_came_and_are_not_closed():
    # three tickets a day apart, each closed after an hour
    seen = outcome([False] * 3)
    assert open_at(seen, [0.0, 0.5, 1.0, 24.5, 25.5]).tolist() == [1, 1, 0, 1, 0]
