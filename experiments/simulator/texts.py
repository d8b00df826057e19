"""The words of a complaint, put together from this project's own phrases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

_PHRASES: Final = Path(__file__).with_name("phrases.yaml")
_SIGNALS: Final = ("public", "regulator", "safety", "anger")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Lists of phrases by language ("zh", "en") and, for bodies and signals, by name."""

    slots: Mapping[str, Sequence[str]]
    goods: Mapping[str, Sequence[str]]
    openers: Mapping[str, Sequence[str]]
    details: Mapping[str, Sequence[str]]
    demands: Mapping[str, Sequence[str]]
    bodies: Mapping[str, Mapping[str, Sequence[str]]]
    signals: Mapping[str, Mapping[str, Sequence[str]]]
    again: Mapping[str, Sequence[str]]


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """The phrases that ship with the simulator."""
    return Phrases(**yaml.safe_load(_PHRASES.read_text(encoding="utf-8")))


def complaint(
    subcategory: str, english: bool, signals: Sequence[bool], words: Sequence[int]
) -> str:
    """The text of a complaint; `words` are at least 10 free choices (any non-negative numbers).

    >>> complaint("points", True, (False, False, False, True), [0] * 10)
    'Hello, My points have disappeared. Please sort this out. This is outrageous!'
    """
    book, language = phrases(), "en" if english else "zh"
    parts = [
        _choose(book.openers[language], words[0]),
        _choose(_bodies(book, subcategory)[language], words[1]),
        " " * english,
        _choose(book.details[language], words[2]),
        _choose(book.demands[language], words[3]),
    ]
    for name, raised in zip(_SIGNALS, signals, strict=True):
        if raised:
            parts += [" " * english, _choose(book.signals[name][language], words[4])]
    return _filled("".join(parts), words[5:], subcategory)


def _bodies(book: Phrases, subcategory: str) -> Mapping[str, Sequence[str]]:
    """What a kind of complaint is about; of one that the phrases do not know, its name."""
    name = subcategory.replace("{", "(").replace("}", ")")
    return book.bodies.get(subcategory) or {"en": [f"It is about {name}."], "zh": [f"关于{name}。"]}


def again(english: bool, signals: Sequence[bool], count: int, words: Sequence[int]) -> str:
    """What the customer says at contact number `count` about the same ticket.

    >>> again(True, (False, False, False, False), 2, range(10))
    'Nobody has contacted me yet.'
    """
    book, language = phrases(), "en" if english else "zh"
    parts = [_choose(book.again[language], words[0] + 7 * count)]
    for name, raised in zip(_SIGNALS, signals, strict=True):
        if raised and (words[1] + count) % 2:
            parts += [" " * english, _choose(book.signals[name][language], words[4] + count)]
    return _filled("".join(parts), words[5:], "")


def product(subcategory: str, english: bool, words: Sequence[int]) -> str:
    """The product the ticket is about: the one its text may name."""
    slots = phrases().slots
    goods = phrases().goods.get(subcategory, slots["product"])
    return _choose(slots["product_en"] if english else goods, words[5])


def _choose(options: Sequence[str], word: int) -> str:
    return str(options[word % len(options)])


def _filled(text: str, words: Sequence[int], subcategory: str) -> str:
    slots = phrases().slots
    return text.format(
        product=_choose(phrases().goods.get(subcategory, slots["product"]), words[0]),
        product_en=_choose(slots["product_en"], words[0]),
        courier=_choose(slots["courier"], words[1]),
        days=_choose(slots["days"], words[2]),
        amount=_choose(slots["amount"], words[3]),
        hours=_choose(slots["hours"], words[4]),
        place=_choose(slots["place"], words[1]),
        count=2 + words[2] % 4,
        order=10_000 + words[3] % 90_000,
        date=_choose(slots["date"], words[2]),
    )
