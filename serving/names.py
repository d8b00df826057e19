"""The codes of an answer in words: English and Chinese side by side, so neither is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from features.names import ALERTS, CHANNELS, DEPARTMENTS, POSTS, STATES, TIERS
from features.words import Language, Words

_NAMES: Final[dict[str, tuple[str, str]]] = {
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
    if code in ALERTS:
        return ALERTS[code].told(language)
    pair = _NAMES.get(code)
    return code.replace("_", " ") if pair is None else pair[language == "zh"]
