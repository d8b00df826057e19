"""Why what is asked of a decision, or against it, is refused: in words for whoever asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from features.words import Words
from serving.decisions.override_log import Override
from serving.names import name_of

NO_DECISION: Final = Words("no decision is logged under this id", "没有该编号的决策记录")
SAYS_NOTHING: Final = Words(
    "nobody, and not pinned, would say nothing: the next plan is free",
    "既不指定坐席也不锁定，等于未作选择：下次计划不受约束",
)
NOT_OPEN: Final = Words(
    "is not among the open tickets of the last refresh", "不在最近一次刷新的未结工单中"
)
NO_TICKET: Final = Words(
    "the last refresh has no open ticket of this id", "最近一次刷新中没有该编号的未结工单"
)
NOT_FOR_THEM: Final = Words(
    "an agent hands back their own tickets only", "坐席只能退回自己名下的工单"
)
NO_OVERRIDE: Final = Words("no override has this id", "没有该编号的人工指定")
NOT_TO_END: Final = Words(
    "without `ops`, own hand-backs only can be ended", "没有 ops 权限时，只能撤销自己的退回"
)
NO_PLAN: Final = Words("nothing was refreshed yet: there is no plan", "尚未刷新过，还没有派单计划")


def forbidden(asked: Override, broken: Sequence[str]) -> Words:
    """Why the hard rules forbid a choice; programs read the codes too."""
    rules = ", ".join(f"{name_of(code, 'en')} ({code})" for code in broken)
    rules_zh = "、".join(name_of(code, "zh") for code in broken)
    return Words(
        f"{asked.agent_id} may not have {asked.ticket_id}: {rules}. "
        "Hard rules hold for people too; change the ticket, the agent or the policy first",
        f"{asked.agent_id} 不能处理 {asked.ticket_id}：{rules_zh}。"
        "硬性规则对人工指定同样有效，请先更改工单、坐席或策略",
    )
