"""One rule of a mapping as declared: which event, when, and what it carries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from features.events import AGENT_STATUSES, EVENT_STATES, EVENT_TYPES, TEXT_COLUMNS
from training.logs.conditions import Condition, SeenWith, columns_of, parse_condition
from training.logs.document import Section

FIELDS: Final = (
    *(n for n in TEXT_COLUMNS if n not in ("event_id", "type", "ticket_id", "attributes")),
    "due_at",
    "amount",
)
"""Event columns that a rule may fill from a column of the foreign log."""

AttributeKind = Literal["categorical", "numeric", "minutes_since"]
ATTRIBUTE_KINDS: Final[tuple[AttributeKind, ...]] = ("categorical", "numeric", "minutes_since")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One member of `attributes`; `minutes_since` is the event's row time less a time column."""

    name: str
    column: str
    kind: AttributeKind


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one foreign value stands for; a `state` of "" stands for no event."""

    value: str
    state: str
    party: str = ""


@dataclass(frozen=True, slots=True)
class ValueMap:
    """A column and the meaning of each of its values; a value not listed is rejected."""

    column: str
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of event: when it happens and what it carries. `line` is where the rule stands.

    With `due_after_days` the promised time is that long after the event.
    """

    type: str
    when: Condition
    line: int
    time: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    attributes: tuple[Attribute, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    constant_attributes: tuple[tuple[str, str], ...] = ()
    state: ValueMap | None = None
    sla_met: ValueMap | None = None
    only_changes: bool = False
    due_after_days: float | None = None

    def columns(self) -> Iterator[str]:
        """Every column of the foreign log that the rule looks at."""
        yield from columns_of(self.when)
        yield from (column for _, column in self.fields)
        yield from (attribute.column for attribute in self.attributes)
        yield from (values.column for values in (self.state, self.sla_met) if values)
        if self.time:
            yield self.time


def parse_rule(section: Section) -> Rule:
    """A rule from its section.

    Raises:
        LogError: a key is missing, unknown or wrong.
    """
    kind = section.choice("type", EVENT_TYPES)
    when = parse_condition(section)
    if isinstance(when, SeenWith) and when.on not in EVENT_TYPES:
        raise section.fault(f"{when.on!r} is not an event type", "when")
    attributes, constants = _attributes(section)
    rule = Rule(
        type=kind,
        when=when,
        line=section.line,
        time=section.text("time", ""),
        fields=_fields(section, "fields"),
        attributes=attributes,
        constants=_fields(section, "constants"),
        constant_attributes=constants,
        state=_states(section) if section.has("state") else None,
        sla_met=_verdicts(section) if section.has("sla_met") else None,
        only_changes=section.flag("only_changes"),
        due_after_days=section.number("due_after_days"),
    )
    section.done()
    _check_promise(rule, section)
    return rule


def _check_promise(rule: Rule, section: Section) -> None:
    if rule.due_after_days is None:
        return
    if not rule.due_after_days > 0:
        raise section.fault("a promise takes more than 0 days", "due_after_days")
    if "due_at" in dict(rule.fields):
        remedy = "take out due_after_days, or due_at from fields"
        raise section.fault("the promised time is given twice", "due_after_days", remedy)


def _fields(section: Section, key: str) -> tuple[tuple[str, str], ...]:
    pairs = section.renames(key)
    for name, _ in pairs:
        if name not in FIELDS:
            known = ", ".join(FIELDS)
            raise section.fault(f"{name!r} is no field of an event", key, f"one of {known}")
    return pairs


def _attributes(section: Section) -> tuple[tuple[Attribute, ...], tuple[tuple[str, str], ...]]:
    if not section.has("attributes"):
        return (), ()
    inner = section.section("attributes")
    found = tuple(
        Attribute(name, column, kind)
        for kind in ATTRIBUTE_KINDS
        for name, column in inner.renames(kind)
    )
    constants = inner.renames("constant")
    inner.done()
    return found, constants


def _states(section: Section) -> ValueMap:
    """Values to states: a state, `{state:, party:}`, or null for no event."""
    inner = section.section("state")
    values = inner.section("values")
    known = AGENT_STATUSES if section.text("type") == "agent.status" else EVENT_STATES
    meanings = []
    for value in values.nodes:
        if not values.has(value):
            meanings.append(Meaning(value, ""))
        elif values.is_scalar(value):
            meanings.append(Meaning(value, values.choice(value, known)))
        else:
            both = values.section(value)
            meanings.append(Meaning(value, both.choice("state", known), both.text("party", "")))
            both.done()
    result = ValueMap(inner.text("column"), tuple(meanings))
    inner.done()
    return result


def _verdicts(section: Section) -> ValueMap:
    inner = section.section("sla_met")
    values = inner.section("values")
    meanings = tuple(Meaning(v, values.choice(v, ("true", "false"))) for v in values.nodes)
    result = ValueMap(inner.text("column"), meanings)
    inner.done()
    return result
