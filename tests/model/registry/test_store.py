"""Processes that start together on one empty home."""

import multiprocessing
import sys

import pytest

from model.registry import Registry

SPAWN = multiprocessing.get_context("spawn")


def looks(home):
    """Ask an empty registry, which makes it."""
    sys.exit(0 if Registry.of({"FENDAN_HOME": str(home)}).versions() == () else 1)


@pytest.mark.slow
def test_processes_that_start_together_make_the_registry_once_and_all_can_use_it(tmp_path):
    several = [SPAWN.Process(target=looks, args=(tmp_path,), daemon=True) for _ in range(3)]
    for each in several:
        each.start()
    for each in several:
        each.join(200)
    assert [each.exitcode for each in several] == [0, 0, 0]
