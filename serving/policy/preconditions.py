"""The headers that guard a change: `If-Match` and `If-None-Match` (RFC 9110, section 13.1)."""

from __future__ import annotations

import re
from typing import Final

_TAG: Final = re.compile(r'\s*(?P<weak>W/)?(?P<tag>"[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')
ANY: Final = "*"


def tags(header: str, *, weak: bool) -> frozenset[str]:
    """The entity tags of a header, quotes included; what is no tag is left out.

    Weak ones count only with `weak`: they say that something is about the same, and a change needs
    more than that.

    >>> sorted(tags('"a", W/"b", nonsense', weak=True)), tags('W/"b"', weak=False)
    (['"a"', '"b"'], frozenset())
    """
    found = _TAG.finditer(header)
    return frozenset(each["tag"] for each in found if weak or not each["weak"])


def expected_tags(if_match: str | None) -> frozenset[str] | None:
    """The tags one of which the present state must have; None where any will do."""
    if if_match is None or if_match.strip() == ANY:
        return None
    return tags(if_match, weak=False)


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether the caller has what bears this tag already.

    >>> is_known('"a"', 'W/"a"'), is_known('"a"', "*"), is_known('"a"', None)
    (True, True, False)
    """
    if if_none_match is None:
        return False
    return if_none_match.strip() == ANY or etag in tags(if_none_match, weak=True)
