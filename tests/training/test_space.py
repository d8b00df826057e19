import pytest

from training.config import TrainConfig, config_of
from training.space import SPACE, Range, changed, present


def test_every_range_names_a_setting_and_holds_its_default():
    for entry in SPACE:
        default = present(TrainConfig(), (entry,))[entry.setting]
        assert entry.around(default) == entry
        assert isinstance(default, int) == entry.whole


def test_what_is_present_changes_nothing():
    config = config_of({"forest": {"leaves": 12}, "seed": 3})
    assert changed(config, present(config)) == config


def test_a_change_leaves_the_rest_as_it_was():
    config = config_of({"forest": {"leaves": 12, "l2": 3.0}})
    found = changed(config, {"forest.leaves": 20, "censoring_clip": 2.0})
    assert (found.forest.leaves, found.forest.l2, found.censoring_clip) == (20, 3.0, 2.0)


@pytest.mark.parametrize(("value", "low", "high"), [(3, 3, 63), (12, 7, 63), (70, 7, 70)])
def test_a_range_is_widened_to_hold_the_present_setting(value, low, high):
    found = Range("forest.leaves", 7, 63).around(value)
    assert (found.low, found.high, found.whole) == (low, high, True)
