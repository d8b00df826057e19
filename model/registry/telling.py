"""Versions and moves in words, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from model.registry.moves import Move
from model.runs import ModelVersion


def listed(version: ModelVersion) -> str:
    """A version in a line: when it was made, its backtest at assignment, what the gate said.

    >>> tags = {"auc": "0.8123", "ece": "0.0210", "gate": "passed"}
    >>> listed(ModelVersion(3, "run", ("champion",), 0, tags))
    '   3  1970-01-01 00:00Z  AUC 0.8123  ECE 0.0210  gate passed      champion'
    """
    made = version.created_at
    tags = version.tags
    figures = f"AUC {tags.get('auc', '-'):<6}  ECE {tags.get('ece', '-'):<6}"
    gate = f"gate {tags.get('gate', 'not judged'):<10}"
    names = ", ".join(version.aliases)
    return f"{version.version:>4}  {made:%Y-%m-%d %H:%M}Z  {figures}  {gate}  {names}".rstrip()


def told(moves: Sequence[Move], line: Sequence[int]) -> str:
    """The moves of the champion alias, the newest first, and where rollbacks lead."""
    lines = ["champions:", *(f"  {move.words()}" for move in reversed(moves))]
    if len(line) > 1:
        back = ", then ".join(str(number) for number in reversed(line[:-1]))
        lines.append(f"  a rollback leads to version {back}")
    return "\n".join(lines)
