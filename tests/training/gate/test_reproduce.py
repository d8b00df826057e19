from dataclasses import asdict, replace

import orjson
import pytest

from features.errors import ModelError
from model.runs import LoggedRun
from tests.model.tiny_bundle import tiny_bundle
from tests.training.desk_log import busy_log
from training.config import TrainConfig, config_of
from training.gate.reproduce import NEEDED, forests_hash, made_from, reproduces, trace
from training.run import train

BUNDLE, X = tiny_bundle()
CONFIG = TrainConfig(seed=4)
LOGGED = LoggedRun(
    dict.fromkeys(NEEDED, "there"), orjson.dumps(asdict(CONFIG)).decode(), tiny_bundle()[0]
)


def test_a_run_that_logged_everything_leaves_nothing_to_ask():
    found = trace(BUNDLE, X, CONFIG, LOGGED)
    assert (found.absent, found.rows, found.differs) == ((), len(X), 0)


@pytest.mark.parametrize("name", NEEDED)
def test_each_thing_that_was_not_logged_is_named(name):
    without = {key: value for key, value in LOGGED.tags.items() if key != name}
    assert trace(BUNDLE, X, CONFIG, replace(LOGGED, tags=without)).absent == (name,)


@pytest.mark.parametrize("config", ["", "{", '{"seed": 5}', '{"tree": 1}'])
def test_a_config_that_is_not_the_one_used_is_named(config):
    found = trace(BUNDLE, X, CONFIG, replace(LOGGED, config=config))
    assert found.absent == ("config.json",)


def test_a_logged_model_that_says_something_else_is_found_however_near_it_is():
    nudged = replace(BUNDLE.risk, eta_shifts=(0.1 + 1e-12, 0.2))
    found = trace(BUNDLE, X, CONFIG, replace(LOGGED, backtest=replace(BUNDLE, risk=nudged)))
    assert found.differs == len(X)


def test_a_run_without_its_backtested_model_is_named():
    found = trace(BUNDLE, X, CONFIG, replace(LOGGED, backtest=None))
    assert (found.absent, found.differs) == (("backtest",), -1)


def test_threads_are_no_part_of_what_a_model_is_made_from():
    one, two = (made_from("data", "features", "now", TrainConfig(threads=n)) for n in (1, 2))
    assert one == two
    assert made_from("data", "features", "now", TrainConfig(seed=2)) != one
    assert made_from("data", "features", "later", TrainConfig(threads=1)) != one


def test_what_was_not_logged_cannot_be_trained_again():
    with pytest.raises(ModelError, match="no config"):
        reproduces(busy_log(), replace(LOGGED, config=""))


@pytest.mark.slow
def test_training_twice_from_the_logged_config_gives_the_same_forests():
    config = config_of(
        {"threads": 1, "forest": {"trees": 15, "min_rows_per_leaf": 10}, "eta_forest": {"trees": 5}}
    )
    first = train(busy_log(), config, clock=lambda: 0.0)
    logged = LoggedRun(
        {"forests": forests_hash(first.bundle.risk)}, orjson.dumps(asdict(config)).decode(), None
    )
    assert reproduces(busy_log(), logged)
    assert not reproduces(busy_log(seed=2), logged)
