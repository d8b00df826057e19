"""What is wrong with one value of a body, in both languages: by pydantic's names of errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic_core import ErrorDetails

from features.words import Words

_EN: Final[Mapping[str, str]] = {
    "extra_forbidden": "unknown field",
    "missing": "this field is required",
    "model_type": "must be an object",
    "finite_number": "must be a finite number",
    "string_pattern_mismatch": "must not hold control characters",
}
"""What pydantic's own words would not tell well."""
_ZH: Final[Mapping[str, str]] = {
    "extra_forbidden": "未知字段",
    "missing": "此字段必填",
    "model_type": "必须是对象",
    "dict_type": "必须是对象",
    "list_type": "必须是数组",
    "finite_number": "必须是有限数",
    "string_type": "必须是文本",
    "string_pattern_mismatch": "不得为空白或含控制字符",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "int_type": "必须是整数",
    "int_from_float": "必须是整数",
    "int_parsing": "必须是整数",
    "float_type": "必须是数",
    "float_parsing": "必须是数",
    "bool_type": "必须是 true 或 false",
    "bool_parsing": "必须是 true 或 false",
    "greater_than_equal": "不得小于 {ge}",
    "greater_than": "必须大于 {gt}",
    "less_than_equal": "不得大于 {le}",
    "less_than": "必须小于 {lt}",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "literal_error": "必须是下列之一：{expected}",
    "rfc3339": "必须是带时区的 RFC 3339 时间，如 2026-03-02T10:05:00+08:00，"
    "年份在 1970 至 2199 之间",
}


def said_of(error: ErrorDetails) -> Words:
    """What one of pydantic's errors says.

    An error that has no Chinese words of its own is told in pydantic's English.
    """
    message = error["msg"].removeprefix("Input should ")
    told = message if message == error["msg"] else f"must {message}"
    english = _EN.get(error["type"], told)
    chinese = _ZH.get(error["type"], english)
    about = {key: str(each).replace(" or ", ", ") for key, each in error.get("ctx", {}).items()}
    return Words(english, chinese.format_map(about) if chinese != english else english)
