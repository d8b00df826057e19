"""Who may ask: whoever holds a key or a token; where none was ever configured, this machine.

Open to everybody: `/healthz` and `/readyz` (orchestrators carry no key; they tell no data),
`/docs`, `/openapi.json` and the pages' style and script (the same for everybody), where people
sign in, and `/status/…`, whose links are secrets of their own.
`/metrics` needs a key: a desk's counts are its own business, and Prometheus can send one.

Callers are told apart by the address of their connection. `Forwarded` and `X-Forwarded-For` are
not read: anybody can write them.
"""

from __future__ import annotations

import hmac
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from anyio import to_thread
from starlette.datastructures import Headers

from features.errors import StoreError
from features.words import Words
from serving.access.credentials import from_another_page, host_name, sent_credentials
from serving.access.keyring import KeyRing
from serving.access.keys import digest_of, key_id_of
from serving.access.limits import Rate, who_asks_from
from serving.access.oidc import BadTokenError, Tokens, is_token
from serving.access.sessions import Sessions, sent_session
from serving.principal import LOCAL, MASTER_TAG, Principal
from serving.problems import Problem
from serving.settings import Settings, is_loopback
from serving.store import Store

SIGN_IN_PATH = "/console/sign-in"
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/docs", "/openapi.json", SIGN_IN_PATH})
OPEN_FOLDERS = ("/static/", "/status/")
UNCOUNTED_PATH = "/healthz"  # costs nothing, and an orchestrator that is refused restarts the desk
NOBODY = Principal("nobody", frozenset(), "nobody")
_AWAY = Words("the keys cannot be looked up: the store does not answer", "存储无响应，无法核对密钥")
_WITH_SESSION = Words(
    "a page of another site asks with this browser's session", "其他站点的页面借用了本浏览器的会话"
)
_WITHOUT_KEY = Words(
    "a page of another site asks; without an API key it is not served",
    "请求来自其他站点的页面；没有 API 密钥则不予响应",
)
_ASKING = {"address": "此地址", "key": "此密钥"}
_ENDED = {"expired": "已过期", "revoked": "已吊销"}
MASTER = Principal(MASTER_TAG, LOCAL.scopes, MASTER_TAG)


@dataclass(frozen=True, slots=True)
class Caller:
    """What a request shows of who sends it; `host` is the other end of the connection."""

    method: str
    path: str
    headers: Headers
    host: str


class Refusal(Problem):
    """A caller who is not let in; `tag` is the id of the key, where it was a real one."""

    def __init__(
        self,
        status: int,
        code: str,
        said: Words,
        headers: tuple[tuple[str, str], ...] = (),
        tag: str = "",
    ) -> None:
        super().__init__(status, code, said, headers=headers)
        self.tag = tag


