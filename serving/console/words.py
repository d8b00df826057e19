"""What the pages say, in English and Chinese, side by side so that neither is forgotten.

The words lie in `texts/`: one file a page, and `shared.yaml` for all; each word is a pair.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import yaml

from features.words import Language

TEXTS: Final = Path(__file__).parent / "texts"


@cache
def words(page: str, language: Language) -> dict[str, str]:
    """The words of a page in one language: those that all share, and its own.

    >>> words("floor", "zh")["risk"], words("floor", "en")["expected"]
    ('超时风险', 'expected timeouts')
    """
    told = dict[str, str]()
    for name in ("shared", page):
        pairs = yaml.safe_load((TEXTS / f"{name}.yaml").read_text("utf-8"))
        told |= {key: pair[language == "zh"] for key, pair in pairs.items()}
    return told
