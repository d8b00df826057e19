"""The backtest of the small desk as a study, made once for all tests that look at it."""

from __future__ import annotations

from functools import cache

from tests.training.desk_log import SMALL, busy_log
from training.backtest import backtest
from training.config import TrainConfig, config_of
from training.study.section import Section
from training.study.sections import study_sections
from training.study.study import Study


def small_config() -> TrainConfig:
    return config_of(SMALL)


@cache
def small_study() -> Study:
    return backtest(busy_log(), small_config())


@cache
def small_sections() -> tuple[Section, ...]:
    return study_sections(small_study())
