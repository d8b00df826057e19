"""The words of the section on agents, in English and Chinese."""

from __future__ import annotations

from typing import Final

import numpy as np

from features.words import Words

TITLE: Final = Words("Does the risk really depend on the agent?", "风险真的取决于坐席吗？")
INTRODUCTION: Final = Words(
    "Each test ticket is taken as it was just before an agent got it. The log-odds of its timeout "
    "risk are split into the ticket's part (as if dealt at random among active colleagues of the "
    "same team) and the agent's part. What became of the ticket is regressed on both. A slope of "
    "the agent's part near 1 is real and well scaled, between 0 and 1 real but overstated, near 0 "
    "noise. The control is somebody who did not get the ticket (at a hand-over: who gave it "
    "away); where the control's slope is above 0 too, agents stand for kinds of tickets. The gain "
    "is the AUC with the agent minus the AUC of the ticket's part. Intervals: 95 %, whole agents "
    "resampled. All of this is observed, not tried: who gets a ticket was somebody's choice, and "
    "only an experiment (a gray release) settles what a choice causes.",
    "取每张测试工单在派给坐席前一刻的状态，把超时风险的对数几率拆成工单部分"
    "（相当于在同班组在岗同事中随机派单）与坐席部分，再用最终结果对两者回归。"
    "坐席部分的斜率接近 1 表示真实且尺度合适，0 到 1 之间表示真实但被夸大，接近 0 则是噪声。"
    "对照为没有接到该单的人（转派时为转出者）；若对照斜率也大于 0，说明坐席只是工单类型的代名词。"
    "增益为含坐席的 AUC 减去仅工单部分的 AUC。区间为 95 %，按坐席整体重抽样。"
    "以上均为观察而非试验："
    "派给谁是人的选择，其因果只有灰度试验才能判定。",
)
HELD_OUT: Final = Words(
    "Held out: forests that learned from no ticket this agent ever had, and from no agent's name. "
    "They know an agent only by what is measured of everyone: skill, tenure, load.",
    "留出：所用森林从未见过该坐席的任何工单，也不使用坐席姓名，只凭对所有人同样度量的能力、工龄与负荷判断。",
)
NOTHING: Final = Words(
    "This log cannot tell: the model learned nothing of timeouts, or no test ticket went to an "
    "agent before its outcome was known.",
    "此日志无法判断：模型未学到超时，或没有测试工单在结果已知之前派给坐席。",
)
NO_HAND_OVERS: Final = Words(
    "No test ticket went from one agent to another, so the same ticket is never seen with two of "
    "them. Where a queue stands for the agent, read queue for agent, and department for team.",
    "没有测试工单在坐席之间转派，因此看不到同一工单由两人处理。若以队列代替坐席，则下文坐席指队列，班组指部门。",
)
TOO_FEW: Final = Words(
    "Too few moments to say anything about the agent's part.", "时刻太少，无法评价坐席部分。"
)
BELIEVE: Final = Words("Believe the agent's part for:", "可以相信坐席部分：")
SHARED: Final = Words(
    "The outcomes follow the agent's part, but somebody who was not there as well; it may be the "
    "kind of ticket, for:",
    "结果随坐席部分变化，但也随不在场者变化，可能只是工单类型所致：",
)
DOUBT: Final = Words(
    "Not shown, so do not lean on the agent's part, for:", "未得到证实，勿依赖坐席部分："
)
LOUD: Final = Words("Real, but the model makes too much of it, for:", "真实但被模型夸大：")

FIRST: Final = Words("first assignments", "首次派单")
FIRST_STRANGE: Final = Words("first assignments, held out", "首次派单，留出")
OVER: Final = Words("hand-overs", "转派")
OVER_STRANGE: Final = Words("hand-overs, held out", "转派，留出")
NONE_JUDGED: Final = Words("agents with no verdict in the category", "在该类别尚无判定的坐席")
SOME_JUDGED: Final = Words("agents with 1 to 19 verdicts in it", "在该类别有 1–19 个判定的坐席")
MANY_JUDGED: Final = Words(
    "agents with 20 verdicts or more in it", "在该类别有 20 个以上判定的坐席"
)

EVIDENCE_TITLE: Final = Words("Is the agent's part real?", "坐席部分是否真实？")
EVIDENCE_COLUMNS: Final = (
    Words("moments", "时刻"),
    Words("number", "数量"),
    Words("agents", "坐席数"),
    Words("late", "超时率"),
    Words("slope", "斜率"),
    Words("control", "对照"),
    Words("gain in AUC", "AUC 增益"),
)
THIRDS_TITLE: Final = Words(
    "Hand-overs by what the model expected of the change", "按模型对换人的预期划分的转派"
)
THIRDS: Final = (
    Words("new agent thought better", "认为新坐席更好"),
    Words("little difference", "相差不大"),
    Words("new agent thought worse", "认为新坐席更差"),
)
THIRDS_COLUMNS: Final = (
    Words("third", "三分组"),
    Words("hand-overs", "转派数"),
    Words("risk with the old agent", "由原坐席处理的风险"),
    Words("risk with the new agent", "由新坐席处理的风险"),
    Words("were late", "实际超时率"),
)
SPREAD_TITLE: Final = Words(
    "How far agents of a team differ in risk, by what is known of the pair",
    "同班组坐席风险差异，按对该组合的了解程度",
)
SPREAD_COLUMNS: Final = (
    Words("judged tickets of agent and category in 90 days", "坐席在该类别 90 天内的判定数"),
    Words("standard deviation of the log-odds", "对数几率标准差"),
)
OVERLAP_TITLE: Final = Words("Categories with the least overlap of agents", "坐席重叠最少的类别")
OVERLAP_COLUMNS: Final = (
    Words("category", "类别"),
    Words("tickets dealt out", "已派工单数"),
    Words("active agents who had one", "处理过的在岗坐席数"),
    Words("effective agents", "有效坐席数"),
    Words("active agents who never did", "从未处理的在岗坐席占比"),
    Words("test tickets to an agent new to it", "测试期派给新手的占比"),
)
CAPTION: Final = Words(
    "Slope of the agent's part with its 95 % interval, for who got the ticket and who did not.",
    "坐席部分的斜率及 95 % 区间：接单者与未接单者。",
)


def of_overlap(unseen: float, among_unseen: float, elsewhere: float) -> Words:
    """What the overlap means.

    Args:
        unseen: share of the pairs of an active agent and a category that never met.
        among_unseen: how far agents without a verdict in the category differ; NaN without any.
        elsewhere: the most that others differ.
    """
    english = f"{unseen:.0%} of the pairs of an active agent and a category never met."
    chinese = f"{unseen:.0%} 的“在岗坐席 × 类别”组合从未出现过。"
    if np.isnan(among_unseen):
        return Words(english, chinese)
    shrinks = among_unseen < elsewhere
    english += (
        " There the risk is read off the agent, the team and the category alone. Within a team, "
        f"agents without a verdict in the category differ {'less' if shrinks else 'no less'} than "
        "others; whether they differ rightly is what the row of agents with no verdict says."
    )
    chinese += (
        "其风险只能由坐席、班组与类别推断。同班组内，在该类别尚无判定的坐席之间差异"
        f"{'较小' if shrinks else '并不更小'}；这种差异是否可信，见“尚无判定的坐席”一行。"
    )
    return Words(english, chinese)
