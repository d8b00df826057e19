"""The bytes of a log file, whatever its name: unpacked and recognised, damaged or not."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from features.errors import LogError

Kind = Literal["csv", "ndjson", "parquet"]
KINDS: Final = ("csv", "ndjson", "parquet")

_GZIP_MAGIC: Final = b"\x1f\x8b"
_PARQUET_MAGIC: Final = b"PAR1"
_BLOCK: Final = 1 << 18


class Progress(Protocol):
    """What long work tells whoever watches: the stage, units done, units in all (if known)."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Called now and then; must be cheap and must not raise."""


def quiet(stage: str, done: int, total: int | None) -> None:
    """The watcher that does not watch."""


@dataclass(frozen=True, slots=True)
class Source:
    """The unpacked bytes of a file; `damage` says why they end too early, "" if they do not."""

    path: Path
    data: bytes
    damage: str = ""

    @property
    def kind(self) -> Kind:
        """Parquet and NDJSON by their first bytes; anything else is taken for CSV."""
        if self.data[:4] == _PARQUET_MAGIC:
            return "parquet"
        return "ndjson" if self.data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else "csv"


def open_source(path: Path, progress: Progress = quiet) -> Source:
    """Read a file into memory, through gzip if its content (not its name) says so.

    Raises:
        LogError: there is no such file, it cannot be read, or it is empty.
    """
    try:
        packed = path.read_bytes()
    except FileNotFoundError:
        raise LogError("no such file", where=str(path), remedy="check the path") from None
    except OSError as error:
        raise LogError(f"cannot be read: {error.strerror}", where=str(path)) from error
    progress("unpack", 0, len(packed))
    if packed[:2] == _GZIP_MAGIC:
        data, damage = _unpack(packed, progress)
    else:
        data, damage = packed, ""
    if not data or data.isspace():
        reason = f"holds nothing readable: {damage}" if damage else "is empty"
        raise LogError(f"the log {reason}", where=str(path), remedy="export it again")
    return Source(path, data, damage)


def _unpack(packed: bytes, progress: Progress) -> tuple[bytes, str]:
    """Every byte of a (multi-member) gzip that can still be had, and what is wrong with it."""
    out = bytearray()
    start = 0
    while packed[start : start + 2] == _GZIP_MAGIC:
        member = zlib.decompressobj(wbits=31)
        try:
            for at in range(start, len(packed), _BLOCK):
                block = packed[at : at + _BLOCK]
                before = member.copy()
                out += member.decompress(block)
                progress("unpack", min(at + _BLOCK, len(packed)), len(packed))
                if member.eof:
                    start = at + len(block) - len(member.unused_data)
                    break
        except zlib.error as error:
            out += b"".join(_salvage(before, block))
            return bytes(out), f"the gzip is damaged ({error})"
        if not member.eof:
            return bytes(out), "the gzip ends in the middle"
    return bytes(out), ""


def _salvage(member: zlib._Decompress, block: bytes) -> Iterator[bytes]:
    """What a damaged block yields byte by byte before the damage."""
    for at in range(len(block)):
        try:
            yield member.decompress(block[at : at + 1])
        except zlib.error:
            return
