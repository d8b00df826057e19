"""A release and a plan, as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from experiments.rollout.design import Design
from experiments.rollout.exposure import Calendar
from experiments.rollout.judge import Look, Standing, signed
from experiments.rollout.metrics import METRICS
from experiments.rollout.power import Needed, Noise
from experiments.rollout.watch import Levels, Watch
from experiments.rollout.words import VERDICTS


def watch_text(watch: Watch) -> str:
    """The verdict in both languages, every metric with its interval, and what was left out."""
    last, design = watch.looks[-1], watch.design
    verdict = VERDICTS[last.verdict]
    pairs = f"{last.metric.pairs} of {watch.planned} planned pairs"
    lines = [
        f"{design.name}: {verdict.en} – {last.why.en}.",
        f"{design.name}：{verdict.zh}。{last.why.zh}。",
        "",
        f"look {len(watch.looks)}, after the block that ended {_ended(design, last)}; {pairs}",
        "",
        f"{'':36}{'control':>10}{'new':>10}{'holdout':>10}{'change':>10}  at every look",
    ]
    standings = (last.metric, *last.guardrails)
    lines += [_row(*each) for each in zip(standings, watch.levels, strict=True)]
    return "\n".join([*lines, "", *_left_out(watch)])


def _ended(design: Design, look: Look) -> str:
    ended = datetime.fromtimestamp(design.grid.start_at(look.look + 1) / 1e6, UTC)
    return ended.astimezone(design.start.tzinfo).isoformat(timespec="minutes")


def _row(standing: Standing, levels: Levels) -> str:
    kind, name = METRICS[standing.metric], standing.name
    row = f"{kind.en:36}"
    for each in (levels.control, levels.treatment, levels.holdout):
        row += f"{'–' if np.isnan(each) else kind.text(each):>10}"
    row += f"{'–' if not standing.pairs else name.estimate:>10}  {name.low} to {name.high}"
    if np.isnan(standing.margin):
        return row
    state = "broken" if standing.broken else "holds" if standing.kept else "not yet certain"
    return f"{row}; {signed(standing.metric, kind.worse * standing.margin)} allowed: {state}"


def _left_out(watch: Watch) -> list[str]:
    counts, exposure = watch.counts, watch.exposure
    tickets = (
        f"tickets: {counts.judged:,} judged, {counts.washed:,} in a wash-out or cool-down, "
        f"{counts.unripe:,} still followed, {counts.censored:,} not known when they were judged"
    )
    units = "no decision log was given: taken as if all went as planned"
    if exposure.logged:
        units = (
            f"units: {exposure.strayed} decided by both or neither (left out), {exposure.turned} "
            f"by the other variant than planned, {exposure.leaked} of the holdout by another than "
            f"the control; {exposure.crossed:,} tickets first placed by the other variant"
        )
    return [tickets, units]


@dataclass(frozen=True, slots=True)
class Row:
    """One design that was planned."""

    block_hours: int
    washout_hours: float
    noise: Noise
    days: Needed

    def text(self) -> str:
        """One line under `PLAN_HEAD`."""
        noise, days = self.noise, self.days
        return (
            f"{f'{self.block_hours} h':>8}{f'{self.washout_hours:g} h':>9}{noise.cases:>9.1f}"
            f"{noise.icc:>8.3f}{noise.design_effect:>8.2f}{noise.autocorrelation:>9.2f}"
            f"{noise.deviation:>9.3f}{days.once:>9.0f}{days.always:>9.0f}{days.on_average:>9.0f}"
        )


PLAN_HEAD: Final = (
    f"{'blocks':>8}{'wash-out':>9}{'cases':>9}{'icc':>8}{'design':>8}{'autocorr':>9}{'sd of':>9}"
    f"{'days,':>9}{'looking':>9}{'on':>9}\n"
    f"{'':8}{'':9}{'a unit':>9}{'':8}{'effect':>8}{'':9}{'a pair':>9}"
    f"{'one look':>9}{'daily':>9}{'average':>9}"
)


def plan_words(metric: str, levels: tuple[float, float], power: float, best: Row) -> str:
    """What the quickest design says, in both languages; `levels` are from and to."""
    kind, days = METRICS[metric], best.days
    old, new = (kind.text(level) for level in levels)
    unit = f"{best.block_hours} h"
    return (
        f"To see {kind.en} go from {old} to {new} with {power:.0%} power: {days.once:.0f} days of "
        f"blocks of {unit} looked at once, or at most {days.always:.0f} days looked at daily "
        f"({days.on_average:.0f} on average).\n"
        f"要以 {power:.0%} 的把握看到{kind.zh}从 {old} 变为 {new}：每 {unit} 一个时段，"
        f"只在结束时看一次需 {days.once:.0f} 天；每天都看最多需 {days.always:.0f} 天"
        f"（平均 {days.on_average:.0f} 天）。"
    )


def calendar_text(design: Design, since: datetime, days: int) -> str:
    """Who works under what in `[since, since + days)`, a line for each block."""
    calendar, grid = Calendar.of(design), design.grid
    names = design.team_names
    lines = [f"{'from':27}" + "".join(f"{name:>14}" for name in names)]
    until = since + timedelta(days=days)
    for column in range(calendar.variant.shape[1]):
        at = datetime.fromtimestamp(grid.start_at(calendar.first + column) / 1e6, UTC)
        if not since <= at < until:
            continue
        cells = [
            "holdout" if held else ("new" if variant else "control")
            for variant, held in zip(
                calendar.variant[:, column], calendar.held[:, column], strict=True
            )
        ]
        local = at.astimezone(design.start.tzinfo).isoformat(timespec="minutes")
        lines.append(f"{local:27}" + "".join(f"{cell:>14}" for cell in cells))
    return "\n".join(lines)
