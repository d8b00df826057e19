"""What the address of the floor asks for of the tickets: which, in which order, which page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Self
from urllib.parse import urlencode

from serving.console.visit import Visit

ROWS_SHOWN: Final = 200
"""Rows of a page: what somebody reads at once, and what is soon there."""
SORTS: Final = ("pressing", "due", "risk", "agent", "closes", "ticket")
"""The orders of the table, the usual one first; each goes the one way that people ask for."""
NOBODY: Final = "-"
"""Stands for the team of tickets that nobody has."""
_LONGEST_PAGE: Final = 6  # digits


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: empty is any; `text` is looked for in ids and categories.

    `page` counts from 1; one that is past the last shows the last.
    """

    team: str = ""
    alert: str = ""
    agent: str = ""
    text: str = ""
    sort: str = SORTS[0]
    page: int = 1

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """What the parameters `team`, `alert`, `agent`, `q`, `sort` and `page` say."""
        team, alert, agent, text, sort, page = (
            visit.asked(name).strip() for name in ("team", "alert", "agent", "q", "sort", "page")
        )
        return cls(
            team, alert, agent, text, sort if sort in SORTS else SORTS[0], _page_of(page)
        )  # fmt: skip

    @property
    def is_narrow(self) -> bool:
        """Whether some tickets are left out."""
        return bool(self.team or self.alert or self.agent or self.text)

    def on(self, page: int) -> str:
        """The address of another page of the same.

        >>> Asked(text="票 1", sort="due").on(3)
        '?q=%E7%A5%A8+1&sort=due&page=3#tickets'
        """
        return _address(replace(self, page=page))

    def by(self, sort: str) -> str:
        """The address of the same in another order, from its beginning."""
        return _address(replace(self, sort=sort, page=1))


def _address(asked: Asked) -> str:
    said = {
        "q": asked.text,
        "team": asked.team,
        "alert": asked.alert,
        "agent": asked.agent,
        "sort": "" if asked.sort == SORTS[0] else asked.sort,
        "page": "" if asked.page == 1 else str(asked.page),
    }
    return f"?{urlencode({name: value for name, value in said.items() if value})}#tickets"


def _page_of(text: str) -> int:
    """The number of a page; 1 for what is none.

    >>> _page_of("12"), _page_of("0"), _page_of("-1"), _page_of("²"), _page_of("9" * 99)
    (12, 1, 1, 1, 1)
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_PAGE
    return max(int(text), 1) if is_number else 1
