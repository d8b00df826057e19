"""The policy document as JSON Schema (2020-12), told by the records' own types and bounds.

What holds between fields (thresholds that rise, rules that no other hides) no schema says: the
reader alone refuses that. Titles and descriptions are English; `x-title-zh` has the Chinese title.
"""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, asdict, fields
from inspect import getdoc
from itertools import takewhile
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from model.policy import Policy
from model.policy_check import Checked, check_of
from model.policy_reader import MOST_ENTRIES
from model.policy_titles import title_of

Json = dict[str, Any]
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_KINDS: Final = {str: "string", int: "integer", float: "number", bool: "boolean"}
_ABOUT: Final = "What ops decide. Keys left out take their default; unknown ones are refused."


def policy_schema() -> Json:
    """The schema of a policy document.

    >>> policy_schema()["properties"]["weights"]["properties"]["value"]["maximum"]
    100.0
    """
    told = _record(Policy)
    return {**told, "description": _ABOUT, "required": ["name"]}


def _record(kind: type[Checked]) -> Json:
    hints = get_type_hints(kind)
    return {
        "type": "object",
        "description": _description(kind),
        "additionalProperties": False,
        "properties": {
            each.name: {**_titles(kind, each), **_field(hints[each.name], each)}
            for each in fields(kind)
        },
    }


def _field(hint: object, each: Field[Any]) -> Json:
    check = check_of(each)
    told = _of(hint, check.schema() if check else {})
    if each.default is not MISSING and not isinstance(each.default, Checked):
        default = each.default
        if isinstance(default, tuple):
            default = [asdict(one) if isinstance(one, Checked) else one for one in default]
        told["default"] = default
    return told


def _of(hint: object, bounds: Json) -> Json:
    """The schema of a type; `bounds` are of its scalars, or of the words of a list."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(part, bounds) for part in get_args(hint)]}
    if hint is type(None):
        return {"type": "null"}
    if isinstance(hint, type) and issubclass(hint, Checked):
        return _record(hint)
    if origin is tuple:
        items = _of(get_args(hint)[0], bounds)
        return {"type": "array", "items": items, "maxItems": MOST_ENTRIES}
    scalar = str if origin is Literal else hint
    assert isinstance(scalar, type)  # records hold nothing else
    return {"type": _KINDS[scalar], **bounds}


def _titles(kind: type[Checked], each: Field[Any]) -> Json:
    title = title_of(kind.__name__, each.name)
    return {"title": title.en, "x-title-zh": title.zh}


def _description(kind: type[Checked]) -> str:
    """The docstring up to what only programmers ask."""
    paragraphs = (getdoc(kind) or "").split("\n\n")
    kept = takewhile(lambda text: not text.startswith((">>>", "Raises:")), paragraphs)
    return "\n\n".join(" ".join(text.split()) for text in kept)
