"""What was worked out of a history lately: the same question about the same moment is asked once.

A ticket is scored by a hundred look-ups of a microsecond each and as many steps of numpy around
them, and many of these are the same from feature to feature (the desk's late share) and from
ticket to ticket (those of the agents). A history never changes, so an answer holds as long as it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from features.history import History

FEW: Final = 64
"""Rows up to which an answer is kept: of many, the work is not in the beginning."""
MOST: Final = 4_096
"""Answers of a number a row that are kept of a history; all are forgotten when there are more."""
MOST_TABLES: Final = 32
"""Likewise of tables of agents, which are larger and of one moment."""

P = ParamSpec("P")
Value = TypeVar("Value")
Column = TypeVar("Column", bound=NDArray[Any])
Known = WeakKeyDictionary[History, dict[Hashable, Any]]
"""Answers by history; forgotten with it."""


def remembered(history: History, asked: Hashable, make: Callable[[], Value]) -> Value:
    """What `make` gives, or gave when the same was asked of this history lately."""
    return _recalled(_TABLES, MOST_TABLES, history, asked, make)


def _recalled(  # a memory, its size, and the question to it
    memory: Known, most: int, history: History, asked: Hashable, make: Callable[[], Value]
) -> Value:
    known = memory.get(history)
    if known is None or len(known) >= most:
        known = memory[history] = {}
    found: Value | None = known.get(asked)
    if found is None:
        found = known[asked] = make()
    return found


def lately(
    look_up: Callable[Concatenate[History, P], Column],
) -> Callable[Concatenate[History, P], Column]:
    """A look-up of a number a row that remembers its answers for few rows; they are read-only."""

    @wraps(look_up)
    def asked(history: History, /, *about: P.args, **named: P.kwargs) -> Column:
        parts: list[Hashable] = [look_up, *named.items()]
        for part in about:
            if isinstance(part, np.ndarray):
                if part.size > FEW:
                    return look_up(history, *about, **named)
                parts.append(part.tobytes())
            else:
                parts.append(part)

        def found() -> Column:
            answer = look_up(history, *about, **named)
            answer.flags.writeable = False
            return answer

        return _recalled(_NUMBERS, MOST, history, tuple(parts), found)

    return asked


_NUMBERS: Known = WeakKeyDictionary()
_TABLES: Known = WeakKeyDictionary()
