"""The words of the page, in English and Chinese, side by side so that neither is forgotten."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["en", "zh"]

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Fendan · last refresh", "分单 · 最近一次刷新"),
    "waiting": ("No refresh yet", "尚未刷新"),
    "waiting_how": (
        "Send the open tickets and agents to POST /v1/refresh; this page follows by itself.",
        "将未结工单与坐席发送到 POST /v1/refresh，本页会自动更新。",
    ),
    "broken": ("The store does not answer", "存储无响应"),
    "broken_how": (
        "Refreshes are still answered. See /readyz for what is missing.",
        "刷新仍会得到答复；缺少什么请看 /readyz。",
    ),
    "as_of": ("as of", "截至"),
    "policy": ("policy", "策略"),
    "model": ("model", "模型"),
    "degraded": ("Gave way", "已降级"),
    "took": ("took", "用时"),
    "open": ("open", "未结"),
    "placed": ("newly placed", "新分派"),
    "moved": ("moved", "改派"),
    "kept": ("kept", "维持"),
    "expected": ("expected timeouts", "预计超时"),
    "if_kept": ("if all stay as they are", "若全部维持现状"),
    "saved": ("avoided by this plan", "本计划可避免"),
    "assignments": ("Tickets", "工单"),
    "ticket": ("Ticket", "工单"),
    "due": ("Due in", "距时限"),
    "risk": ("Timeout risk", "超时风险"),
    "agent": ("Agent", "坐席"),
    "why": ("Why", "原因"),
    "costs": ("costs", "成本"),
    "second": ("second", "次选"),
    "eta": ("Expected close", "预计办结"),
    "queues": ("Queues", "队列"),
    "queues_how": ("in the order to work them", "按处理顺序"),
    "actions": ("Next best actions", "下一步动作"),
    "none": ("none", "无"),
    "nobody": ("nobody", "无人"),
    "from": ("from", "原"),
    "rejected": ("Rejected tickets", "被拒工单"),
    "shown": ("shown", "已显示"),
    "of": ("of", "/"),
    "show_all": ("show all", "显示全部"),
    "everyone": ("everyone", "所有坐席"),
    "ruled_out": ("agents ruled out", "被排除的坐席"),
    "more": ("more", "条"),
    "live": ("refreshes by itself", "自动刷新"),
    "left_as_is": ("as it is", "维持现状"),
    "tier": ("tier", "层级"),
}

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
}


def words(language: Language) -> dict[str, str]:
    """The page's words in one language.

    >>> words("zh")["risk"]
    '超时风险'
    """
    return {key: pair[language == "zh"] for key, pair in _WORDS.items()}


def name_of(code: str, language: Language) -> str:
    """A code of the answer in words; one that has none is shown with spaces.

    >>> name_of("off_shift", "zh"), name_of("some_new_code", "en")
    ('不在班', 'some new code')
    """
    pair = _NAMES.get(code)
    return code.replace("_", " ") if pair is None else pair[language == "zh"]
