"""In which of the two languages a caller is answered, and what statuses are called in them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, get_args

from features.words import Language


def preferred(accepted: str) -> Language:
    """The language that an `Accept-Language` header prefers; English where it names neither.

    >>> preferred("zh-CN,zh;q=0.9,en;q=0.8"), preferred("en;q=0.5, zh"), preferred("fr, *")
    ('zh', 'zh', 'en')
    >>> preferred("zh;q=0"), preferred("en, zh"), preferred("")
    ('en', 'en', 'en')
    """
    best: tuple[float, Language] = (0.0, "en")
    for item in accepted.lower().split(","):
        tag, _, parameter = item.partition(";")
        name = tag.strip().partition("-")[0]
        weight = _weight(parameter.strip().removeprefix("q="))
        for language in get_args(Language):
            if name == language and weight > best[0]:
                best = weight, language
    return best[1]


def _weight(text: str) -> float:
    """The quality value of RFC 9110, section 12.4.2; 1 where none is given, 0 for no number."""
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def title_of(status: int, language: Language) -> str:
    """What a status is called.

    >>> title_of(404, "en"), title_of(404, "zh")
    ('Not Found', '未找到')
    """
    english = HTTPStatus(status).phrase
    return _ZH.get(status, english) if language == "zh" else english


_ZH: Final[Mapping[int, str]] = {
    400: "请求有误",
    401: "未登录",
    403: "没有权限",
    404: "未找到",
    405: "不支持该操作",
    408: "请求超时",
    409: "与当前状态冲突",
    410: "已失效",
    412: "已被他人更改",
    413: "内容过大",
    415: "类型不支持",
    421: "地址不对",
    422: "内容无法处理",
    428: "缺少前提条件",
    429: "请求过于频繁",
    500: "内部错误",
    501: "未提供该功能",
    503: "暂时不可用",
    504: "超时",
}
