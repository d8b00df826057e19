from dataclasses import replace

import numpy as np
import pytest

from tests.training.study.small import small_sections, small_study
from training.evaluate import Answers
from training.landmarks import Landmarks
from training.study.baselines import CONTENDERS, baselines
from training.study.calibration import calibration
from training.study.discrimination import discrimination, step_of
from training.study.drawing import canvas, slanted
from training.study.eta import Hours, eta, pinball
from training.study.lists import lists, places
from training.study.section import Section
from training.study.sections import SECTIONS
from training.study.segments import segments
from training.study.workload import workload

MINUTE_US = 60_000_000


@pytest.fixture(scope="module")
def found():
    return {section.key: section for section in small_sections()}


def metric(section: Section, name: str) -> float:
    return dict(section.metrics)[name]


def titles(section: Section) -> list[str]:
    return [sheet.title.en for sheet in section.sheets]


def test_every_table_has_a_cell_for_every_column_and_words_in_two_languages(found):
    for section in found.values():
        assert section.title.zh
        assert section.words
        for sheet in section.sheets:
            assert sheet.rows
            assert {len(row) for row in sheet.rows} == {len(sheet.columns)}
            assert all(words.en and words.zh for words in (sheet.title, *sheet.columns))


def test_sections_and_pictures_have_names_of_their_own(found):
    pictures = [picture.name for section in found.values() for picture in section.pictures]
    assert len(found) == len(SECTIONS)
    assert len(set(pictures)) == len(pictures)


def test_the_auc_of_the_study_is_that_of_the_evaluation(found):
    expected = small_study().evaluation.find("timeout", "assigned").auc
    assert metric(found["discrimination"], "timeout.assigned.auc") == expected


def test_a_desk_with_promises_is_looked_at_by_hours_to_the_deadline(found):
    assert "Timeout: by hours to the deadline" in titles(found["discrimination"])


def test_the_events_of_a_minute_count_as_one_and_the_grid_as_none():
    study = small_study()
    marks = Landmarks(
        ticket=np.array([0, 0, 0, 0, 1]),
        time_us=np.array([0, MINUTE_US // 2, 5 * MINUTE_US, 9 * MINUTE_US, 0]),
        kind=np.array([0, 1, 3, 2, 0], dtype=np.int8),
        overdue=np.full(5, False),
        number=np.array([1, 2, 3, 4, 1]),
    )
    study = replace(study, data=replace(study.data, landmarks=marks))
    assert step_of(study, np.arange(5)).tolist() == [0, 1, 0, 2, 1]


def test_the_lead_is_over_the_best_of_all_baselines(found):
    assert [row[0] for row in found["baselines"].sheets[0].rows] == [w for _, w in CONTENDERS]
    auc = {
        name: metric(found["baselines"], f"timeout.assigned.{name.replace(' ', '_')}.auc")
        for name, _ in CONTENDERS
    }
    model = auc.pop("model")
    assert model > max(auc["category rate"], auc["deadline rule"])
    assert metric(found["baselines"], "timeout.assigned.lead") == model - max(auc.values())


def test_at_creation_the_deadline_rule_knows_nothing(found):
    assert metric(found["baselines"], "timeout.created.deadline_rule.auc") == pytest.approx(0.5)


def test_mean_risk_minus_rate_is_the_bias():
    study = small_study()
    answers = study.evaluation.answers["timeout"]
    certain = {name: np.ones_like(p) for name, p in answers.said.items()}
    study = with_answers(study, replace(answers, said=certain))
    rate = study.evaluation.find("timeout", "all").base_rate
    assert metric(calibration(study), "timeout.bias") == pytest.approx(1.0 - rate)


def with_answers(study, answers: Answers):
    others = {**study.evaluation.answers, answers.task: answers}
    return replace(study, evaluation=replace(study.evaluation, answers=others))


def test_a_segment_with_one_value_only_has_no_table(found):
    assert titles(found["segments"]).count("Timeout: by category") == 1
    assert not any("by channel" in title for title in titles(found["segments"]))


def test_weeks_are_in_order(found):
    (weeks,) = [s for s in found["segments"].sheets if s.title.en == "Timeout: by week of creation"]
    names = [row[0] for row in weeks.rows]
    assert names == sorted(names)


def test_the_pinball_loss_is_the_one_worked_out_by_hand():
    hours = Hours(np.array([10.0]), np.array([8.0]), np.array([20.0]), np.array([1]))
    assert pinball(hours, np.ones(1)) == pytest.approx((0.5 * 2 + 0.1 * 10) / 2)


def test_coverage_is_that_of_the_evaluation(found):
    assert metric(found["eta"], "coverage_p90") == pytest.approx(small_study().evaluation.eta.p90)


def test_looking_at_the_top_of_the_lists_beats_chance(found):
    (sheet,) = [s for s in found["workload"].sheets if s.title.en.startswith("Timeout")]
    top = metric(found["workload"], "timeout.precision_at_5")
    assert top > small_study().evaluation.find("timeout", "all").base_rate
    assert sheet.rows[0][1] < sheet.rows[1][1]  # more looked at, more of the tickets


def test_the_same_seed_gives_the_same_study(found):
    assert discrimination(small_study()).sheets == found["discrimination"].sheets
    assert baselines(small_study()).metrics == found["baselines"].metrics


def test_an_outcome_that_never_happened_is_left_out():
    study = small_study()
    answers = study.evaluation.answers["escalation"]
    never = replace(answers, rows=replace(answers.rows, y=np.zeros_like(answers.rows.y)))
    study = with_answers(study, never)
    for section in (discrimination, calibration, segments, workload):
        assert not any(title.startswith("Escalation") for title in titles(section(study)))
    assert eta(study).sheets


def test_a_test_in_which_nothing_happened_has_sections_with_nothing_in_them():
    study = small_study()
    moment = replace(study.test, start_us=study.test.end_us - 1)
    answers = study.evaluation.answers
    none = {task: replace(a, rows=replace(a.rows, y=a.rows.y * 0)) for task, a in answers.items()}
    study = replace(study, test=moment, evaluation=replace(study.evaluation, answers=none))
    assert not discrimination(study).sheets
    assert not eta(study).sheets
    assert places(study)[0].size == 0
    assert lists(study, "timeout").ticket.size == 0


def test_of_many_weeks_only_some_are_named_below_the_axis():
    figure, axes = canvas("weeks", "week", "share")
    axes.plot([f"week {i}" for i in range(60)], range(60))
    slanted(axes)
    assert sum(label.get_visible() for label in figure.axes[0].get_xticklabels()) <= 16
