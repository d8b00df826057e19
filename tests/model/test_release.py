from datetime import UTC, datetime, timedelta
from statistics import mean

import pytest

from model.policy_check import PolicyFaultsError
from model.policy_reader import loads
from model.release import Release

# the first of a fortnight
MONDAY = datetime.fromisoformat("2026-03-09T00:05:00+08:00")
SHANGHAI = "Asia/Shanghai"


def held(release, blocks, zone=SHANGHAI):
    """Whether it holds in each of so many blocks from a Monday on."""
    step = timedelta(hours=release.block_hours)
    return [release.holds(MONDAY + step * block, zone) for block in range(blocks)]


def test_a_policy_is_released_to_all_unless_it_says_otherwise():
    assert Release() == Release(share=1.0)
    assert all(held(Release(), 100))


def test_a_share_of_nothing_never_holds():
    assert not any(held(Release(share=0), 100))


def test_a_block_holds_from_its_begin_to_its_end_whatever_the_offset_is_written_in():
    half = Release(share=0.5)
    for block in range(12):
        start = MONDAY.replace(minute=0) + timedelta(hours=4 * block)
        moments = [start, start + timedelta(hours=3, minutes=59, seconds=59)]
        moments += [each.astimezone(UTC) for each in moments]
        assert len({half.holds(each, SHANGHAI) for each in moments}) == 1


def test_half_of_the_blocks_are_balanced_in_every_week_and_every_hour_of_a_fortnight():
    first, second = held(Release(share=0.5), 84)[:42], held(Release(share=0.5), 84)[42:]
    assert sum(first) == sum(second) == 21
    assert [not each for each in first] == second


@pytest.mark.parametrize("share", [0.1, 0.3, 0.8])
def test_the_share_is_met_in_the_long_run(share):
    assert mean(held(Release(share=share), 42 * 200)) == pytest.approx(share, abs=0.015)


def test_another_seed_draws_other_blocks():
    assert held(Release(share=0.5, seed=1), 42) != held(Release(share=0.5, seed=2), 42)


def test_blocks_lie_on_the_desks_own_clock():
    half = Release(share=0.5)
    assert held(half, 42, "America/Sao_Paulo") != held(half, 42)


def test_blocks_that_do_not_make_up_a_week_are_refused():
    with pytest.raises(PolicyFaultsError) as refused:
        loads("{name: n, release: {share: 0.5, block_hours: 5}}")
    (fault,) = refused.value.faults
    assert fault.pointer == "/release/block_hours"
    assert "1, 2, 3, 4, 6, 7, 8" in fault.remedy
