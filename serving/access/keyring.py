"""The keys that a worker holds in memory, and looks at again when somebody changed one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from features.errors import StoreError
from serving.access.keys import ApiKey, KeyBook
from serving.store import Store
from serving.telemetry import say

TRUSTED_SECONDS = 24 * 3600.0
"""How long keys known to a worker stay good while the store is away: a day. An outage over night
stops no desk, and a key revoked elsewhere does not live on for ever behind a cut line."""
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys by their ids; `mark` tells how many changes of keys they include."""

    mark: int
    by_id: dict[str, ApiKey]


class KeyRing:
    """The keys as the store has them when asked; from memory while the store is away.

    Asking costs microseconds where nothing was committed since the last time (SQLite), else one
    question off the event loop, which all requests waiting at that moment share.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._book, self._clock = store, KeyBook(store), clock
        self._known: Keys | None = None
        self._sure_at = 0.0
        self._again_at = 0.0
        self._away: StoreError | None = None
        self._looking: asyncio.Task[Keys | StoreError] | None = None
        self._next: asyncio.Task[Keys | StoreError] | None = None
        self._aside = ThreadPoolExecutor(1, "keys")

    async def keys(self) -> Keys:
        """The keys, no older than what the store had when this was called.

        While the store is away: as they were, for up to `TRUSTED_SECONDS`; it is asked again
        every second.

        Raises:
            StoreError: the store is away, and the keys are not known or known for too long.
        """
        glanced, known = self._store.glance(), self._known
        if glanced is not None and known is not None and glanced.keys == known.mark:
            self._sure_at = self._clock()
            return known
        if self._away is not None and self._clock() < self._again_at:
            return self._remembered(self._away)
        found = await self._asked()
        return self._remembered(found) if isinstance(found, StoreError) else found

    async def _asked(self) -> Keys | StoreError:
        """The answer to a question that is put after this was called, to all callers at once."""
        if self._next is None:
            self._next = asyncio.create_task(self._ask_after(self._looking))
        return await asyncio.shield(self._next)

    async def _ask_after(self, before: asyncio.Task[Keys | StoreError] | None) -> Keys | StoreError:
        if before is not None and not before.done():
            await asyncio.wait([before])
        self._looking, self._next = self._next, None  # whoever comes from now on asks again
        try:
            loop = asyncio.get_running_loop()
            self._known = await loop.run_in_executor(self._aside, self._look)
        except StoreError as away:
            self._note(away)
            return away
        self._sure_at = self._clock()
        self._note(None)
        return self._known

    def _look(self) -> Keys:
        mark = self._store.marks().keys
        if self._known is not None and self._known.mark == mark:
            return self._known
        return Keys(mark, {key.key_id: key for key in self._book.all()})

    def _note(self, away: StoreError | None) -> None:
        if (away is None) != (self._away is None):
            level = logging.INFO if away is None else logging.WARNING
            say("keys from the store" if away is None else "keys from memory", level)
        self._away, self._again_at = away, self._clock() + _PATIENCE_SECONDS

    def _remembered(self, away: StoreError) -> Keys:
        if self._known is None or self._clock() - self._sure_at > TRUSTED_SECONDS:
            raise away.with_traceback(None)
        return self._known
