"""A comparison as one page that needs nothing else, in the dress of the study's page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from experiments.compare.comparison import Comparison
from experiments.compare.measures import LATE
from experiments.compare.models import OWN
from experiments.compare.saved import saved
from experiments.compare.sections import sections
from experiments.contender import SHIPPED
from experiments.scenarios import SCENARIOS
from features.words import Words
from training.study.page import templates

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Card:
    """One figure on top of the page, whether it is as hoped, and what it means."""

    name: Words
    value: str
    fine: bool
    advice: Words


def render(found: Comparison) -> str:
    """The page as HTML."""
    page = templates(_HERE / "templates").get_template("compare.html")
    return page.render(lead=lead(found), headlines=cards(found), sections=sections(found))


def lead(found: Comparison) -> Words:
    """What was played, in a few sentences."""
    plan, play = found.plan, found.plan.setting.play
    seeds, heads = ", ".join(map(str, plan.seeds)), plan.setting.usual.heads
    told = SCENARIOS.get(plan.scenario)
    scene = told.words if told else Words(plan.scenario, plan.scenario)
    own = Words(
        "each desk's own, trained on the log of its static matrix until the policies took over",
        "各中心自己的模型，用策略接手之前静态矩阵的日志训练",
    )
    model = own if plan.model == OWN else Words(plan.model, plan.model)
    return Words(
        f"{len(plan.seeds)} simulated worlds (seeds {seeds}) of {heads} people, {scene.en}. In "
        f"each the matrix deals tickets out first; then every policy plays the same "
        f"{play.days} days with a refresh every {play.every_minutes} minutes. Tickets of the first "
        f"{play.settle_days} days are not judged. Policies see what a ticket system sends, and "
        f"nothing latent. Model: {model.en}.",
        f"{len(plan.seeds)} 个仿真世界（种子 {seeds}），{heads} 人，{scene.zh}。先由矩阵分单，"
        f"随后各策略分别运行同样的 {play.days} 天，每 {play.every_minutes} 分钟刷新一次；"
        f"前 {play.settle_days} 天的工单不评价。策略只看到工单系统发送的内容，看不到任何潜在信息。"
        f"模型：{model.zh}。",
    )


def cards(found: Comparison) -> tuple[Card, ...]:
    """The shipped policy (or the last contender) against the baseline."""
    table, plan = found.table, found.plan
    who = SHIPPED if SHIPPED in table.policies else table.policies[-1]
    if who == plan.baseline:
        return ()
    late, lead_ = table.mean("late", who), table.lead("late", who, plan.baseline)
    worst, worlds = found.never_later(who), len(table.seeds)
    shown = [
        Card(
            Words(f"late with {who}", f"{who} 的超时比例"), f"{LATE.with_interval(late)} %",
            True, Words("mean over worlds", "各世界均值"),
        ),
        Card(
            Words(f"less than {plan.baseline}", f"与 {plan.baseline} 之差"),
            f"{LATE.with_interval(lead_, '+')}", lead_.value <= 0,
            Words("points, in the same worlds", "百分点，同一世界内"),
        ),
        Card(
            Words("no later than every other policy", "不比任何其他策略更迟"),
            f"{worst} / {worlds}", worst == worlds,
            Words("worlds, against the rival closest to it", "世界数，对最接近的对手"),
        ),
    ]  # fmt: skip
    if plan.staffed:
        people = saved(found.played, who, plan.baseline, plan.setting.usual)
        shown.append(
            Card(
                Words("people saved", "节省人数"), str(people), people.people.value >= 0,
                Words(f"as late as {plan.baseline} with all", f"与 {plan.baseline} 满员时同样迟"),
            )
        )  # fmt: skip
    return tuple(shown)
