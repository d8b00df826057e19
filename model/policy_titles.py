"""What each place of a policy is called, in English and in Chinese: for forms and for warnings."""

from __future__ import annotations

from typing import Final

from features.words import Words


def title_of(record: str, field: str) -> Words:
    """The title of a field of a record: its own there, or the one it has everywhere.

    Raises:
        KeyError: nobody has named it.

    >>> title_of("Weights", "load"), title_of("Target", "per_day").en
    (Words(en='Load', zh='负载'), 'Tickets a day')
    """
    found = _TITLES.get(f"{record}.{field}") or _TITLES[field]
    return Words(*found)


_TITLES: Final[dict[str, tuple[str, str]]] = {
    "name": ("Name", "名称"),
    "version": ("Version", "版本"),
    "objective": ("Objective", "目标"),
    "timezone": ("Time zone", "时区"),
    "candidates_per_ticket": ("Candidates per ticket", "每单候选人数"),
    "default_capacity": ("Capacity where none is sent", "默认容量"),
    "weights": ("Weights", "权重"),
    "value": ("Value", "价值"),
    "urgency": ("Urgency", "紧急度"),
    "skill": ("Skill", "技能匹配"),
    "load": ("Load", "负载"),
    "prices": ("Prices", "价格"),
    "timeout": ("A late ticket", "超时"),
    "escalation": ("An escalation", "升级投诉"),
    "hand_over": ("A hand-over", "转手"),
    "hand_over_started": ("A hand-over after work began", "处理中转手"),
    "unplaced": ("A ticket with nobody", "无人处理"),
    "imbalance": ("An agent's last free place", "负载不均"),
    "late_hour": ("Each hour that a late ticket stays open", "超时后每小时"),
    "waiting": ("A place in a queue", "排队"),
    "ahead": ("Promising a ticket ahead", "提前分派"),
    "pooled": ("Letting a ticket wait its turn", "留待分派"),
    "moves": ("Hand-overs", "转手限制"),
    "rest_minutes": ("Rest after a hand-over, minutes", "转手后静置（分钟）"),
    "explore": ("Lots among near-ties", "近似并列抽签"),
    "share": ("Share", "比例"),
    "Explore.share": ("Share of new tickets", "新工单比例"),
    "Explore.within": ("At most so much dearer", "价差上限"),
    "within": ("At most so much", "差值上限"),
    "among": ("Among at most so many", "人数上限"),
    "seed": ("Seed", "随机种子"),
    "tiers": ("Tiers", "分级"),
    "urgent_signals": ("Urgent by signals of the text", "紧急：文本信号"),
    "urgent_categories": ("Urgent categories", "紧急类别"),
    "urgent_priorities": ("Urgent priorities", "紧急优先级"),
    "routes": ("Routes of urgent tickets", "紧急工单去向"),
    "team": ("Team", "团队"),
    "signals": ("Signals of the text", "文本信号"),
    "categories": ("Categories", "类别"),
    "priorities": ("Priorities", "优先级"),
    "acknowledge_minutes": ("To be begun within minutes", "响应时限（分钟）"),
    "ladder": ("Ladder", "升级阶梯"),
    "after_minutes": ("After minutes", "逾时（分钟）"),
    "to": ("To", "对象"),
    "suggestion_categories": ("Categories of suggestions", "建议类别"),
    "suggestion_team": ("Team for suggestions", "建议处理团队"),
    "alerts": ("Alerts", "预警"),
    "Escalate.alerts": ("At alerts", "预警级别"),
    "WarnManager.alerts": ("At alerts", "预警级别"),
    "watch": ("Watch from risk", "关注阈值"),
    "warn": ("Warn from risk", "预警阈值"),
    "red": ("Red from risk", "红色阈值"),
    "rules": ("Rules", "规则"),
    "weekdays": ("Weekdays", "星期"),
    "start": ("From", "开始"),
    "end": ("Until", "结束"),
    "precision": ("Share that ends late", "命中率"),
    "otherwise": ("Where nothing was learned", "无数据时"),
    "actions": ("Next actions", "后续动作"),
    "escalate": ("Escalate", "升级"),
    "chase_customer": ("Chase the customer", "催办客户"),
    "nudge_party": ("Nudge a department", "催办部门"),
    "start_parties": ("Ask departments at once", "并行发起部门"),
    "warn_manager": ("Warn a manager", "提醒主管"),
    "saves": ("Share of the wait saved", "节省比例"),
    "min_saves": ("Least worth", "最低收益"),
    "repeat_hours": ("Again after hours", "重复间隔（小时）"),
    "late_share": ("Share for late tickets", "已超时占比"),
    "per_refresh": ("At most per refresh", "每次刷新上限"),
    "per_day": ("At most a day", "每日上限"),
    "Target.per_day": ("Tickets a day", "每日工单数"),
    "after_hours": ("After hours of waiting", "等待（小时）"),
    "risk": ("From risk", "风险阈值"),
    "due_within_hours": ("Due within hours", "即将到期（小时）"),
    "answer_hours": ("Hours to answer", "答复时限（小时）"),
    "unplaced_urgent": ("Urgent tickets with nobody", "无人接手的紧急工单"),
    "release": ("Gray release", "灰度发布"),
    "Release.share": ("Share of the blocks of time", "时段比例"),
    "block_hours": ("Length of a block, hours", "时段长度（小时）"),
}
