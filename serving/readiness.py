"""What keeps the service from its full work, in words."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from serving.desks import DeskSource
from serving.telemetry import say


@dataclass(frozen=True, slots=True)
class Readiness:
    """Looks at the parts; whatever one of them throws is told, never raised.

    `check` asks the store (its tables brought up to date), `note` says why a model that is due
    does not serve.
    """

    desks: DeskSource
    check: Callable[[], None]
    note: Callable[[], str] = str

    def missing(self) -> dict[str, str]:
        """By name: `model`, `history`, `store`. Empty when the service is ready."""
        found: dict[str, str] = {}
        self._try("model", self._desk, found)
        self._try("store", self.check, found)
        return found

    def notes(self) -> dict[str, str]:
        """What is worth knowing and keeps nothing from its work."""
        note = self.note()
        return {"model": note} if note else {}

    def _desk(self) -> dict[str, str]:
        found = {}
        current = self.desks.current()
        if self.desks.lacking:
            found["model"] = f"refreshes are answered without a model: {self.desks.lacking}"
        if current.behind:
            found["history"] = "it cannot be brought up to date; refreshes are answered without"
        return found

    def _try(
        self, name: str, ask: Callable[[], dict[str, str] | None], found: dict[str, str]
    ) -> None:
        try:
            found |= ask() or {}
        except Exception as error:  # noqa: BLE001 - whatever it is, readiness tells it
            say("not ready", logging.WARNING, part=name, reason=type(error).__name__)
            found[name] = str(error)
