"""Alarms of how the model does at this desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from features.words import Words
from serving.models.alarm import Alarm, Seen

FEWEST: Final = 100
"""Verdicts below which nothing is held against the live figures: the gate asks for as many."""
LIMIT: Final = 0.05
"""The calibration error that is allowed where the gate of the champion named none."""
_BIAS: Final = 0.05
_ERRORS: Final = 2.0
_NAMED: Final = 3


def live_calibration(seen: Seen) -> Iterator[Alarm]:
    """Risks do not come true as often as they say."""
    live = seen.live
    limit = (seen.champion.limit if seen.champion else None) or LIMIT
    if live is not None and live.tickets >= FEWEST and live.ece > max(limit, live.chance):
        yield Alarm(
            "live_ece",
            "red",
            Words(
                f"Live ECE {live.ece:.3f} on {live.tickets:,} tickets is beyond the gate's limit "
                f"of {limit:.3f} (a perfect model may show {live.chance:.3f} on so few): train "
                "again on newer tickets, or roll back.",
                f"{live.tickets:,} 张工单上的实时 ECE 为 {live.ece:.3f}，超过门槛上限 {limit:.3f}"
                f"（完美模型在这么多工单上也可能到 {live.chance:.3f}）："
                "请用更新的工单训练，或回滚。",
            ),
        )


def live_bias(seen: Seen) -> Iterator[Alarm]:
    """Risks are all too high, or all too low."""
    live = seen.live
    if live is None or live.tickets < FEWEST:
        return
    gap = live.risk - live.rate
    if abs(gap) > max(_BIAS, _ERRORS * live.spread):
        far, fern = ("above", "高于") if gap > 0 else ("below", "低于")
        yield Alarm(
            "live_bias",
            "red",
            Words(
                f"Mean risk {live.risk:.1%} is far {far} the {live.rate:.1%} that came true: "
                f"alerts come too {'often' if gap > 0 else 'late'}.",
                f"平均风险 {live.risk:.1%} 明显{fern}实际超时率 {live.rate:.1%}："
                f"预警{'过频' if gap > 0 else '过迟'}。",
            ),
        )


def live_inputs(seen: Seen) -> Iterator[Alarm]:
    """Tickets that are scored are not like those the model learned from."""
    found = () if seen.inputs is None else seen.inputs.alarming
    if found:
        worst = [(each.words.en, each.words.zh, f"{each.psi:.2f}") for each in found[:_NAMED]]
        more = len(found) - len(worst)
        yield Alarm(
            "live_inputs",
            "warn",
            Words(
                "What is scored has moved away from what the model learned: "
                + ", ".join(f"{en} (PSI {psi})" for en, _, psi in worst)
                + (f" and {more} more" if more else "")
                + ". See whether the ticket system writes it as before; if so, train again.",
                "所评工单已偏离训练时的样子："
                + "、".join(f"{zh}（PSI {psi}）" for _, zh, psi in worst)
                + (f" 等 {len(found)} 项" if more else "")
                + "。请检查工单系统的写法是否变了；若没有变，请重新训练。",
            ),
        )