class Door:
    """Lets callers in, by what the settings and the store say of keys, and not too often."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._master, self._now, self._clock = settings.api_key, now, clock
        self._ring, self.sessions = KeyRing(store, clock), Sessions(store, settings.api_key)
        self._tokens = None if settings.oidc is None else Tokens(settings.oidc, clock)
        self._only_here = is_loopback(settings.host)
        self._keyed = Rate(settings.rate_per_key, 2 * settings.rate_per_key)
        self._strangers = Rate(settings.rate_per_stranger, 4 * settings.rate_per_stranger)
        self._failures = Rate(1.0, settings.failures)
        # Their own: customers who open an old link must not keep ops from the master key, where
        # all of them come by the address of one proxy.
        self._wrong_links = Rate(1.0, settings.failures)

    async def admit(self, caller: Caller) -> Principal:
        """Who asks, if the request may go on. Nothing of its body is read.

        Raises:
            Problem: 401 without a key or token that holds; 429 past a limit; 503 where the keys
                or those of the token's issuer cannot be asked for and are not remembered.
                Where no key was ever configured: 421 for a request to a name that is not this
                machine's own, 403 for one that another site's page sends (a page must not use
                the desk through its visitor's browser).
        """
        if caller.path in OPEN_PATHS or caller.path.startswith(OPEN_FOLDERS):
            if caller.path != UNCOUNTED_PATH:
                self._not_too_often(self._strangers, who_asks_from(caller.host), "address")
            return NOBODY
        try:
            asking = await self._found(caller, sent_credentials(caller.method, caller.headers))
        except StoreError:  # whose words name the store: not for strangers
            raise Refusal(503, "not-ready", _AWAY, (("Retry-After", "10"),)) from None
        self._not_too_often(self._keyed, asking.name, "key", asking.tag)
        return asking

    def note_wrong_link(self, host: str) -> None:
        """Count that somebody showed a link that is none.

        Raises:
            Problem: 429, the address has shown too many.
        """
        address = who_asks_from(host)
        self._not_too_often(self._wrong_links, address, "address", code="too-many-failures")

    def open_session(self, who: Principal) -> str:
        """A session of somebody just admitted, for a cookie. It blocks. Raises StoreError."""
        return self.sessions.open(who, self._now())

    async def _found(self, caller: Caller, sent: list[str]) -> Principal:
        address = who_asks_from(caller.host)
        if self._is_master(sent, address):
            return MASTER
        if await self._is_open():
            return _from_here(caller)
        for text in sent:
            if (found := await self._holder(text, caller)) is not None:
                return found
        if not sent and (found := await self._signed_in(caller)) is not None:
            return found
        if sent:
            self._note_failure(address)
        else:
            self._not_too_often(self._strangers, address, "address")
        raise _unauthorized(
            "unauthorized",
            Words(
                "send the API key as `Authorization: Bearer …` or as `X-API-Key`",
                "请以 `Authorization: Bearer …` 或 `X-API-Key` 发送 API 密钥",
            ),
        )

    def _is_master(self, sent: list[str], address: str) -> bool:
        """Compared in constant time. Not looked at while the address guesses: ops chose it."""
        master = self._master
        if master is None or self._failures.empty(address, self._clock()) > 0:
            return False
        return any(hmac.compare_digest(text.encode(), master.encode()) for text in sent)

    async def _is_open(self) -> bool:
        """Whether no key was ever configured. The last key's end does not open the door."""
        if self._master is not None or self._tokens is not None or not self._only_here:
            return False
        return not (await self._ring.keys()).by_id

    async def _holder(self, text: str, caller: Caller) -> Principal | None:
        if self._tokens is not None and is_token(text):
            try:
                return await self._tokens.holder(text)
            except BadTokenError as bad:
                self._note_failure(who_asks_from(caller.host))
                raise _unauthorized("token-refused", bad.said, "token") from None
        key_id = key_id_of(text)
        if not key_id:
            return None
        key = (await self._ring.keys()).by_id.get(key_id)
        if key is None or not hmac.compare_digest(digest_of(text), key.digest):
            return None
        state = key.state(self._now())
        if state != "active":
            self._not_too_often(self._strangers, who_asks_from(caller.host), "address", key_id)
            said = Words(
                f"the key {key_id} is {state}; `fendan key create` makes another",
                f"密钥 {key_id} {_ENDED[state]}；可用 `fendan key create` 新建",
            )
            raise _unauthorized(f"key-{state}", said, key_id)
        return key.holder

    async def _signed_in(self, caller: Caller) -> Principal | None:
        """Whose session the cookie names; browsers send it by themselves, for other pages too."""
        text = sent_session(caller.headers.get("cookie", ""))
        if not text:
            return None
        if from_another_page(caller.headers):
            raise _cross_origin(_WITH_SESSION)
        keys = await self._ring.keys()
        return await to_thread.run_sync(self.sessions.holder, text, keys.by_id, self._now())

    def _note_failure(self, address: str) -> None:
        self._not_too_often(self._failures, address, "address", code="too-many-failures")

    def _not_too_often(
        self, rate: Rate, who: str, what: str, tag: str = "", code: str = "too-many-requests"
    ) -> None:
        seconds = rate.wait(who, self._clock())
        if seconds > 0:
            after = str(math.ceil(seconds))
            said = Words(
                f"this {what} asks too often; ask again in {after} s",
                f"{_ASKING[what]}请求过于频繁；请在 {after} 秒后重试",
            )
            raise Refusal(429, code, said, (("Retry-After", after),), tag)


def _from_here(caller: Caller) -> Principal:
    if not is_loopback(host_name(caller.headers.get("host", ""))):
        raise Refusal(
            421,
            "not-loopback",
            Words(
                "without an API key this service answers to localhost and loopback addresses only; "
                "make one with `fendan key create` to serve it under another name",
                "未配置 API 密钥时，本服务只响应 localhost 和回环地址；"
                "如需以其他名称访问，请用 `fendan key create` 新建密钥",
            ),
        )
    if from_another_page(caller.headers):
        raise _cross_origin(_WITHOUT_KEY)
    return LOCAL


def _cross_origin(said: Words) -> Refusal:
    return Refusal(403, "cross-origin", said)


def _unauthorized(code: str, said: Words, tag: str = "") -> Refusal:
    error = "" if code == "unauthorized" else ', error="invalid_token"'
    return Refusal(401, code, said, (("WWW-Authenticate", f'Bearer realm="fendan"{error}'),), tag)
