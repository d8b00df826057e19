"""The gray release that runs, watched: its refreshes read once, its figures kept for an hour."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from features.errors import FendanError
from model.decision import Version
from model.policy import Policy
from model.release import Release
from serving.decisions.obeyed import Obeyed, obeyed
from serving.policy.policies import Policies
from serving.policy.store import Standing
from serving.policy.watching import Refreshed, ReleaseAsk, Watched
from serving.service import Service
from serving.store import Store

_HOUR: Final = timedelta(hours=1)


class NoWatchError(FendanError):
    """This service was started without what judges a release (HTTP 501)."""

    def __init__(self) -> None:
        super().__init__(
            "this service was started without what judges a release",
            where="release",
            remedy="start it with `fendan serve`, or use `python -m experiments.rollout watch`",
            zh="该服务启动时未带灰度评判；请用 `fendan serve` 启动，"
            "或使用 `python -m experiments.rollout watch`",
        )


@dataclass(frozen=True, slots=True)
class GrayRelease:
    """A release that runs, and where it stands; `since` is its first refresh, None before it.

    `since` and `as_of` (the last refresh that was looked at) are on the desk's clock. `watched` is
    None before the first refresh.
    """

    release: Release
    old: Version
    new: Version
    since: datetime | None = None
    as_of: datetime | None = None
    watched: Watched | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a release, known by its versions and when it was published."""

    key: tuple[Version, Version, datetime]
    decided: tuple[Obeyed, ...] = ()


class Watches:
    """Judges the release of a service's store, once an hour of the desk. Its methods block.

    Shared by the page and the API. One thread judges; who asks meanwhile waits for it.
    """

    def __init__(self, service: Service, policies: Policies, store: Store) -> None:
        self._service, self._policies, self._store = service, policies, store
        self._lock = threading.Lock()
        self._read: _Read | None = None
        self._last: tuple[object, GrayRelease] | None = None

    def look(self) -> GrayRelease | None:
        """The release that runs; None where the policy holds at all times.

        Raises:
            NoWatchError: nothing was handed in that judges it.
            FendanError: there is no desk, or the store does not answer.
        """
        standing = self._policies.standing()
        if standing.before is None:
            return None
        with self._lock:
            return self._looked(standing, standing.before)

    def _looked(self, standing: Standing, before: Policy) -> GrayRelease:
        watch = self._service.desks.making.watch
        if watch is None:
            raise NoWatchError
        policy = standing.policy
        release = GrayRelease(policy.release, _version(before), _version(policy))
        decided = self._decided(release)
        if not decided:
            return release
        zone = ZoneInfo(policy.timezone)
        since, now = (each.as_of.astimezone(zone) for each in (decided[0], decided[-1]))
        key = (release, since, now.timestamp() // _HOUR.total_seconds())
        if self._last is not None and self._last[0] == key:
            return self._last[1]
        ask = ReleaseAsk(
            release=policy.release,
            old=release.old,
            new=release.new,
            since=since,
            now=now,
            events=self._service.desks.current().desk.history.events,
            refreshes=tuple(Refreshed(each.as_of, each.policy) for each in decided),
        )
        found = GrayRelease(release.release, release.old, release.new, since, now, watch(ask))
        self._last = key, found
        return found

    def _decided(self, release: GrayRelease) -> tuple[Obeyed, ...]:
        """Every refresh since the release came into force; only the new ones are read."""
        (move,) = self._policies.store.moves(1)
        key = (release.old, release.new, move.by.at)
        read = self._read if self._read is not None and self._read.key == key else _Read(key)
        after = read.decided[-1].seq if read.decided else 0
        news = obeyed(self._store, move.by.at, after)
        self._read = _Read(key, (*read.decided, *news))
        return self._read.decided


def _version(policy: Policy) -> Version:
    return Version(policy.name, policy.version)
