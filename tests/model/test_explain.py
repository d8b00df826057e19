import numpy as np

from model.explain import Explainer, Note, Words, sentence

EXPLAINER = Explainer(
    names=("contacts", "repeat", "category"),
    categorical=frozenset({"category"}),
    words={"contacts": Words("contacts in 72 h", "72 小时内联系次数")},
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


def test_states_are_named_in_chinese_and_a_desk_s_own_names_stay():
    def told(name):
        words = {"status": Words("state", "状态")}
        explainer = Explainer(
            ("status",), frozenset({"status"}), words, lambda _column, _code: name, {}
        )
        (reasons,) = explainer.reasons(np.array([[0.0]]), np.array([[0.5, 0.1]]), 1)
        return reasons[0].text_zh

    assert told("waiting_customer") == "状态: 等待客户"
    assert told("our own state") == "状态: our own state"


def test_a_value_that_tells_people_nothing_is_not_shown():
    words = {"wording": Words("wording of the complaint", "投诉措辞", shown=False)}
    groups = {"wording_1": "wording", "wording_2": "wording"}
    explainer = Explainer(tuple(groups), frozenset(), words, lambda _column, _code: None, groups)
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
