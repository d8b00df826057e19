"""A model on disk: a folder of text, JSON and Parquet, checked byte by byte when it is read.

Nothing in it is executable: boosters are LightGBM's text, the rest JSON, the history a
Parquet file of events with sketches (`features.wording`) in the place of their texts.
`manifest.json` lists the SHA-256 of every file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
import pandas as pd
import pyarrow.parquet

from features.errors import ModelError
from features.events import arrow_table
from features.frame import Encoder
from features.picture import micros_of
from model.alert_table import AlertTable
from model.calibration import Calibration
from model.risk import FORESTS, Forest, RiskModel
from model.rows import instant

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
HISTORY: Final = "history.parquet"
ALERTS: Final = "alerts.json"
SECOND_US: Final = 1_000_000
"""`trained_until` is noted to the second: what came within it may have been seen."""


class OtherFeaturesError(ModelError):
    """The model was made for other features than this version computes."""


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """Where a model comes from.

    `fingerprint` is that of the feature catalog, `data_fingerprint` of the events it learned
    from, `trained_until` the RFC 3339 time after which it read nothing. `name` and `version`
    are the registry's, version 0 before it is registered.
    """

    fingerprint: str
    data_fingerprint: str
    trained_until: str
    name: str = "fendan-risk"
    version: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def unseen_from_us(self) -> int:
        """The first whole second, in microseconds, of which the model has seen nothing."""
        return micros_of(instant(self.trained_until)) + SECOND_US


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """All that serving needs: the risk model, the encoder, and the history so far.

    `events` are the rows of `History.events`, or None for a bundle that only scores ready frames.
    `alerts` is None where no alert thresholds were learned, as in older models.
    """

    info: BundleInfo
    risk: RiskModel
    encoder: Encoder
    events: pd.DataFrame | None = None
    alerts: AlertTable | None = None


def save(bundle: Bundle, folder: Path) -> str:
    """Write the bundle into a new or empty folder; the SHA-256 of its manifest.

    Raises:
        ModelError: the folder is not empty or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ModelError("the folder is not empty", where=str(folder))
        for name, content in _contents(bundle).items():
            (folder / name).write_bytes(content)
        if bundle.events is not None:
            table = arrow_table(bundle.events)
            pyarrow.parquet.write_table(table, folder / HISTORY, compression="zstd")
        files = {path.name: sha256(path) for path in sorted(folder.iterdir())}
        head = {"format": FORMAT, "fingerprint": bundle.info.fingerprint, "files": files}
        manifest = orjson.dumps(head, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        (folder / MANIFEST).write_bytes(manifest)
    except OSError as error:
        raise ModelError(f"the model cannot be written: {error}", where=str(folder)) from error
    return hashlib.sha256(manifest).hexdigest()


def load(folder: Path, fingerprint: str | None = None) -> Bundle:
    """Read a bundle back, once every byte is as it was written.

    Args:
        folder: what `save` wrote.
        fingerprint: the fingerprint of this version's features; None takes any.

    Raises:
        OtherFeaturesError: it has another fingerprint.
        ModelError: no bundle, a missing or changed file, another format.
    """
    manifest = _read_json(folder / MANIFEST)
    if manifest.get("format") != FORMAT:
        raise ModelError(
            f"model format {manifest.get('format')!r}, this version reads {FORMAT}",
            where=str(folder),
            remedy="train again, or use the version of Fendan that made it",
        )
    if fingerprint is not None and manifest.get("fingerprint") != fingerprint:
        raise OtherFeaturesError(
            "the model was trained on other features than this version computes",
            where=str(folder),
            remedy="train again with `fendan train`, or use the version that made the model",
            zh="该模型所用特征与当前版本不同；请用 `fendan train` 重新训练，或使用生成该模型的版本",
        )
    _verify(folder, manifest.get("files"))
    info = _read_json(folder / "info.json")
    try:
        return Bundle(
            info=BundleInfo(**info),
            risk=_risk(folder, _read_json(folder / "risk.json")),
            encoder=Encoder.from_json(_read_json(folder / "encoder.json")),
            events=_events(folder / HISTORY),
            alerts=_alerts(folder / ALERTS),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the model makes no sense: {error}", where=str(folder)) from error


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _contents(bundle: Bundle) -> dict[str, bytes]:
    risk, info = bundle.risk, bundle.info
    forests = {name: getattr(risk, name) for name in FORESTS}
    files = {f"{name}.txt": f.text.encode() for name, f in forests.items() if f.text}
    files["risk.json"] = _json(
        {
            "names": list(risk.names),
            "categorical": list(risk.categorical),
            "constants": {name: f.constant for name, f in forests.items() if not f.text},
            "timeout_calibration": risk.timeout_calibration.to_json(),
            "escalation_calibration": risk.escalation_calibration.to_json(),
            "eta_shifts": list(risk.eta_shifts),
            "live": risk.live,
        }
    )
    files["encoder.json"] = _json(bundle.encoder.to_json())
    files["info.json"] = _json(
        {
            "fingerprint": info.fingerprint,
            "data_fingerprint": info.data_fingerprint,
            "trained_until": info.trained_until,
            "name": info.name,
            "version": info.version,
            "metrics": dict(info.metrics),
        }
    )
    if bundle.alerts is not None:
        files[ALERTS] = orjson.dumps(bundle.alerts.to_json())
    return files


def _json(data: object) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(
            f"{path.name} is missing or cannot be read",
            where=str(path.parent),
            remedy="fetch the model again or train one with `fendan train`",
        ) from error
    except orjson.JSONDecodeError as error:
        raise ModelError(f"{path.name} is not JSON", where=str(path.parent)) from error
    if not isinstance(data, dict):
        raise ModelError(f"{path.name} is not a JSON object", where=str(path.parent))
    return data


def _verify(folder: Path, files: object) -> None:
    if not isinstance(files, dict) or not files:
        raise ModelError("the manifest lists no files", where=str(folder))
    for name, expected in files.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise ModelError(
                f"{name} is missing from the model",
                where=str(folder),
                remedy="fetch the model again or train one with `fendan train`",
            )
        if sha256(path) != expected:
            raise ModelError(
                f"{name} is not the file that was saved: its bytes have changed",
                where=str(folder),
                remedy="fetch the model again; do not edit a model by hand",
            )


def _risk(folder: Path, data: Mapping[str, Any]) -> RiskModel:
    low, high = data["eta_shifts"]
    timeout, escalation, p50, p90 = (_forest(folder, name, data["constants"]) for name in FORESTS)
    return RiskModel(
        names=tuple(data["names"]),
        categorical=tuple(data["categorical"]),
        timeout=timeout,
        escalation=escalation,
        eta_p50=p50,
        eta_p90=p90,
        timeout_calibration=Calibration.from_json(data["timeout_calibration"]),
        escalation_calibration=Calibration.from_json(data["escalation_calibration"]),
        eta_shifts=(float(low), float(high)),
        live=bool(data["live"]),
    )


def _forest(folder: Path, name: str, constants: Mapping[str, float]) -> Forest:
    if name in constants:
        return Forest(constant=float(constants[name]))
    return Forest((folder / f"{name}.txt").read_text(encoding="utf-8"))


def _events(path: Path) -> pd.DataFrame | None:
    return pd.read_parquet(path) if path.exists() else None


def _alerts(path: Path) -> AlertTable | None:
    return AlertTable.from_json(_read_json(path)) if path.exists() else None
