"""The names that tickets and customers carry in the log."""

from __future__ import annotations


def ticket_id(ticket: int) -> str:
    """The name of a ticket by its position in the world.

    >>> ticket_id(0)
    'T000001'
    """
    return f"T{ticket + 1:06d}"


def ticket_of(name: str) -> int:
    """The inverse of `ticket_id`.

    >>> ticket_of("T000001")
    0
    """
    return int(name[1:]) - 1


def customer_id(customer: int) -> str:
    """The name of a customer.

    >>> customer_id(6)
    'C00007'
    """
    return f"C{customer + 1:05d}"
