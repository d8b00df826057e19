"""The page of the weights: what is in force, a form to change it, the versions, the release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from features.words import Language
from model.policy import Policy
from model.policy_alerts import WEEKDAYS, AlertRule
from model.policy_changes import policy_changes
from model.spent import NAMES
from serving.console import policy_form as form
from serving.console.clock import minute
from serving.console.plan import Plan
from serving.console.policy_watch import WatchView, watch_view
from serving.console.policy_words import Difference, codes, day_name, differences, keys
from serving.console.visit import Visit
from serving.policy.calendar import Block, blocks_ahead
from serving.policy.glances import Glance
from serving.policy.policies import Source
from serving.policy.rows import Move, PolicyVersion
from serving.policy.store import Standing

VERSIONS_SHOWN: Final = 30
BLOCK_HOURS: Final = tuple(h for h in range(1, 169) if 168 % h == 0)


@dataclass(frozen=True, slots=True)
class History:
    """What was published: the versions, newest first, which came into force when, and whence."""

    source: Source
    versions: Sequence[PolicyVersion] = ()
    moves: Sequence[Move] = ()


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version: `when` on the desk's clock, what differs from the one before."""

    version: int
    name: str
    when: str
    who: str
    why: str
    changes: tuple[Difference, ...]
    in_force: bool
    share: int


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A version came into force: by publication or rollback, when, by whom and why."""

    version: int
    kind: str
    when: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions beside each other."""

    one: int
    other: int
    changes: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block of time of a release, on the desk's clock."""

    day: str
    hours: str
    new: bool


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A gray release that runs: its share in per cent, and the blocks from now on."""

    share: int
    block_hours: int
    before: int
    blocks: tuple[BlockRow, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The page. `locked` is the word why nothing may be changed, empty where it may.

    `document` is the policy in force as JSON, `etag` its tag: what a change must name. `refresh`
    is the last refresh, on which its effect is shown; empty before the first. `names` word the keys
    (`to`) and the codes (`to/duty_manager`) that a change may hold.
    """

    now: float
    version: int
    name: str
    etag: str
    document: str
    locked: str
    refresh: str
    objective: str
    weights: tuple[form.Slider, ...]
    prices: tuple[form.Slider, ...]
    levels: tuple[form.Level, ...]
    rules: tuple[form.Rule, ...]
    blank: form.Rule
    weekdays: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    actions: tuple[str, ...]
    block_hours: tuple[int, ...]
    release: ReleaseView | None
    watch: WatchView | None
    versions: tuple[VersionRow, ...]
    moves: tuple[MoveRow, ...]
    compared: Compared | None


def view_of(
    standing: Standing,
    history: History,
    plan: Plan | None,
    visit: Visit,
    now: datetime,
    compared: Sequence[PolicyVersion] = (),
    watched: Glance = None,
) -> View:
    """The page.

    Args:
        standing: what is in force.
        history: what was published.
        plan: the last plan; None before the first.
        visit: who looks.
        now: the desk's present.
        compared: two versions to hold against each other, or none.
        watched: how the release does, or why that is not known (yet); None where none runs.
    """
    policy, language = standing.policy, visit.language
    tickets = () if plan is None else plan.tickets.values()
    return View(
        now=now.timestamp(),
        version=policy.version,
        name=policy.name,
        etag=standing.etag,
        document=orjson.dumps(policy.document()).decode(),
        locked=locked(visit, history.source),
        refresh="" if plan is None else plan.refresh_id,
        objective=policy.objective,
        weights=form.weights(policy, language),
        prices=form.prices(policy, language),
        levels=form.levels(policy),
        rules=form.rules(policy),
        blank=form.rule_of(AlertRule()),
        weekdays=tuple((day, day_name(day, language)) for day in WEEKDAYS),
        names=(
            *keys(language).items(),
            *((f"{field}/{code}", name) for (field, code), name in codes(language).items()),
        ),
        categories=tuple(sorted({str(each["category"]) for each in tickets})),
        actions=NAMES,
        block_hours=BLOCK_HOURS,
        release=release_view(standing, now, language),
        watch=watch_view(watched, language),
        versions=tuple(_version(each, policy, language) for each in history.versions),
        moves=tuple(_move(each, policy) for each in history.moves),
        compared=_compared(compared, language),
    )


def locked(visit: Visit, source: Source) -> str:
    """The word why who looks may change nothing; empty where they may."""
    if not visit.principal.may("ops"):
        return "locked_scope"
    return "locked_file" if source == "file" else ""


def release_view(standing: Standing, now: datetime, language: Language) -> ReleaseView | None:
    """The gray release that runs; None where the policy holds at all times."""
    if standing.before is None:
        return None
    policy = standing.policy
    return ReleaseView(
        share=round(100 * policy.release.share),
        block_hours=policy.release.block_hours,
        before=standing.before.version,
        blocks=tuple(_block(each, language) for each in blocks_ahead(policy, now)),
    )


def _block(block: Block, language: Language) -> BlockRow:
    start = block.start
    day = f"{start:%m-%d} {day_name(WEEKDAYS[start.weekday()], language)}"
    return BlockRow(day, f"{start:%H:%M}–{block.end:%H:%M}", block.new)


def _version(told: PolicyVersion, in_force: Policy, language: Language) -> VersionRow:
    return VersionRow(
        version=told.policy.version,
        name=told.policy.name,
        when=minute(told.by.at, ZoneInfo(in_force.timezone)),
        who=told.by.who,
        why=told.by.why,
        changes=differences(told.changes, language),
        in_force=told.policy.version == in_force.version,
        share=round(100 * told.policy.release.share),
    )


def _move(move: Move, policy: Policy) -> MoveRow:
    when = minute(move.by.at, ZoneInfo(policy.timezone))
    return MoveRow(move.version, move.kind, when, move.by.who, move.by.why)


def _compared(versions: Sequence[PolicyVersion], language: Language) -> Compared | None:
    if len(versions) != 2:
        return None
    one, other = (each.policy for each in versions)
    told = differences(policy_changes(one, other), language)
    return Compared(one.version, other.version, told)
