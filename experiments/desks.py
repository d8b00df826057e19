"""The desks that commands open: a model by its name, a policy file, events newer than the model.

Opening one takes training and serving both; serving is handed how (`Making`).
"""
# ruff: noqa: PLC0415  # as in fendan.py: what a command needs is imported when it runs

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from model.terminal import loaded_from
from training.commands import events_in

if TYPE_CHECKING:
    from model.decision import Version
    from model.desk import ServedDesk
    from model.policy import Policy
    from model.registry import Registry
    from serving.desks import Making
    from serving.policy.simulation import Simulate


def making(model: str, policy: Path | None, history: Path | None) -> Making:
    """How a service makes its desks, and what it is handed from above."""
    from experiments.rollout.served import watch_release
    from serving.desks import Making

    return Making(
        desk=partial(open_desk, model, policy, history),
        bare=partial(bare_desk, policy, history),
        due=partial(due_model, model) if "@" in model else None,
        version=partial(open_version, history),
        simulate=centre(model),
        watch=watch_release,
        models=model_registry,
    )


def open_desk(model: str, policy: Path | None, history: Path | None) -> ServedDesk:
    """The desk to serve: the model from the registry or its cache, a policy, and history."""
    from model.desk import ServedDesk

    newer = events_in(history) if history else None
    desk = ServedDesk.of(loaded_from(model).bundle, _policy(policy), newer)
    return desk.warm(threads=os.cpu_count() or 1)


def bare_desk(policy: Path | None, history: Path | None) -> ServedDesk:
    """The desk to serve while there is no model to be had."""
    from model.desk import ServedDesk

    newer = events_in(history) if history else None
    return ServedDesk.without_model(_policy(policy), newer).warm(threads=os.cpu_count() or 1)


def open_version(history: Path | None, version: Version) -> ServedDesk:
    """The desk with a version of the model, under the shipped policy."""
    return open_desk(f"models:/{version.name}/{version.version}", None, history)


def due_model(model: str) -> Version:
    """Which version an alias leads to now."""
    return model_registry().leads_to(model)


def model_registry() -> Registry:
    """The registry that the environment names."""
    from model.registry import Registry

    return Registry.of(os.environ)


def centre(model: str) -> Simulate:
    """The simulated centre in which a model decides."""
    from experiments.effect import CentreSimulation

    return CentreSimulation(model)


def _policy(path: Path | None) -> Policy:
    from model import policy_reader

    return policy_reader.load(path) if path else policy_reader.default()
