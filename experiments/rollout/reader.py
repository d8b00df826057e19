"""A release's design from YAML or JSON: the fields of `Design`, unknown ones refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import yaml

from experiments.rollout.design import Design
from experiments.rollout.errors import RolloutError


def load_design(path: Path) -> Design:
    """The design in a file (JSON is YAML too).

    Raises:
        RolloutError: it cannot be read, or it is no release that can be run.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise RolloutError(
            "the design cannot be read", where=str(path), remedy="give a YAML or JSON file"
        ) from fault
    return design_of(document)


def design_of(document: object) -> Design:
    """The design in a nested mapping, as YAML gives it.

    >>> design_of({"name": "n"})
    Traceback (most recent call last):
    ...
    experiments.rollout.errors.RolloutError: salt is missing (/); add it
    """
    made: Design = _record(Design, document, "")
    return made


def _record(kind: type[Any], document: object, pointer: str) -> Any:  # noqa: ANN401  # of `kind`
    if not isinstance(document, Mapping):
        raise RolloutError("not a group of keys", where=pointer or "/", remedy="`key: value`")
    known = {each.name: each for each in fields(kind)}
    for key in document:
        if key not in known:
            names = ", ".join(known)
            raise RolloutError(f"unknown key {key!r}", where=pointer or "/", remedy=f"use {names}")
    for name, each in known.items():
        optional = each.default is not MISSING or each.default_factory is not MISSING
        if name not in document and not optional:
            raise RolloutError(f"{name} is missing", where=pointer or "/", remedy="add it")
    hints = get_type_hints(kind)
    return kind(**{k: _value(hints[k], v, f"{pointer}/{k}") for k, v in document.items()})


def _value(hint: Any, value: object, pointer: str) -> object:  # noqa: ANN401  # a type hint
    if is_dataclass(hint):
        return _record(hint, value, pointer)  # type: ignore[arg-type]  # a class, not an instance
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise RolloutError("not a list", where=pointer, remedy="write [a, b] or `- a` lines")
        return tuple(_value(get_args(hint)[0], v, f"{pointer}/{i}") for i, v in enumerate(value))
    if hint is datetime and isinstance(value, str):
        return _moment(value, pointer)
    allowed = (int, float) if hint is float else (hint,)
    if not isinstance(value, allowed) or isinstance(value, bool):
        raise RolloutError(f"{value!r} is no {hint.__name__}", where=pointer)
    return value


def _moment(text: str, pointer: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as fault:
        raise RolloutError(f"{text!r} is no RFC 3339 time", where=pointer) from fault
