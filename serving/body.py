"""Reading a body: JSON by its type, within its size, in its time."""

from __future__ import annotations

from typing import Final

import anyio
from starlette.requests import ClientDisconnect, Request

from features.words import Words
from serving.problems import Problem
from serving.settings import Settings

_NOT_JSON: Final = Words(
    "send `Content-Type: application/json`", "请发送 `Content-Type: application/json`"
)
_NOT_UTF8: Final = Words("JSON is sent in UTF-8", "JSON 须以 UTF-8 编码发送")
_ENCODED: Final = Words(
    "bodies are sent as they are, without Content-Encoding",
    "请求体须原样发送，不使用 Content-Encoding",
)


async def read_json_body(request: Request, settings: Settings) -> bytes:
    """The bytes of a JSON body, not yet parsed. Raises as `read_body` does."""
    return await read_body(request, settings)


async def read_body(
    request: Request, settings: Settings, also: frozenset[str] = frozenset()
) -> bytes:
    """The body's bytes, not yet parsed; its media type is JSON, `…+json` or one of `also`.

    Raises:
        Problem: 415 for another media type or a content encoding, 413 past
            `settings.max_body_bytes`, 408 when it does not arrive, 400 when it breaks off.
    """
    _check_type(request, also)
    limit = settings.max_body_bytes
    told = request.headers.get("content-length", "")
    if told.isdigit() and (len(told) > 18 or int(told) > limit):
        raise too_large(limit)
    chunks, size = [], 0
    try:
        with anyio.fail_after(settings.body_seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise too_large(limit)
                chunks.append(chunk)
    except TimeoutError:
        raise Problem(
            408,
            "body-too-slow",
            Words(
                f"the body did not arrive within {settings.body_seconds:g} s",
                f"请求体未在 {settings.body_seconds:g} 秒内送达",
            ),
        ) from None
    except ClientDisconnect:
        raise Problem(400, "broken-off", Words("the body broke off", "请求体中断")) from None
    return b"".join(chunks)


def media_type(request: Request) -> str:
    """The media type of the body, in small letters and without parameters; "" for none."""
    return request.headers.get("content-type", "").lower().partition(";")[0].strip()


def _check_type(request: Request, also: frozenset[str]) -> None:
    parameters = request.headers.get("content-type", "").lower().partition(";")[2]
    kind = media_type(request)
    # No type at all is taken for JSON: there is nothing else it could be.
    if kind and kind != "application/json" and not kind.endswith("+json") and kind not in also:
        raise Problem(415, "not-json-type", _NOT_JSON)
    name, _, charset = parameters.strip().partition("=")
    if name == "charset" and charset.strip("\"' ") not in ("utf-8", "utf8"):
        raise Problem(415, "not-utf-8", _NOT_UTF8)
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", ""):
        raise Problem(
            415,
            "encoded",
            _ENCODED,
            headers=(("Accept-Encoding", "identity"),),
        )


def too_large(limit: int) -> Problem:
    """The refusal of a body of more bytes than `limit`."""
    return Problem(
        413,
        "body-too-large",
        Words(f"the body is larger than {limit} bytes", f"请求体超过 {limit} 字节"),
        headers=(("Connection", "close"),),
    )
