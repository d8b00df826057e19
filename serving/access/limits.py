"""How often somebody may ask: a token bucket each, kept as one number."""

from __future__ import annotations

import ipaddress
from typing import Final

MOST_KNOWN: Final = 10_000


class Rate:
    """So many requests a second each, and so many at once after a rest.

    A bucket of `burst` tokens that fills by `per_second`, told by the moment at which it will be
    full again (the generic cell rate algorithm, ITU-T I.371): who is not in the table has a full
    one. At most `MOST_KNOWN` are remembered; the longest unseen are let off first.

    >>> rate = Rate(per_second=2.0, burst=2)
    >>> [rate.wait("a", now) for now in (0.0, 0.0, 0.0, 0.5, 0.5)]
    [0.0, 0.0, 0.5, 0.0, 0.5]
    """

    def __init__(self, per_second: float, burst: int) -> None:
        self._each, self._depth = 1.0 / per_second, burst / per_second
        self._full_at: dict[str, float] = {}

    def wait(self, who: str, now: float) -> float:
        """Seconds until `who` may ask; 0.0, and counted, where it may now."""
        full_at = max(self._full_at.pop(who, now), now) + self._each
        over = full_at - now - self._depth
        if over > 1e-9:  # the sums of floats: a bucket exactly empty still gives its last token
            self._full_at[who] = full_at - self._each
            return over
        self._full_at[who] = full_at
        if len(self._full_at) > MOST_KNOWN:
            del self._full_at[next(iter(self._full_at))]
        return 0.0

    def empty(self, who: str, now: float) -> float:
        """Seconds until `who` may ask, without counting anything."""
        return max(self._full_at.get(who, now) - now + self._each - self._depth, 0.0)


def who_asks_from(host: str) -> str:
    """The address that limits count by: of IPv6 the network, since a caller has all of it.

    >>> [who_asks_from(host) for host in ("192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1:2")]
    ['192.0.2.7', '192.0.2.7', '2001:db8::/64']
    """
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    if address.ipv4_mapped is not None:  # what an IPv4 caller of a socket for both looks like
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False))
