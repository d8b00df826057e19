"""Words that people read, in both languages of the house."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in English and Chinese."""

    en: str
    zh: str

    def told(self, language: Language) -> str:
        """The words in one of the two.

        >>> Words("in progress", "处理中").told("zh")
        '处理中'
        """
        return self.zh if language == "zh" else self.en


_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
"""Control characters, ends of lines, and marks that turn the direction of what follows."""
_PLAIN: Final = re.compile(r"[^\W_](?:[\w.@-]*[^\W_])?")


def quoted(name: str) -> str:
    r"""A name of a desk's own as it stands in a sentence: one that is no plain word, in quotes.

    >>> quoted("logistics"), quoted("物流"), quoted("A-7"), quoted("after_sales"), quoted("a: b")
    ('logistics', '物流', 'A-7', '“after_sales”', '“a: b”')

    What would break the line or turn the rest of the sentence around is only marked.

    >>> quoted("east\u202e\n")
    '“east��”'
    """
    if "_" not in name and _PLAIN.fullmatch(name):
        return name
    seen = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", name)
    return f"“{seen}”"
