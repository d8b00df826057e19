"""Who is champion: promotion, rollback, and the line of those who were.

Every move of the alias is kept as a tag of the registered model (`move.000001`, ...;
who, when, why), and the line of champions is what the moves leave. The alias itself is the
truth that servers follow: it is set before its move is written, and a line that does not end in
it (a crash between the two, or a hand in MLflow) is put right when it is next read.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Protocol

import orjson

from features.catalog import fingerprint
from features.errors import ModelError
from model.lock import ALIASES, held
from model.registry.moves import PREFIX, Kind, Move, Moves, Note, line, moves_in
from model.registry.store import CHALLENGER, CHAMPION, NAME
from model.runs import Loaded, ModelVersion

PASSED: Final = "passed"
REFUSED: Final = "refused"


class NotMovedError(ModelError):
    """What is asked of the alias cannot be: the champion stays."""


class GateRefusedError(NotMovedError):
    """The gate would not have the version as champion, and is not overruled."""


class NoSuchVersionError(ModelError):
    """No version has this number."""


class Shelf(Protocol):
    """What is asked of a registry here; `model.registry.Registry` is one."""

    @property
    def home(self) -> Path:
        """The folder of the locks."""

    def versions(self) -> tuple[ModelVersion, ...]:
        """All versions, the newest first."""

    def set_alias(self, alias: str, number: int) -> None:
        """Point an alias to a version."""

    def load(self, uri: str, fingerprint: str | None) -> Loaded:
        """A model by URI, refused when it was made for other features."""

    def tags(self) -> dict[str, str]:
        """The tags of the registered model."""

    def set_tag(self, name: str, value: str) -> None:
        """Tag the registered model."""


@dataclass(frozen=True, slots=True)
class Champions:
    """The champion alias of one registry, and the moves that brought it where it is."""

    registry: Shelf

    def moves(self) -> tuple[Move, ...]:
        """All moves that can be read, the oldest first."""
        return self.told().moves

    def told(self) -> Moves:
        """All that the tags tell of moves."""
        return moves_in(self.registry.tags())

    def line(self) -> tuple[int, ...]:
        """The champions that rollbacks lead back to, the present one last; empty without any."""
        champion = self._champion()
        return line(self.moves(), champion) if champion else ()

    def promote(self, wanted: str, note: Note, *, force: bool = False) -> Move:
        """Make a version champion that the gate has passed, or by force.

        Args:
            wanted: a version number, or `challenger`.
            note: who does it, when, and why.
            force: whether the gate's refusal is overruled; never a model for other features.

        Raises:
            NoSuchVersionError: there is no such version.
            GateRefusedError: the gate refused it or never judged it.
            NotMovedError: it is champion already, or forced without a reason.
            ModelError: it was made for other features, or the registry cannot be reached.
        """
        if force and not note.why:
            raise NotMovedError(
                "a forced promotion needs a reason",
                remedy="give --reason TEXT",
                zh="强制升级须说明原因；命令行请加 --reason",
            )
        with self.locked():
            version = self._find(wanted)
            if CHAMPION in version.aliases:
                raise NotMovedError(
                    f"version {version.version} is champion already",
                    where=NAME,
                    zh=f"版本 {version.version} 已是现任模型（{NAME}）",
                )
            self.registry.load(f"models:/{NAME}/{version.version}", fingerprint())
            objection = objection_to(version, self._champion())
            if objection and not force:
                raise GateRefusedError(
                    objection,
                    where=NAME,
                    remedy=f"see `fendan model show models:/{NAME}/{version.version}`, train "
                    "again, or overrule the gate with --force --reason TEXT",
                    zh=f"版本 {version.version} 未通过门槛；原因见模型页，"
                    "请重新训练，或说明原因后强制升级",
                )
            return self.crown(version.version, "promote", note, forced=bool(objection))

    def rollback(self, note: Note) -> Move:
        """Give the alias back to the version that was champion before.

        Raises:
            NotMovedError: there is no champion, or none before it.
            ModelError: it is for other features, or the registry cannot be reached.
        """
        with self.locked():
            champions = self.line()
            if not champions:
                raise NotMovedError(
                    "there is no champion to roll back", where=NAME, zh="没有可回退的现任模型"
                )
            before = champions[:-1]
            if not before:
                raise NotMovedError(
                    f"version {champions[-1]} is the first champion: there is none before it",
                    where=NAME,
                    remedy="promote a version with `fendan model promote VERSION`",
                    zh=f"版本 {champions[-1]} 是第一个现任模型，之前没有；"
                    "可用 `fendan model promote VERSION` 升级某个版本",
                )
            self.registry.load(f"models:/{NAME}/{before[-1]}", fingerprint())
            return self.crown(before[-1], "rollback", note)

    def crown(self, number: int, kind: Kind, note: Note, *, forced: bool = False) -> Move:
        """Set the alias and write the move down; the caller holds the lock and has checked."""
        told = self.told()
        number_of_move = len(told.moves) + len(told.unread) + 1
        when = note.when.isoformat(timespec="seconds")
        move = Move(kind, number, self._champion(), note.who, when, note.why, forced)
        self.registry.set_alias(CHAMPION, number)
        self.registry.set_tag(f"{PREFIX}{number_of_move:06d}", orjson.dumps(asdict(move)).decode())
        return move

    def locked(self) -> AbstractContextManager[None]:
        """Hold the aliases: nobody else in this FENDAN_HOME moves them meanwhile."""
        return held(self.registry.home / ALIASES)

    def _champion(self) -> int:
        return next((v.version for v in self.registry.versions() if CHAMPION in v.aliases), 0)

    def _find(self, wanted: str) -> ModelVersion:
        versions = self.registry.versions()
        for version in versions:
            if wanted == str(version.version) or (
                wanted == CHALLENGER and CHALLENGER in version.aliases
            ):
                return version
        known = ", ".join(str(v.version) for v in versions[:5]) or "none"
        raise NoSuchVersionError(
            f"there is no version {wanted!r}",
            where=NAME,
            remedy=f"give a number (the newest: {known}) or {CHALLENGER}",
            zh=f"没有版本 {wanted!r}；请给出版本号（最新：{known}）或 {CHALLENGER}",
        )


def objection_to(version: ModelVersion, champion: int) -> str:
    """Why the gate would not have the version as champion now, "" where it would."""
    gate, number = version.tags.get("gate"), version.version
    against = version.tags.get("gate_against", "0")
    if gate is None:
        return f"no gate has judged version {number}"
    if gate != PASSED:
        return f"the gate refused version {number}: {version.tags.get('gate_words', '')}"
    if champion and against != str(champion):
        return (
            f"the gate held version {number} against version {against}, "
            f"but version {champion} is champion now"
        )
    return ""
