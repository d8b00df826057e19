"""A warning about a policy that can be obeyed, but may not mean what was meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PolicyWarning:
    """Where (JSON pointer), and what in English and in Chinese."""

    pointer: str
    text: str
    text_zh: str
