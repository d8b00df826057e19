"""The moves of the champion alias: read from the tags that hold them, and the line they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

import orjson

PREFIX: Final = "move."
"""Of the name of a tag that holds a move."""
_MOST: Final = 2**53

Kind = Literal["train", "promote", "rollback"]


@dataclass(frozen=True, slots=True)
class Note:
    """Who moves the alias, when, and why."""

    who: str
    when: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One move of the champion alias to `version`; `before` is where it was, 0 for nowhere."""

    kind: Kind
    version: int
    before: int
    who: str
    when: str
    why: str
    forced: bool = False

    def words(self) -> str:
        """The move in a line.

        >>> Move("promote", 3, 2, "li", "2026-03-02T08:00:00+00:00", "fewer late", True).words()
        '2026-03-02T08:00:00+00:00  version 2 -> 3  promote, forced, by li: fewer late'
        """
        act = f"{self.kind}, forced," if self.forced else self.kind
        why = f": {self.why}" if self.why else ""
        place = f"version {self.before or '-'} -> {self.version}"
        return f"{self.when}  {place}  {act} by {self.who}{why}"


@dataclass(frozen=True, slots=True)
class Moves:
    """The moves, the oldest first, and the names of the tags that should hold one and do not."""

    moves: tuple[Move, ...]
    unread: tuple[str, ...]


def moves_in(tags: Mapping[str, str]) -> Moves:
    """All that the tags of the registered model tell of moves."""
    found = {name: move_of(tags[name]) for name in sorted(tags) if name.startswith(PREFIX)}
    return Moves(
        tuple(move for move in found.values() if move is not None),
        tuple(name for name, move in found.items() if move is None),
    )


def move_of(text: str) -> Move | None:
    """The move that a tag holds; None where somebody else wrote it.

    >>> move_of('{"kind":"promote","version":3,"before":2,"who":"li","when":"","why":""}').version
    3
    >>> move_of('{"kind":"promote","version":"3"}'), move_of("3"), move_of("")
    (None, None, None)
    """
    try:
        told = orjson.loads(text)
        move = Move(**told)
    except (TypeError, ValueError):
        return None
    words = (move.who, move.when, move.why)
    numbers = (move.version, move.before)
    is_one = move.kind in get_args(Kind) and isinstance(move.forced, bool)
    is_one &= all(isinstance(word, str) for word in words)
    is_one &= all(type(number) is int and 0 <= number < _MOST for number in numbers)
    return move if is_one else None


def line(moves: Sequence[Move], champion: int) -> tuple[int, ...]:
    """The versions that were champion and are not rolled back, the present one last.

    >>> def move(kind, version, before):
    ...     return Move(kind, version, before, "li", "", "")
    >>> made = [move("train", 1, 0), move("promote", 2, 1), move("rollback", 1, 2)]
    >>> line(made, 1), line([*made, move("promote", 2, 1)], 2)
    ((1,), (1, 2))
    """
    stack: list[int] = []
    for move in moves:
        if move.before and (not stack or stack[-1] != move.before):
            stack = _ending_in(stack, move.before)
        if move.kind == "rollback":
            stack = stack[:-1]
        if not stack or stack[-1] != move.version:
            stack.append(move.version)
    return tuple(_ending_in(stack, champion))


def _ending_in(stack: list[int], champion: int) -> list[int]:
    """A line that ends in who is champion: cut back to them, or with them at its end."""
    if champion in stack:
        last = len(stack) - 1 - stack[::-1].index(champion)
        return stack[: last + 1]
    return [*stack, champion]
