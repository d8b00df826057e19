"""A policy released to half of the blocks works by the calendar that judges releases."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from experiments.rollout.calendar import treated
from experiments.rollout.design import WHOLE_DESK, Design
from experiments.rollout.grid import Pairing
from features.picture import micros_of
from model.decision import Version
from model.release import Release

START = datetime.fromisoformat("2026-03-02T00:00:00+08:00")


@pytest.mark.parametrize("block_hours", [4, 24, 56])
def test_half_of_the_blocks_are_those_of_the_calendar(block_hours):
    design = Design("n", "7", START, 28, Version("p", 1), Version("p", 2), block_hours=block_hours)
    starts = [START + timedelta(hours=block_hours * n) for n in range(28 * 24 // block_hours)]
    block = design.grid.block_of(np.array([micros_of(each) for each in starts]))
    planned = treated(design, WHOLE_DESK, Pairing.of(design.grid, block))
    release = Release(share=0.5, block_hours=block_hours, seed=7)
    assert [release.holds(each, "Asia/Shanghai") for each in starts] == planned.tolist()
