"""Is the risk of a ticket *with an agent* more than confounding, and where not to believe it."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from features.words import Words
from model.risk import sigmoid
from training.moments import Bool, Float, Int
from training.study import agent_words as words
from training.study.evidence import Evidence, weigh
from training.study.exchange import BEFORE, NEW, Exchange, exchanges
from training.study.held_out import held_out_log_odds
from training.study.overlap import (
    JUDGED_NAMES,
    Overlap,
    experience,
    least_overlap,
    overlap,
    spread,
)
from training.study.refit import tasks
from training.study.section import Picture, Section, Sheet
from training.study.study import Study


def agents(study: Study) -> Section:
    """The evidence on the agent's part of the timeout risk, and what it rests on."""
    exchange = exchanges(study)
    if "timeout" not in tasks(study) or not exchange.late.size:
        return Section("agents", words.TITLE, (words.NOTHING,))
    log_odds = exchange.log_odds(study.risk.timeout_risk)
    judged = experience(study, exchange)
    found = _evidence(study, exchange, log_odds, judged[:, NEW])
    met = overlap(study, exchange)
    width = spread(log_odds, judged)
    sheets = [_evidence_sheet(found), _spread_sheet(width), least_overlap(met)]
    if exchange.handed_over.any():
        sheets.insert(1, _hand_over_sheet(exchange, log_odds))
    return Section(
        key="agents",
        title=words.TITLE,
        words=_words(exchange, found, met, width),
        sheets=tuple(sheets),
        pictures=(_picture(found),) if found else (),
        metrics=(*_metrics(found), *_overlap_metrics(met, width)),
    )


def _evidence(
    study: Study, exchange: Exchange, log_odds: Float, judged: Int
) -> tuple[Evidence, ...]:
    strange, over = held_out_log_odds(study, exchange), exchange.handed_over
    asked: tuple[tuple[str, Words, Float, Bool], ...] = (
        ("first", words.FIRST, log_odds, ~over),
        ("first_held_out", words.FIRST_STRANGE, strange, ~over),
        ("hand_over", words.OVER, log_odds, over),
        ("hand_over_held_out", words.OVER_STRANGE, strange, over),
        ("judged_0", words.NONE_JUDGED, log_odds, judged == 0),
        ("judged_1", words.SOME_JUDGED, log_odds, (judged > 0) & (judged < 20)),
        ("judged_20", words.MANY_JUDGED, log_odds, judged >= 20),
    )
    seed = study.config.seed
    found = (weigh(key, name, exchange, z, some, seed) for key, name, z, some in asked)
    return tuple(one for one in found if one is not None)


def verdict(found: tuple[Evidence, ...]) -> tuple[Words, ...]:
    """What may be believed, in words: shown, shown but shared with a control, not shown."""
    believed = [e for e in found if e.shown and not e.confounded]
    shared = [e for e in found if e.shown and e.confounded]
    doubted = [e for e in found if not e.shown]
    parts = ((believed, words.BELIEVE), (shared, words.SHARED), (doubted, words.DOUBT))
    loud = [e for e in found if e.shown and e.overstated]
    return tuple(_list(part, lead) for part, lead in (*parts, (loud, words.LOUD)) if part)


def _list(found: list[Evidence], lead: Words) -> Words:
    english = "; ".join(f"{e.name.en}, {e.agent}" for e in found)
    chinese = "；".join(f"{e.name.zh} {e.agent}" for e in found)
    return Words(f"{lead.en} {english}.", f"{lead.zh}{chinese}。")


def _words(
    exchange: Exchange, found: tuple[Evidence, ...], met: Overlap, width: Float
) -> tuple[Words, ...]:
    elsewhere = float(np.nanmax(width[1:], initial=0.0))
    return (
        words.INTRODUCTION,
        words.HELD_OUT,
        *(() if exchange.handed_over.any() else (words.NO_HAND_OVERS,)),
        *(verdict(found) if found else (words.TOO_FEW,)),
        words.of_overlap(float(met.unseen.mean()), float(width[0]), elsewhere),
    )


def _evidence_sheet(found: tuple[Evidence, ...]) -> Sheet:
    rows = tuple(
        (e.name, e.moments, e.agents, e.late, str(e.agent), str(e.control), str(e.gain))
        for e in found
    )
    return Sheet(words.EVIDENCE_TITLE, words.EVIDENCE_COLUMNS, rows)


def _hand_over_sheet(exchange: Exchange, log_odds: Float) -> Sheet:
    """Hand-overs in thirds by how much better or worse the new agent was thought to be."""
    over = exchange.handed_over
    late, z = exchange.late[over], log_odds[over]
    change = z[:, NEW] - z[:, BEFORE]
    third = np.argsort(np.argsort(change, kind="stable"), kind="stable") * 3 // change.size
    p = sigmoid(z)
    rows = tuple(
        (
            name,
            int(some.sum()),
            float(p[some, BEFORE].mean()),
            float(p[some, NEW].mean()),
            float(late[some].mean()),
        )
        for name, some in zip(words.THIRDS, (third == i for i in range(3)), strict=True)
        if some.any()
    )
    return Sheet(words.THIRDS_TITLE, words.THIRDS_COLUMNS, rows)


def _spread_sheet(width: Float) -> Sheet:
    rows = tuple(
        (name, None if np.isnan(sd) else float(sd))
        for name, sd in zip(JUDGED_NAMES, width, strict=True)
    )
    return Sheet(words.SPREAD_TITLE, words.SPREAD_COLUMNS, rows)


def _picture(found: tuple[Evidence, ...]) -> Picture:
    figure = Figure(figsize=(7.0, 0.9 + 0.5 * len(found)), layout="constrained")
    axes = figure.subplots()
    place = np.arange(len(found))[::-1]
    for series, label, shift in (("agent", "who got it", 0.12), ("control", "who did not", -0.12)):
        drawn = [getattr(e, series) for e in found]
        value = np.array([e.value for e in drawn])
        reach = np.array([[e.value - e.low, e.high - e.value] for e in drawn]).T
        axes.errorbar(value, place + shift, xerr=np.abs(reach), fmt="o", capsize=3, label=label)
    for mark in (0.0, 1.0):
        axes.axvline(mark, color="0.6", linewidth=1, linestyle="--")
    axes.set_yticks(place, [e.name.en for e in found])
    axes.set(xlabel="slope of the agent's part (0: noise, 1: as the model says)")
    axes.legend()
    return Picture("agents_slopes", words.CAPTION, figure)


def _metrics(found: tuple[Evidence, ...]) -> tuple[tuple[str, float], ...]:
    return tuple(
        (f"{e.key}.{name}", value)
        for e in found
        for name, value in (
            ("slope", e.agent.value),
            ("slope_low", e.agent.low),
            ("slope_high", e.agent.high),
            ("control", e.control.value),
            ("auc_gain", e.gain.value),
        )
    )


def _overlap_metrics(met: Overlap, width: Float) -> tuple[tuple[str, float], ...]:
    named = zip(JUDGED_NAMES, width, strict=True)
    spreads = [(f"spread.{name.rstrip('+')}", float(sd)) for name, sd in named if not np.isnan(sd)]
    return (("unseen_pairs", float(met.unseen.mean())), *spreads)
