"""Models kept on this disk, so that a registry that is down does not stop the desk.

`<folder>/<sha of address>.json` points an address (`models:/fendan-risk@champion` at a registry)
to the bundle it last led to and that bundle's manifest hash; bundles lie in folders named by it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson

from features.errors import ModelError
from model.bundle import MANIFEST, Bundle, load, sha256


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where an address led: the registered name and version, and the manifest's SHA-256."""

    name: str
    version: int
    manifest: str


@dataclass(frozen=True, slots=True)
class ModelCache:
    """A folder of bundles and pointers; written atomically, safe for several processes."""

    folder: Path

    def point(self, address: str, pointer: Pointer) -> None:
        """Remember where an address leads."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=self.folder, delete=False) as file:
            file.write(orjson.dumps(asdict(pointer)))
        Path(file.name).replace(self._pointer(address))

    def last(self, address: str) -> Pointer | None:
        """Where the address led last time, None if it was never followed here."""
        try:
            return Pointer(**orjson.loads(self._pointer(address).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def find(self, manifest: str) -> Path | None:
        """The folder of the bundle with this manifest, None if it is not here."""
        folder = self.folder / manifest
        return folder if folder.is_dir() else None

    def keep(self, bundle: Path) -> Path:
        """Copy a bundle into the cache; its folder there.

        Raises:
            ModelError: there is no manifest, or the cache cannot be written.
        """
        try:
            manifest = sha256(bundle / MANIFEST)
            place = self.folder / manifest
            if place.is_dir():
                return place
            self.folder.mkdir(parents=True, exist_ok=True)
            half = Path(tempfile.mkdtemp(dir=self.folder))
            shutil.copytree(bundle, half, dirs_exist_ok=True)
            try:
                half.rename(place)
            except OSError:  # another process was first
                shutil.rmtree(half, ignore_errors=True)
                if not place.is_dir():
                    raise
        except OSError as error:
            raise ModelError(
                f"the model cannot be kept on disk: {error}",
                where=str(self.folder),
                remedy="make FENDAN_HOME writable",
            ) from error
        return place

    def open(self, pointer: Pointer, fingerprint: str | None) -> Bundle:
        """The bundle that a pointer leads to, named and numbered as it says.

        Raises:
            ModelError: it is gone or its bytes have changed (then it is dropped, so that the
                next try fetches it anew), or it was made for other features.
        """
        folder = self.folder / pointer.manifest
        try:
            bundle = _load_exactly(folder, pointer.manifest, fingerprint)
        except ModelError:
            self.forget(pointer.manifest)
            raise
        return replace(
            bundle, info=replace(bundle.info, name=pointer.name, version=pointer.version)
        )

    def forget(self, manifest: str) -> None:
        """Drop a bundle, when its bytes turn out to have changed."""
        if os.sep not in manifest:
            shutil.rmtree(self.folder / manifest, ignore_errors=True)

    def _pointer(self, address: str) -> Path:
        return self.folder / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.json"


def _load_exactly(folder: Path, manifest: str, fingerprint: str | None) -> Bundle:
    bundle = load(folder, fingerprint)
    if sha256(folder / MANIFEST) != manifest:
        raise ModelError("the model on disk has changed", where=str(folder), remedy="try again")
    return bundle
