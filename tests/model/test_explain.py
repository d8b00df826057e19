import numpy as np
import pytest

from features.catalog import BY_NAME, CATALOG
from features.names import SIGNAL_NAMES
from features.text import SIGNALS
from features.timeline import STATUSES
from features.words import Words
from model.explain import Explainer, Label, Note, sentence

EXPLAINER = Explainer(
    names=("contacts", "repeat", "category"),
    categorical=frozenset({"category"}),
    labels={"contacts": Label(Words("contacts in 72 h", "72 小时内联系次数"))},
    decode=lambda _, code: ["invoice", "quality"][int(code)] if code >= 0 else None,
    groups={"repeat": "contacts"},
)


def reasons(x, parts, top=3):
    return EXPLAINER.reasons(np.array([x]), np.array([[*parts, -1.0]]), top)[0]


def test_columns_of_one_term_are_added_and_the_strongest_term_comes_first():
    first, second = reasons([3.0, 1.0, 1.0], [0.2, 0.3, -0.1])
    assert (first.term, first.value, first.effect) == ("contacts", 3.0, 0.5)
    assert (first.text, first.text_zh) == ("contacts in 72 h: 3", "72 小时内联系次数: 3")
    assert (second.term, second.value, second.effect) == ("category", "quality", -0.1)


def test_no_more_terms_than_asked_for_and_none_without_effect():
    assert len(reasons([3.0, 1.0, 1.0], [0.2, 0.3, -0.1], top=1)) == 1
    assert reasons([3.0, 1.0, 1.0], [0.0, 0.0, 0.0]) == ()


def test_what_all_tickets_have_comes_behind_what_is_a_ticket_s_own_however_large():
    level = Label(Words("level of the day", "当日水平"), common=True)
    known = Explainer(("a", "level", "b"), frozenset(), {"level": level}, str, {})
    (found,) = known.reasons(np.ones((1, 3)), np.array([[0.1, -0.9, 0.3, -1.0]]), 2)
    assert [each.term for each in found] == ["b", "level"]


def test_what_is_not_known_is_called_unknown_in_both_languages():
    only = reasons([np.nan, 0.0, -1.0], [0.2, 0.0, 0.0])[0]
    assert (only.value, only.text, only.text_zh) == (
        None, "contacts in 72 h: unknown", "72 小时内联系次数: 未知",
    )  # fmt: skip


def test_the_first_note_that_holds_for_a_row_is_said_behind_its_value():
    notes = [
        Note("contacts", np.array([False, True]), "the team's", "取班组均值"),
        Note("contacts", np.array([False, True]), "the desk's", "取全台均值"),
    ]
    x, parts = np.array([[3.0, 1.0, 1.0]] * 2), np.array([[0.2, 0.3, -0.1, -1.0]] * 2)
    (plain,), (noted,) = EXPLAINER.reasons(x, parts, 1, notes)
    assert plain.text == "contacts in 72 h: 3"
    assert noted.text == "contacts in 72 h: 3 (the team's)"
    assert noted.text_zh == "72 小时内联系次数: 3（取班组均值）"


def test_a_value_carries_its_unit():
    assert sentence("time left", 2.0, "hours", "unknown") == "time left: 2 hours"


def told_of(name, code):
    """The reason of a ticket whose category of the catalog's feature `name` is `code`."""
    spec = BY_NAME[name]
    labels = {name: Label(Words(spec.label, spec.label_zh), names=spec.names)}
    explainer = Explainer((name,), frozenset({name}), labels, lambda _column, _code: code, {})
    ((reason,),) = explainer.reasons(np.array([[0.0]]), np.array([[0.5, 0.1]]), 1)
    return reason


def test_a_state_is_told_in_words_and_its_code_stays_the_value():
    told = told_of("status", "waiting_customer")
    assert (told.text, told.text_zh) == ("state: waiting for the customer", "状态: 等待客户")
    assert told.value == "waiting_customer"


@pytest.mark.parametrize("spec", [each for each in CATALOG if each.names], ids=lambda s: s.name)
def test_no_code_that_every_desk_has_is_shown_raw_in_either_language(spec):
    texts = [told_of(spec.name, code) for code in spec.names]
    assert [t.value for t in texts if "_" in t.text + t.text_zh or "“" in t.text] == []


def test_every_state_of_a_ticket_and_every_signal_has_words():
    assert set(STATUSES) <= set(BY_NAME["status"].names)
    assert set(SIGNALS) == set(SIGNAL_NAMES)


def test_a_desk_s_own_code_is_quoted_and_its_plain_name_is_not():
    code, name = told_of("category", "after_sales"), told_of("category", "物流")
    assert (code.text, code.text_zh) == ("category: “after_sales”", "类别: “after_sales”")
    assert (name.text, name.text_zh) == ("category: 物流", "类别: 物流")


def test_a_value_that_tells_people_nothing_is_not_shown():
    labels = {"wording": Label(Words("wording of the complaint", "投诉措辞"), shown=False)}
    groups = {"wording_1": "wording", "wording_2": "wording"}
    explainer = Explainer(tuple(groups), frozenset(), labels, lambda _column, _code: None, groups)
    said, silent = (
        reasons[0]
        for reasons in explainer.reasons(
            np.array([[0.3, -0.2], [np.nan, np.nan]]), np.array([[0.2, 0.1, -1.0]] * 2), 1
        )
    )
    assert (said.term, said.value, said.effect) == ("wording", None, 0.3)
    assert (said.text, said.text_zh) == ("wording of the complaint", "投诉措辞")
    assert silent.text_zh == "投诉措辞: 未知"


def test_two_rows_of_one_value_share_the_words_and_not_the_effect_or_the_note():
    notes = [Note("contacts", np.array([False, True, False]), "the team's", "取班组均值")]
    x = np.array([[3.0, 1.0, 1.0], [3.0, 0.0, 1.0], [3.00001, 0.0, 1.0]])
    parts = np.array([[0.5, 0.0, 0.0, -1.0], [-0.7, 0.0, 0.0, -1.0], [0.2, 0.0, 0.0, -1.0]])
    (first,), (second,), (third,) = EXPLAINER.reasons(x, parts, 1, notes)
    assert (first.text, second.text) == (third.text, "contacts in 72 h: 3 (the team's)")
    assert (first.effect, second.effect, third.effect) == (0.5, -0.7, 0.2)
