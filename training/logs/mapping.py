"""A mapping: how a foreign log becomes an event log, declared in YAML and checked in full.

The keys are documented in the mappings shipped beside this module; every fault is told with
its key and its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from features.errors import LogError
from training.logs.document import Section, parse_document
from training.logs.rule import Rule, parse_rule
from training.logs.source import KINDS, Kind

SHIPPED: Final = Path(__file__).parent / "mappings"


@dataclass(frozen=True, slots=True)
class KnownWhen:
    """A column that is blanked before any rule sees it, unless `condition` has one of `values`."""

    column: str
    condition: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogMapping:
    """A checked mapping. `columns` are all that are ever loaded; `never_read` never are."""

    name: str
    source: str
    licence: str
    format: Kind
    encoding: str
    delimiter: str
    missing: tuple[str, ...]
    time_formats: tuple[str, ...]
    zone: str
    shape: Literal["updates", "tickets"]
    ticket: str
    time: str
    row_order: Literal["file", "time"]
    never_read: tuple[str, ...]
    known_when: tuple[KnownWhen, ...]
    due_within_days: float | None
    rules: tuple[Rule, ...]
    file: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to load, each once."""
        named = [self.ticket, self.time]
        named += [name for known in self.known_when for name in (known.column, known.condition)]
        named += [column for rule in self.rules for column in rule.columns()]
        return tuple(dict.fromkeys(named))


def load_mapping(name: str | Path) -> LogMapping:
    """A mapping by the path of its file, or by the name of one that ships with Fendan.

    Raises:
        LogError: there is no such mapping, or it is not right.
    """
    path = Path(name)
    if not path.is_file() and path.name == str(name):
        path = SHIPPED / f"{path.name.removesuffix('.yaml')}.yaml"
    if not path.is_file():
        shipped = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.yaml")))
        remedy = f"give a file, or one of those shipped: {shipped}"
        raise LogError("no such mapping", where=str(name), remedy=remedy)
    try:
        return parse_mapping(path.read_text("utf-8"), path.name)
    except UnicodeDecodeError:
        raise LogError("the mapping is not written in UTF-8", where=str(path)) from None


def parse_mapping(text: str, file: str = "mapping") -> LogMapping:
    """A mapping from its YAML text; `file` is named in errors.

    Raises:
        LogError: a key is missing, unknown or wrong, or a rule names a `never_read` column.
    """
    top = parse_document(text, file)
    mapping = LogMapping(
        name=top.text("name"),
        source=top.text("source"),
        licence=top.text("licence"),
        format=top.choice("format", KINDS, "csv"),  # type: ignore[arg-type]  # narrowed by choice
        encoding=top.text("encoding", "utf-8"),
        delimiter=top.text("delimiter", ","),
        missing=top.texts("missing"),
        time_formats=_formats(top),
        zone=_zone(top),
        shape=top.choice("shape", ("updates", "tickets")),  # type: ignore[arg-type]  # as above
        ticket=top.text("ticket"),
        time=top.text("time"),
        row_order=top.choice("row_order", ("file", "time"), "file"),  # type: ignore[arg-type]  # as above
        never_read=top.texts("never_read"),
        known_when=_known(top),
        due_within_days=top.number("due_within_days"),
        rules=tuple(parse_rule(section) for section in top.sections("rules")),
        file=file,
    )
    top.done()
    _refuse_never_read(mapping, top)
    return mapping


def _formats(top: Section) -> tuple[str, ...]:
    formats = top.texts("time_formats")
    if not formats:
        raise top.fault("the key 'time_formats' is missing", "", 'for instance ["%Y-%m-%d %H:%M"]')
    for text in formats:
        if "%" not in text:
            raise top.fault(f"{text!r} is no time format", "time_formats", "use %Y, %m, %d ...")
    return formats


def _zone(top: Section) -> str:
    if all("%z" in text for text in top.texts("time_formats")):
        return top.text("zone", "UTC")
    zone = top.text("zone")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        remedy = "use a name such as Asia/Shanghai"
        raise top.fault(f"unknown time zone {zone!r}", "zone", remedy) from None
    return zone


def _known(top: Section) -> tuple[KnownWhen, ...]:
    if not top.has("known_when"):
        return ()
    result = []
    for section in top.sections("known_when"):
        column, condition = section.text("column"), section.text("equals")
        result.append(KnownWhen(column, condition, section.texts("values")))
        section.done()
    return tuple(result)


def _refuse_never_read(mapping: LogMapping, top: Section) -> None:
    """The point of `never_read`: nobody can use such a column by mistake."""
    remedy = "it holds values from the future; take it out of the rule, or out of never_read"
    for number, rule in enumerate(mapping.rules):
        for column in rule.columns():
            if column in mapping.never_read:
                where = f"{mapping.file}, line {rule.line}, rules[{number}] ({rule.type})"
                what = f"the rule reads {column!r}, which is declared never_read"
                raise LogError(what, where=where, remedy=remedy)
    for column in mapping.columns:
        if column in mapping.never_read:
            raise top.fault(f"{column!r} is used and declared never_read", "never_read", remedy)
