"""`fendan import`: a log in, an event log out, with its rejects and its data-quality report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.errors import LogError
from features.events import canonical_order
from features.intake import RowGate, check_rows
from training.logs.foreign import ForeignLog, read_foreign
from training.logs.mapped import map_events
from training.logs.mapping import LogMapping, load_mapping
from training.logs.quality import (
    Coming,
    ImportReport,
    build_report,
    coming_events,
    coming_foreign,
)
from training.logs.raw import rejects_table
from training.logs.readers import read_events
from training.logs.source import Progress, quiet
from training.logs.writers import check_suffix, write_events


@dataclass(frozen=True, slots=True)
class Imported:
    """A log in memory: `events` in canonical order, `rejects` by line, and the `report`."""

    events: pd.DataFrame
    rejects: pd.DataFrame
    report: ImportReport


def import_log(
    log: Path | str,
    mapping: LogMapping | Path | str | None,
    out: Path | str,
    rejects: Path | str | None = None,
    report: Path | str | None = None,
    progress: Progress = quiet,
) -> ImportReport:
    """Turn `log` into the event log `out`; without a mapping it already is one, and is checked.

    Beside `out` lie its rejects (`<stem>.rejects.csv`: line, event_id, code, detail) and its
    report (`<stem>.report.json`, and the same for people with the suffix .md).

    Raises:
        LogError: the log or the mapping cannot be used, or not one row is an event; the rejects
            file is written even then.
    """
    out = Path(out)
    stem = out.with_name(out.name.removesuffix(check_suffix(out)))
    rejects = Path(rejects or f"{stem}.rejects.csv")
    report = Path(report or f"{stem}.report.json")
    result = load_log(log, mapping, progress)
    _write_rejects(result, rejects, str(log))
    write_events(result.events, out, progress)
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(result.report.to_json(), "utf-8")
    report.with_suffix(".md").write_text(result.report.to_markdown(), "utf-8")
    return result.report


def import_into(
    keep: Callable[[pd.DataFrame], None],
    log: Path | str,
    mapping: LogMapping | Path | str | None,
    rejects: Path | str,
    progress: Progress = quiet,
    gate: RowGate = check_rows,
) -> ImportReport:
    """Hand the events of `log` to `keep`, in canonical order, once `rejects` is written.

    Raises:
        LogError: as of `import_log`.
    """
    result = load_log(log, mapping, progress, gate)
    _write_rejects(result, Path(rejects), str(log))
    keep(result.events)
    return result.report


def _write_rejects(result: Imported, rejects: Path, log: str) -> None:
    try:
        rejects.parent.mkdir(parents=True, exist_ok=True)
        result.rejects.to_csv(rejects, index=False)
    except OSError as error:
        raise LogError(f"cannot be written: {error.strerror}", where=str(rejects)) from error
    if not len(result.events):
        raise LogError(
            f"not one of {result.report.coming.rows} rows is an event",
            where=log,
            remedy=f"see the reasons in {rejects}",
        )


def load_log(
    log: Path | str,
    mapping: LogMapping | Path | str | None,
    progress: Progress = quiet,
    gate: RowGate = check_rows,
) -> Imported:
    """The same in memory.

    Raises:
        LogError: the log or the mapping cannot be used.
    """
    name = Path(log).name
    if mapping is None:
        read = read_events(log, progress, gate)
        return _imported(name, "", coming_events(read), read.rejects, read.events)
    rules = mapping if isinstance(mapping, LogMapping) else load_mapping(mapping)
    foreign = read_foreign(log, rules, progress)
    mapped = map_events(foreign.rows, rules, progress)
    progress("check", 0, len(mapped.events))
    checked = gate(mapped.events)
    progress("check", len(mapped.events), len(mapped.events))
    faults = checked.faults
    at = mapped.row[faults["position"].to_numpy()]
    notes = [*mapped.notes]
    for code in faults["code"].unique():
        hit = (faults["code"] == code).to_numpy()
        notes.append((at[hit], str(code), str(faults["detail"][hit].iloc[0])))
    coming = coming_foreign(foreign, rules, mapped.ambiguous, mapped.nonexistent)
    rejects = _with_notes(foreign, rules, notes)
    return _imported(name, rules.name, coming, rejects, checked.events)


def _imported(
    log: str, mapping: str, coming: Coming, rejects: pd.DataFrame, events: pd.DataFrame
) -> Imported:
    events = canonical_order(events)
    return Imported(events, rejects, build_report(log, mapping, coming, rejects, events))


def _with_notes(
    foreign: ForeignLog, mapping: LogMapping, notes: list[tuple[np.ndarray, str, str]]
) -> pd.DataFrame:
    """All rejects by line. Foreign rows have no event id: theirs is the ticket's."""
    notes = [note for note in notes if len(note[0])]
    if not notes:
        return foreign.rejects.sort_values("line", kind="stable", ignore_index=True)
    lines, tickets = foreign.lines(), foreign.rows.columns[mapping.ticket]
    tables = [foreign.rejects]
    for row, code, detail in notes:
        names = tickets.take(row).texts().fillna("").tolist()
        at = lines[foreign.rows.origin[row]]
        tables.append(rejects_table(at, names, [code] * len(row), [detail] * len(row)))
    return pd.concat(tables).sort_values("line", kind="stable", ignore_index=True)
