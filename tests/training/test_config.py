import pytest

from features.errors import ModelError
from training.config import TrainConfig, config_of, load_config


def test_what_a_file_does_not_name_keeps_its_default(tmp_path):
    path = tmp_path / "train.yaml"
    path.write_text("seed: 7\nforest: {trees: 12}\n")
    config = load_config(path)
    assert (config.seed, config.forest.trees) == (7, 12)
    assert config.forest.leaves == TrainConfig().forest.leaves


def test_an_empty_file_is_the_defaults(tmp_path):
    path = tmp_path / "train.yaml"
    path.write_text("")
    assert load_config(path) == TrainConfig()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"tree": 3}, "unknown setting 'tree'"),
        ({"forest": {"depth": 3}}, "unknown setting 'depth'"),
        ({"forest": {"trees": "many"}}, "trees must be a whole number"),
        ({"forest": {"leaves": 64}}, "leaves must be between 2 and 63"),
        ({"forest": {"trees": 0}}, "trees must be above 0, not 0"),
        ({"forest": {"row_share": 1.5}}, "row_share must be above 0 and at most 1"),
        ({"landmarks": {"grid_ratio": 1}}, "grid_ratio must be above 1"),
        ({"split": {"train": 0.9, "calibrate": 0.3}}, "leave nothing to test on"),
        ({"forest": 3}, "settings must be names with values"),
        ([], "settings must be names with values"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_words(settings, words):
    with pytest.raises(ModelError, match=words):
        config_of(settings)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"nowhere\.yaml"):
        load_config(tmp_path / "nowhere.yaml")
