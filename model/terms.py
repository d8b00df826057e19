"""The terms of a risk in people's words: the catalog's, a desk's own, and the day's level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from features.catalog import BY_NAME, TERMS
from features.frame import HOURS, LATE, Encoder
from features.ledger import ATTRIBUTE
from features.spec import FeatureSpec
from features.words import Words, quoted
from model.explain import Explainer, Label

LEVEL: Final = "level"
"""The term of what calibration and the desk's level of the day bring."""
_PLAIN = {"name", "share", "flag", "state", "times", "currency", "h (UTC)"}
"""Units that the words of the label already say."""


def explainer_of(encoder: Encoder) -> Explainer:
    """Names terms and categories with the catalog's words; the last term is the level."""
    labels = {name: _label(spec) for name, spec in BY_NAME.items()}
    own = [name for name in encoder.names if name.startswith(ATTRIBUTE)]
    for name in own:
        called = quoted(name.removeprefix(ATTRIBUTE))
        labels[name] = Label(Words(called, called))
    level = Words("level of the desk today", "全台当前水平")
    labels[LEVEL] = Label(level, shown=False, common=True)
    labels["wording"] = Label(Words("wording of the complaint", "投诉措辞"), shown=False)

    def decode(column: str, code: float) -> str | None:
        known: Sequence[str] = encoder.categories[column]
        return known[int(code)] if 0 <= code < len(known) else None

    precedents = {
        name: ATTRIBUTE + name.partition(":")[2]
        for name in encoder.names
        if name.startswith((LATE, HOURS))
    }
    groups = {**TERMS, **precedents, **dict.fromkeys(encoder.axes.names, "wording")}
    names = (*encoder.names, LEVEL)
    return Explainer(names, frozenset(encoder.categorical), labels, decode, groups)


def _label(spec: FeatureSpec) -> Label:
    unit = "" if spec.unit in _PLAIN else spec.unit
    return Label(Words(spec.label, spec.label_zh), unit, names=spec.names)
