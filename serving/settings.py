"""Where the service runs: environment variables, read once at the edge, and nothing else."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from features.errors import FendanError

LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Oidc:
    """Whose bearer tokens are taken: the issuer, who they must be for, where its keys are.

    Without `jwks_url` the issuer's discovery document tells it.
    """

    issuer: str
    audience: str
    jwks_url: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses, ports, the master key and the level; secrets stay out of `repr`.

    `home` is the folder of everything embedded (store, model store, model cache). `api_key` holds
    every scope; without it, without keys in the store and without `oidc` the service answers on
    loopback only. `max_body_bytes` bounds what one request may send and `body_seconds` how long
    it may take to arrive. The rates are requests a second in each worker: of one key, and of one
    address without a key. After `failures` wrong keys an address waits for a second for each.
    `mlflow_url` is where people reach MLflow's own pages, "" for nowhere.
    """

    home: Path
    store_url: str = field(repr=False)
    tracking_uri: str = field(repr=False)
    policy: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    log_level: str = "info"
    api_key: str | None = field(default=None, repr=False)
    max_body_bytes: int = 32 * 1024 * 1024
    body_seconds: float = 30.0
    oidc: Oidc | None = None
    rate_per_key: int = 5_000
    rate_per_stranger: int = 50
    failures: int = 20
    mlflow_url: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """The settings that these variables say; an absent or empty one takes its default.

        Raises:
            FendanError: a variable holds something that cannot be meant.

        >>> s = Settings.from_env({"FENDAN_HOME": "/srv/fendan", "FENDAN_PORT": "8080"})
        >>> s.port, s.host, s.workers
        (8080, '127.0.0.1', 1)
        >>> Settings.from_env({"FENDAN_PORT": "many"})
        Traceback (most recent call last):
        features.errors.FendanError: 'many' is not a whole number from 0 to 65535 (FENDAN_PORT); \
set FENDAN_PORT to such a number or leave it out
        """
        home = Path(env.get("FENDAN_HOME") or Path.home() / ".fendan").expanduser().absolute()
        policy = env.get("FENDAN_POLICY")
        settings = cls(
            home=home,
            store_url=env.get("FENDAN_STORE_URL") or f"sqlite:///{home / 'fendan.db'}",
            tracking_uri=env.get("MLFLOW_TRACKING_URI") or f"sqlite:///{home / 'mlflow.db'}",
            policy=Path(policy).expanduser() if policy else None,
            host=env.get("FENDAN_HOST") or "127.0.0.1",
            port=_whole(env, "FENDAN_PORT", 8000, 0, 65535),
            workers=_whole(env, "FENDAN_WORKERS", 1, 1, 64),
            log_level=(env.get("FENDAN_LOG_LEVEL") or "info").lower(),
            api_key=_key(env.get("FENDAN_API_KEY")),
            oidc=_oidc(env),
            rate_per_key=_whole(env, "FENDAN_RATE_PER_KEY", 5_000, 1, 1_000_000),
            failures=_whole(env, "FENDAN_WRONG_KEYS", 20, 1, 1_000_000),
            mlflow_url=_page(env.get("FENDAN_MLFLOW_URL"), "FENDAN_MLFLOW_URL"),
        )
        if settings.log_level not in LOG_LEVELS:
            raise FendanError(
                f"{settings.log_level!r} is not a log level",
                where="FENDAN_LOG_LEVEL",
                remedy=f"use one of {', '.join(LOG_LEVELS)}",
            )
        return settings

    @property
    def level(self) -> int:
        """The number that `logging` gives the level."""
        return logging.getLevelNamesMapping()[self.log_level.upper()]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host` (brackets of an IPv6 literal are allowed).

    >>> [is_loopback(h) for h in ("localhost", "127.0.0.9", "[::1]", "0.0.0.0", "desk.example")]
    [True, True, True, False, False]
    """
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if text.isascii() and text.isdigit() and low <= int(text[:9]) <= high:
        return int(text)
    raise FendanError(
        f"{text!r} is not a whole number from {low} to {high}",
        where=name,
        remedy=f"set {name} to such a number or leave it out",
    )


def _oidc(env: Mapping[str, str]) -> Oidc | None:
    issuer, audience = env.get("FENDAN_OIDC_ISSUER"), env.get("FENDAN_OIDC_AUDIENCE")
    jwks_url = env.get("FENDAN_OIDC_JWKS_URL") or None
    if not (issuer or audience or jwks_url):
        return None
    if not issuer or not audience:
        raise FendanError(
            "tokens can be checked only if it is known who issues them and who they are for",
            where="FENDAN_OIDC_ISSUER, FENDAN_OIDC_AUDIENCE",
            remedy="set both, or none of the FENDAN_OIDC_ variables",
        )
    for name, url in (("FENDAN_OIDC_ISSUER", issuer), ("FENDAN_OIDC_JWKS_URL", jwks_url)):
        if url is not None:
            check_private(url, name)
    return Oidc(issuer, audience, jwks_url)


def check_private(url: str, where: str) -> None:
    """Refuse an address from which keys could be forged on the way.

    Raises:
        FendanError: it is neither https nor http on this machine.

    >>> check_private("https://login.example/realms/desk", "FENDAN_OIDC_ISSUER")
    """
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not (safe and parts.hostname):
        raise FendanError(
            f"{url!r} cannot be trusted with keys", where=where, remedy="use an https:// address"
        )


def _page(text: str | None, where: str) -> str:
    """The address of pages that the console links to; everybody who looks there reads it."""
    parts = urlsplit(text or "")
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username):
        raise FendanError(
            "this is no address that the console can link to",
            where=where,
            remedy="write http:// or https:// and a host, without a name or password",
        )
    return (text or "").rstrip("/")


def _key(text: str | None) -> str | None:
    """The key, or None for an absent or empty one; unprintable keys can never be sent."""
    if not text:
        return None
    if not text.isascii() or not text.isprintable() or " " in text:
        raise FendanError(
            "the key holds characters that a header cannot carry",
            where="FENDAN_API_KEY",
            remedy="use letters, digits and punctuation without spaces, 32 of them or more",
        )
    return text
