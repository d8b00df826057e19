"""From a model URI to a bundle: by the registry, or by what it last gave when it is down."""

from __future__ import annotations

import tempfile
from pathlib import Path

from features.errors import ModelError
from model import bundle as bundles
from model.cache import ModelCache, Pointer
from model.decision import Version
from model.registry.store import DEFAULT_URI, NAME, DownError, Store, Untyped, faults, is_missing
from model.runs import Loaded


def load(store: Store, uri: str, fingerprint: str | None) -> Loaded:
    """As `Registry.load` says."""
    if Path(uri).is_dir():
        folder = _bundle_in(Path(uri))
        return Loaded(bundles.load(folder, fingerprint), folder)
    cache, address = ModelCache(store.home / "models"), f"{store.uri} {uri}"
    message = ""
    try:
        pointer = _fetch(store, uri, cache, address)
    except DownError as down:
        found = cache.last(address)
        if found is None:
            raise store.unreachable(down) from down
        pointer = found
        message = (
            f"the model registry cannot be reached; serving {pointer.name} "
            f"version {pointer.version} from the disk"
        )
    folder = cache.folder / pointer.manifest
    return Loaded(cache.open(pointer, fingerprint), folder, message)


def leads_to(store: Store, uri: str) -> Version:
    """As `Registry.leads_to` says."""
    missing = ModelError(
        "no such model is registered",
        where=uri,
        remedy="train one with `fendan train EVENTS`, or see `fendan model list`",
    )
    with store.asking(missing) as mlflow:
        return Version(*_resolve(mlflow, uri))


def _fetch(store: Store, uri: str, cache: ModelCache, address: str) -> Pointer:
    """Follow the URI at the registry; download the bundle unless it is on disk.

    Raises:
        ModelError: the registry says that there is no such model.
        DownError: the registry does not answer.
    """
    mlflow = store.connect()
    try:
        store.make(mlflow)
        name, number = _resolve(mlflow, uri)
        version_address = f"{store.uri} {name} {number}"
        known = cache.last(version_address) if number else None
        if known is None or cache.find(known.manifest) is None:
            known = _download(mlflow, uri, cache, name, number)
        if number:
            cache.point(version_address, known)
    except faults(mlflow) as error:
        if is_missing(error):
            raise ModelError(
                "no such model is registered",
                where=uri,
                remedy="train one with `fendan train EVENTS`, or see `fendan model list`",
            ) from error
        raise DownError(str(error)) from error
    except OSError as error:
        raise DownError(str(error)) from error
    cache.point(address, known)
    return known


def _resolve(mlflow: Untyped, uri: str) -> tuple[str, int]:
    """The registered name and version behind a `models:/` URI; version 0 for other URIs."""
    if not uri.startswith("models:/"):
        return NAME, 0
    path = uri.removeprefix("models:/").strip("/")
    client = mlflow.MlflowClient()
    if "@" in path:
        name, alias = path.split("@", 1)
        return name, int(client.get_model_version_by_alias(name, alias).version)
    name, _, number = path.partition("/")
    if number.isdigit():
        return name, int(client.get_model_version(name, number).version)
    raise ModelError(
        "not a model URI", where=uri, remedy=f"write {DEFAULT_URI} or models:/{NAME}/VERSION"
    )


def _download(mlflow: Untyped, uri: str, cache: ModelCache, name: str, number: int) -> Pointer:
    with tempfile.TemporaryDirectory() as place:
        found = mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=place)
        kept = cache.keep(_bundle_in(Path(found)))
    return Pointer(name, number, kept.name)


def _bundle_in(folder: Path) -> Path:
    """The bundle in a downloaded MLflow model, or the folder itself."""
    if (folder / bundles.MANIFEST).is_file():
        return folder
    inner = folder / "artifacts" / "bundle"
    if (inner / bundles.MANIFEST).is_file():
        return inner
    raise ModelError("this is not a Fendan model", where=str(folder))
