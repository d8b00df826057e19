"""Where the service is, and whether a key may be sent there."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from features.errors import FendanError
from serving.settings import is_loopback


@dataclass(frozen=True, slots=True)
class Address:
    """A checked base URL (`https`, or `http` to this machine) and the key, kept out of `repr`."""

    url: str
    key: str | None = field(default=None, repr=False)

    @classmethod
    def checked(cls, url: str, key: str | None, *, plain: bool = False) -> Address:
        """The address, if it can be meant.

        Args:
            url: `https://host[:port][/prefix]`; `http://` is for this machine.
            key: the API key or token, if any; a header must be able to carry it.
            plain: send the key over `http://` to other machines all the same.

        Raises:
            FendanError: it is no such URL, it holds a password, or the key would go in clear.

        >>> Address.checked("https://desk.example/fendan/", "k").url
        'https://desk.example/fendan'
        """
        target = _parsed(url)
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise FendanError(
                "the key holds characters that a header cannot carry",
                where="FENDAN_API_KEY",
                remedy="copy it again, without blanks or line ends",
            )
        if key and target.scheme == "http" and not is_loopback(target.host) and not plain:
            raise FendanError(
                "the key would cross the network in clear",
                where=f"http://{target.host}",
                remedy="use https, or say plain=True where the network is your own",
            )
        return cls(str(target).rstrip("/"), key or None)

    @property
    def headers(self) -> dict[str, str]:
        """What goes with every request."""
        known = {"Accept": "application/json", "User-Agent": "fendan-client"}
        return {**known, "Authorization": f"Bearer {self.key}"} if self.key else known

    @property
    def local(self) -> bool:
        """Whether the service is on this machine."""
        return is_loopback(httpx.URL(self.url).host)


def _parsed(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL:
        target = httpx.URL("")
    whole = target.scheme in ("http", "https") and target.host
    if not whole or target.userinfo or target.query or target.fragment:
        raise FendanError(
            "this is not the address of a service",
            where=target.host or "base_url",
            remedy="write https://host, or http://127.0.0.1:8000; the key goes in `key`",
        )
    return target
