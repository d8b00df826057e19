"""What every desk has, in words: states, channels, departments, tiers, alerts, signals, days.

Whatever people read is worded from these tables, wherever it is made. A desk's own codes
(categories, teams, departments of its own) have no words: they are shown as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from features.words import Words

STATES: Final[Mapping[str, Words]] = {
    "unassigned": Words("unassigned", "未分派"),
    "assigned": Words("assigned", "已分派"),
    "in_progress": Words("in progress", "处理中"),
    "paused": Words("paused", "已挂起"),
    "waiting_customer": Words("waiting for the customer", "等待客户"),
    "internal_collaboration": Words("with a department", "部门协同"),
    "returned": Words("sent back", "已退回"),
    "reopened": Words("reopened", "已重开"),
    "resolved": Words("resolved", "已解决"),
    "closed": Words("closed", "已关闭"),
}
"""States of a ticket for those who work at it."""

CHANNELS: Final[Mapping[str, Words]] = {
    "phone": Words("phone", "电话"),
    "app": Words("app", "App"),
    "web": Words("web", "网页"),
    "wechat": Words("WeChat", "微信"),
    "email": Words("e-mail", "邮件"),
    "chat": Words("chat", "在线客服"),
    "sms": Words("text message", "短信"),
    "social_media": Words("social media", "社交媒体"),
    "walk_in": Words("at the counter", "现场"),
    "letter": Words("letter", "信函"),
}
"""Ways by which customers come."""

DEPARTMENTS: Final[Mapping[str, Words]] = {
    "qc": Words("quality control", "质检部门"),
    "warehouse": Words("the warehouse", "仓库"),
    "supplier": Words("the supplier", "供应商"),
    "carrier": Words("the carrier", "物流承运方"),
    "finance": Words("the finance department", "财务部门"),
    "marketing": Words("the marketing department", "市场部门"),
    "security": Words("the security team", "安全团队"),
    "product_board": Words("the product team", "产品团队"),
}
"""Parties, in words also for customers."""

POSTS: Final[Mapping[str, Words]] = {
    "duty_manager": Words("the duty manager", "值班经理"),
    "director_on_duty": Words("the director on duty", "值班总监"),
    "regulator": Words("a regulator", "监管机构"),
    "public": Words("the public", "公开渠道"),
}
"""To whom else a ticket is escalated."""

TIERS: Final[Mapping[int, Words]] = {
    0: Words("suggestion", "建议"),
    1: Words("general", "普通"),
    2: Words("urgent", "紧急"),
}
"""Tiers of tickets (`model.policy_tiers.Tiers`)."""

ALERTS: Final[Mapping[str, Words]] = {
    "none": Words("calm", "平稳"),
    "watch": Words("watch", "关注"),
    "warn": Words("warn", "预警"),
    "red": Words("red", "红色"),
}
"""Levels of alert."""

SIGNAL_NAMES: Final[Mapping[str, Words]] = {
    "public_exposure": Words("threat of public exposure", "扬言曝光"),
    "regulator": Words("regulator or court mentioned", "提及监管或诉讼"),
    "safety": Words("safety at stake", "涉及安全"),
    "anger": Words("angry words", "情绪激烈"),
}
"""What the text of a complaint signals (`features.text.SIGNALS`)."""

DAYS: Final = (
    Words("Monday", "周一"),
    Words("Tuesday", "周二"),
    Words("Wednesday", "周三"),
    Words("Thursday", "周四"),
    Words("Friday", "周五"),
    Words("Saturday", "周六"),
    Words("Sunday", "周日"),
)
"""The days of the week, as `datetime.weekday` counts them."""


def party_of(code: str) -> Words:
    """A department as a sentence names it.

    >>> party_of("qc").en, party_of("night_shift").zh
    ('quality control', '“night_shift”')
    """
    return DEPARTMENTS.get(code) or Words(f"“{code}”", f"“{code}”")
