"""What parameters of a world are held to: one error, three checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from features.errors import FendanError


class WorldError(FendanError):
    """A simulated world that cannot exist."""


def positive(owner: str, values: Mapping[str, float]) -> None:
    """Every value is above 0.

    Raises:
        WorldError: one is not; `owner` says where.
    """
    for name, value in values.items():
        if not value > 0:
            raise WorldError(f"{name} must be above 0, not {value}", where=owner)


def share(owner: str, values: Mapping[str, float]) -> None:
    """Every value lies in [0, 1].

    Raises:
        WorldError: one does not.
    """
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise WorldError(f"{name} must lie in [0, 1], not {value}", where=owner)


def unique(owner: str, names: Iterable[str]) -> None:
    """There are names, and no two are the same.

    Raises:
        WorldError: else.
    """
    seen = list(names)
    if not seen or len(set(seen)) < len(seen):
        raise WorldError("names must be there, once each", where=owner)
