"""The codes of an answer in words: English and Chinese side by side, so neither is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["en", "zh"]

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "none": ("calm", "平稳"),
    "watch": ("watch", "关注"),
    "warn": ("warn", "预警"),
    "red": ("red", "红色"),
    "assign": ("assign", "分派"),
    "keep": ("keep", "维持"),
    "reassign": ("reassign", "改派"),
    "hold": ("hold", "暂存"),
    "unassigned": ("not placed", "未分派"),
    "chase_customer": ("chase the customer", "催客户材料"),
    "nudge_party": ("nudge the department", "催协办部门"),
    "start_parties": ("start the department now", "立即并行发起协办"),
    "escalate": ("escalate", "升级"),
    "warn_manager": ("warn the manager", "提醒主管"),
    "no_eligible_agent": ("no eligible agent", "无合适坐席"),
    "waits_its_turn": ("waits its turn", "排队待派"),
    "product_queue": ("in the product queue", "产品建议队列"),
    "about_agent": ("the complaint is about them", "被投诉坐席"),
    "locked": ("another works on it", "他人处理中"),
    "route": ("not of the team it goes to", "非指定团队"),
    "at_capacity": ("at capacity", "已满负荷"),
    "off_shift": ("off shift", "不在班"),
    "excluded": ("excluded", "被排除"),
    "pinned": ("pinned to another", "已指定他人"),
    "tier": ("tier", "层级不符"),
    "skills": ("skills", "技能不符"),
    "language": ("language", "语言不符"),
    "region": ("region", "区域不符"),
    "status": ("not at work", "不在岗"),
    "duplicate_ticket_id": ("the id stands twice", "工单号重复"),
    "created_after_as_of": ("created after the moment asked about", "创建晚于当前时刻"),
    "due_before_created": ("due before it was created", "时限早于创建"),
    "risk_model": ("risk model", "风险模型"),
    "optimiser": ("optimiser", "优化器"),
    "history": ("history", "历史"),
    "decision_log": ("decision log", "决策日志"),
    "not_started": ("not started", "未开始处理"),
    "in_progress": ("in progress", "处理中"),
    "waiting_customer": ("waiting for the customer", "等待客户"),
    "other_department": ("with another department", "等待其他部门"),
    "paused": ("paused", "挂起"),
    "close_hours": ("time to close", "办结时长"),
    "response_hours": ("first response time", "首次响应时长"),
    "timeout_share": ("timeout share", "超时率"),
}

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "unassigned": ("unassigned", "未分派"),
    "assigned": ("assigned", "已分派"),
    "in_progress": ("in progress", "处理中"),
    "paused": ("paused", "已挂起"),
    "waiting_customer": ("waiting for the customer", "等待客户"),
    "internal_collaboration": ("with a department", "部门协同"),
    "returned": ("sent back", "已退回"),
    "reopened": ("reopened", "已重开"),
    "resolved": ("resolved", "已解决"),
    "closed": ("closed", "已关闭"),
}
"""States of a ticket in words for those who work at it, English and Chinese."""

DEPARTMENTS: Final[Mapping[str, tuple[str, str]]] = {
    "qc": ("quality control", "质检部门"),
    "warehouse": ("the warehouse", "仓库"),
    "supplier": ("the supplier", "供应商"),
    "carrier": ("the carrier", "物流承运方"),
    "finance": ("the finance department", "财务部门"),
    "marketing": ("the marketing department", "市场部门"),
    "security": ("the security team", "安全团队"),
    "product_board": ("the product team", "产品团队"),
}
"""Parties in words, also for customers, English and Chinese; others are a desk's own."""

_POSTS: Final[Mapping[str, tuple[str, str]]] = {
    "duty_manager": ("the duty manager", "值班经理"),
    "director_on_duty": ("the director on duty", "值班总监"),
    "regulator": ("a regulator", "监管机构"),
    "public": ("the public", "公开渠道"),
}
"""To whom else a ticket is escalated."""


def state_of(state: str, language: Language) -> str:
    """A state of a ticket in words.

    >>> state_of("waiting_customer", "en"), state_of("paused", "zh")
    ('waiting for the customer', '已挂起')
    """
    pair = STATES.get(state)
    return state.replace("_", " ") if pair is None else pair[language == "zh"]


def whom_of(code: str, language: Language) -> str:
    """Who is asked or told, in words; a name of the desk's own stays as it is.

    >>> whom_of("duty_manager", "en"), whom_of("qc", "zh"), whom_of("night_shift", "zh")
    ('the duty manager', '质检部门', 'night_shift')
    """
    pair = DEPARTMENTS.get(code) or _POSTS.get(code)
    return code if pair is None else pair[language == "zh"]


def name_of(code: str, language: Language) -> str:
    """A code of the answer in words; one that has none is shown with spaces.

    >>> name_of("off_shift", "zh"), name_of("some_new_code", "en")
    ('不在班', 'some new code')
    """
    pair = _NAMES.get(code)
    return code.replace("_", " ") if pair is None else pair[language == "zh"]
