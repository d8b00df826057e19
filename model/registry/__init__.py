"""The MLflow registry: where models come from and go to, and which of them is champion."""

from model.registry.champions import (
    Champions,
    GateRefusedError,
    NoSuchVersionError,
    NotMovedError,
)
from model.registry.moves import Move, Note, line
from model.registry.registry import Registry
from model.registry.store import CHALLENGER, CHAMPION, DEFAULT_URI, EXPERIMENT, NAME

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "DEFAULT_URI",
    "EXPERIMENT",
    "NAME",
    "Champions",
    "GateRefusedError",
    "Move",
    "NoSuchVersionError",
    "NotMovedError",
    "Note",
    "Registry",
    "line",
]
