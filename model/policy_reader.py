"""A policy document (YAML or JSON) becomes a `Policy`, or a list of everything wrong with it."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, Union, cast, get_args, get_origin, get_type_hints

import yaml

from features.errors import PolicyError
from features.words import Words
from model.policy import POLICY_FOLDER, Policy
from model.policy_check import Checked, Fault, PolicyFaultsError

_KINDS: Final = {
    str: Words("text", "文本"),
    int: Words("a whole number", "整数"),
    float: Words("a number", "数"),
    bool: Words("true or false", "true 或 false"),
}
_NO_GROUP: Final = "不是一组键值；请写成多行 `键: 值`"
_BROKEN: Final = object()
_HUGE: Final = 2**63
_LONG: Final = 80
MOST_ENTRIES: Final = 1000
"""Entries of a list: rules are held against each other, and against every ticket."""


def load(path: Path) -> Policy:
    """The policy in a YAML or JSON file (JSON is YAML too).

    Raises:
        PolicyError: the file cannot be read or parsed.
        PolicyFaultsError: it can, but not obeyed; `faults` lists every fault by JSON pointer.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise PolicyError(
            "the policy cannot be read", where=str(path), remedy="check the path"
        ) from fault
    return loads(text, where=str(path))


def loads(text: str, where: str = "policy") -> Policy:
    """The policy in a YAML or JSON text.

    >>> loads("{name: gold first, weights: {value: 2}}").weights.value
    2.0
    >>> loads("{name: n, weights: {skil: 2}}")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    model.policy_check.PolicyFaultsError: unknown key (/weights/skil); use ...load
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        line = getattr(getattr(fault, "problem_mark", None), "line", None)
        place = where if line is None else f"{where}, line {line + 1}"
        raise PolicyError(
            "neither YAML nor JSON", where=place, remedy="mend the text there"
        ) from fault
    return of(document)


def default() -> Policy:
    """The policy that Fendan ships."""
    return load(POLICY_FOLDER / "default.yaml")


def of(document: object) -> Policy:
    """The policy that a parsed document describes; keys left out take their default.

    Raises:
        PolicyFaultsError: with every fault found, in the order of the document.
    """
    faults: list[Fault] = []
    policy = _record(Policy, document, "", faults)
    if faults or not isinstance(policy, Policy):
        raise PolicyFaultsError(tuple(faults))
    return policy


def _record(kind: type[Checked], document: object, pointer: str, faults: list[Fault]) -> object:
    if not isinstance(document, Mapping):
        faults.append(Fault(pointer, "not a group of keys", "write `key: value` lines", _NO_GROUP))
        return _BROKEN
    known = _known(kind)  # type: ignore[arg-type]  # a class is hashable
    before = len(faults)
    values: dict[str, Any] = {}
    for key, value in document.items():
        place = f"{pointer}/{_escaped(str(key))}"
        if key not in known:
            names = ", ".join(known)
            faults.append(Fault(place, "unknown key", f"use {names}", f"未知的键；可用：{names}"))
        else:
            values[key] = _value(known[key], value, place, faults)
    if kind is Policy and "name" not in document:
        zh = "策略没有名称；请加上 `name: ...`"
        faults.append(Fault(f"{pointer}/name", "the policy has no name", "add `name: ...`", zh))
    return _made(kind, values, pointer, faults, before)


@cache
def _known(kind: type[Checked]) -> dict[str, Any]:
    """The fields of a record with their types."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def _made(
    kind: type[Checked], values: dict[str, Any], pointer: str, faults: list[Fault], before: int
) -> object:
    """The record, if its values are sound; else what else is wrong with the sound ones."""
    sound = {key: value for key, value in values.items() if value is not _BROKEN}
    if kind is Policy:
        sound.setdefault("name", "unnamed")
    try:
        made: object = kind(**sound)
    except PolicyFaultsError as found:
        faults.extend(fault.under(pointer) for fault in found.faults)
    return made if len(faults) == before else _BROKEN


def _value(hint: object, value: object, pointer: str, faults: list[Fault]) -> object:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(hint), value, pointer, faults)
    if isinstance(hint, type) and issubclass(hint, Checked):
        return _record(hint, value, pointer, faults)
    if origin is tuple:
        return _list(get_args(hint)[0], value, pointer, faults)
    return _scalar(str if origin is Literal else cast("type", hint), value, pointer, faults)


def _one_of(hints: tuple[object, ...], value: object, pointer: str, faults: list[Fault]) -> object:
    """The value by the part of a union that it is written as: nothing, a group of keys, other."""
    if value is None and type(None) in hints:
        return None
    grouped = isinstance(value, Mapping)
    parts = [part for part in hints if part is not type(None)]
    fitting = (
        part for part in parts if (isinstance(part, type) and issubclass(part, Checked)) == grouped
    )
    return _value(next(fitting, parts[0]), value, pointer, faults)


def _list(hint: object, value: object, pointer: str, faults: list[Fault]) -> object:
    if not isinstance(value, list):
        zh = "不是列表；请写成 [a, b] 或多行 `- a`"
        faults.append(Fault(pointer, "not a list", "write [a, b] or `- a` lines", zh))
        return _BROKEN
    if len(value) > MOST_ENTRIES:
        zh = f"列表有 {len(value)} 项；至多 {MOST_ENTRIES} 项"
        remedy = f"give at most {MOST_ENTRIES}"
        faults.append(Fault(pointer, f"a list of {len(value)}", remedy, zh))
        return _BROKEN
    before = len(faults)
    items = tuple(_value(hint, item, f"{pointer}/{at}", faults) for at, item in enumerate(value))
    return items if len(faults) == before else _BROKEN


def _scalar(kind: type, value: object, pointer: str, faults: list[Fault]) -> object:
    if kind is int and isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON has one kind of number, and 3.0 is 3
    allowed = (int, float) if kind is float else (kind,)
    # True is an int to Python, and nobody means it as one
    fitting = isinstance(value, allowed) and (kind is bool or not isinstance(value, bool))
    if fitting and not _huge(value):
        return value
    remedy = f"write {_KINDS[kind].en}" + (" in quotes" if kind is str else "")
    wanted, shown = _KINDS[kind], _short(value)
    zh = f"{shown.zh} 不是{wanted.zh}；请填写{wanted.zh}"
    faults.append(Fault(pointer, f"{shown.en} is not {wanted.en}", remedy, zh))
    return _BROKEN


def _huge(value: object) -> bool:
    return isinstance(value, int) and abs(value) > _HUGE


def _short(value: object) -> Words:
    """A value as people write it, cut where it is long; a huge number cannot even be written."""
    if _huge(value):
        return Words("a number of so many digits", "位数过多的数")
    if value is None:
        return Words("None", "空值")
    told = repr(value)
    short = told if len(told) <= _LONG else told[:_LONG] + "…"
    return Words(short, short)


def _escaped(key: str) -> str:
    """The key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
