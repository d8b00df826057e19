"""The codes of an answer in words: English and Chinese side by side, so neither is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from features.names import ALERTS, CHANNELS, DEPARTMENTS, POSTS, STATES, TIERS
from features.words import Language, Words

_NAMES: Final[Mapping[str, Words]] = {
    **ALERTS,
    "assign": Words("assign", "分派"),
    "keep": Words("keep", "维持"),
    "reassign": Words("reassign", "改派"),
    "hold": Words("hold", "暂存"),
    "unassigned": Words("not placed", "未分派"),
    "chase_customer": Words("chase the customer", "催客户材料"),
    "nudge_party": Words("nudge the department", "催协办部门"),
    "start_parties": Words("start the department now", "立即并行发起协办"),
    "escalate": Words("escalate", "升级"),
    "warn_manager": Words("warn the manager", "提醒主管"),
    "no_eligible_agent": Words("no eligible agent", "无合适坐席"),
    "waits_its_turn": Words("waits its turn", "排队待派"),
    "product_queue": Words("in the product queue", "产品建议队列"),
    "about_agent": Words("the complaint is about them", "被投诉坐席"),
    "locked": Words("another works on it", "他人处理中"),
    "route": Words("not of the team it goes to", "非指定团队"),
    "at_capacity": Words("at capacity", "已满负荷"),
    "off_shift": Words("off shift", "不在班"),
    "excluded": Words("excluded", "被排除"),
    "pinned": Words("pinned to another", "已指定他人"),
    "tier": Words("tier", "层级不符"),
    "skills": Words("skills", "技能不符"),
    "language": Words("language", "语言不符"),
    "region": Words("region", "区域不符"),
    "status": Words("not at work", "不在岗"),
    "duplicate_ticket_id": Words("the id stands twice", "工单号重复"),
    "created_after_as_of": Words("created after the moment asked about", "创建晚于当前时刻"),
    "due_before_created": Words("due before it was created", "时限早于创建"),
    "risk_model": Words("risk model", "风险模型"),
    "optimiser": Words("optimiser", "优化器"),
    "history": Words("history", "历史"),
    "decision_log": Words("decision log", "决策日志"),
    "not_started": Words("not started", "未开始处理"),
    "in_progress": Words("in progress", "处理中"),
    "waiting_customer": Words("waiting for the customer", "等待客户"),
    "other_department": Words("with another department", "等待其他部门"),
    "paused": Words("paused", "挂起"),
    "close_hours": Words("time to close", "办结时长"),
    "response_hours": Words("first response time", "首次响应时长"),
    "timeout_share": Words("timeout share", "超时率"),
}

_CALLED: Final[Mapping[str, Words]] = {**CHANNELS, **DEPARTMENTS, **POSTS}


def state_of(state: str, language: Language) -> str:
    """A state of a ticket in words.

    >>> state_of("waiting_customer", "en"), state_of("paused", "zh")
    ('waiting for the customer', '已挂起')
    """
    words = STATES.get(state)
    return state.replace("_", " ") if words is None else words.told(language)


def called(code: str, language: Language) -> str:
    """Who is asked or told, or by which way a customer came; a desk's own name stays as it is.

    >>> called("duty_manager", "en"), called("qc", "zh"), called("night_shift", "zh")
    ('the duty manager', '质检部门', 'night_shift')
    >>> called("phone", "zh")
    '电话'
    """
    words = _CALLED.get(code)
    return code if words is None else words.told(language)


def tier_of(tier: int, language: Language) -> str:
    """A tier by number and name.

    >>> tier_of(2, "en"), tier_of(1, "zh")
    ('2 (urgent)', '1（普通）')
    """
    words = TIERS[tier]
    return f"{tier}（{words.zh}）" if language == "zh" else f"{tier} ({words.en})"


def name_of(code: str, language: Language) -> str:
    """A code of the answer in words; one that has none is shown with spaces.

    >>> name_of("off_shift", "zh"), name_of("red", "en"), name_of("some_new_code", "en")
    ('不在班', 'red', 'some new code')
    """
    words = _NAMES.get(code)
    return code.replace("_", " ") if words is None else words.told(language)
