"""What callers get back about links, as shapes: clients load them without a store."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field


class LinkOut(BaseModel):
    """A link just made. Neither it nor its token is told again: the store has a digest only."""

    ticket_id: str
    url_path: str = Field(
        repr=False, description="Put the public address of the service before it."
    )
    token: str = Field(
        repr=False, description="The last part of `url_path`: who has it sees the page."
    )
    expires_at: datetime


class EndedLinksOut(BaseModel):
    """How many links of a ticket there were; none of them shows anything from now on."""

    ticket_id: str
    ended: Annotated[int, Field(ge=0)]
