"""Complaint text, Chinese and English: what it signals, and what of it must not be kept.

Whole columns are read with RE2 through pyarrow, so no Python loop sees a row of them. It compiles
its patterns for every column, which takes as long as reading sixty texts with `re`: a few texts
are therefore read with the same patterns by `re`, compiled once; a test holds the two together.
RE2 has no look-around; a false friend is therefore *removed first* (`harmless`) and the marks
are looked for in what is left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.text_patterns import PATTERNS, Signal

SIGNALS: Final = ("public_exposure", "regulator", "safety", "anger")
"""The signals, in the order of the columns of `signals`."""

Texts = Sequence[str | None] | pd.Series
"""A column of texts; None and NaN are missing."""


def signals(texts: Texts) -> npt.NDArray[np.bool_]:
    """Which signals each text gives: bool (n, 4), columns as in `SIGNALS`.

    A missing text gives none. Letter case does not matter. What `redact` masks says nothing, so a
    logged request gives the signals that it gave when it came. About a second for 100,000 texts
    of a few lines.

    >>> signals(["手机充电时起火，再不处理我就找12315", "家住安全路的垃圾站旁", None]).tolist()
    [[False, True, True, False], [False, False, False, False], [False, False, False, False]]
    >>> signals(["I am furious and will go to the press"])[0].tolist()
    [True, False, False, True]
    """
    return _signals(tuple(texts))


@lru_cache(maxsize=4)  # the texts of one refresh are asked about for the tiers and the features
def _signals(texts: tuple[str | None, ...]) -> npt.NDArray[np.bool_]:
    column = column_of(redact(texts))
    if len(texts) <= _FEW:
        found = np.array([_signals_of(text) for text in column.to_pylist()], bool)
        found = found.reshape(len(texts), len(SIGNALS))
    else:
        found = np.column_stack([_hits(column, PATTERNS[name]) for name in SIGNALS])
    found.flags.writeable = False
    return found


def _signals_of(text: str | None) -> list[bool]:
    """As `_hits`, for one text."""
    if text is None:
        return [False] * len(SIGNALS)
    return [
        marks.search(text) is not None and marks.search(harmless.sub(" ⁄ ", text)) is not None
        for marks, harmless in _compiled()
    ]


@cache
def _compiled() -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    """Marks and false friends of each signal for `re`, whose words are RE2's with `ASCII`.

    (But for two letters: only RE2 takes the long s for an s and the Kelvin sign for a k.)
    """
    both = ((PATTERNS[name].marks, PATTERNS[name].harmless) for name in SIGNALS)
    return [
        (re.compile(_any_of(marks), re.ASCII), re.compile(_any_of(harmless), re.ASCII))
        for marks, harmless in both
    ]


_FEW: Final = 32


def _hits(column: pa.LargeStringArray, signal: Signal) -> npt.NDArray[np.bool_]:
    """Marks first, on everything; false friends only where a mark was found."""
    marks = _any_of(signal.marks)
    hit = _matches(column, marks)
    rows = np.flatnonzero(hit)
    if rows.size:  # compiling the patterns takes longer than reading most texts
        suspects = column.take(pa.array(rows))
        hit[rows] = _matches(
            pc.replace_substring_regex(suspects, _any_of(signal.harmless), " ⁄ "), marks
        )
    return hit


def _matches(column: pa.LargeStringArray, pattern: str) -> npt.NDArray[np.bool_]:
    found = pc.fill_null(pc.match_substring_regex(column, pattern), fill_value=False)
    return np.array(found.to_numpy(zero_copy_only=False), dtype=bool)


def _any_of(patterns: Sequence[str]) -> str:
    return "(?is)" + "|".join(f"(?:{pattern})" for pattern in patterns)


def column_of(texts: Texts) -> pa.LargeStringArray:
    """The texts as an Arrow column. Half a surrogate pair, which JSON can carry, becomes `?`."""
    values = texts.tolist() if isinstance(texts, pd.Series) else texts
    try:
        return pa.array(values, type=pa.large_string(), from_pandas=True)
    except UnicodeEncodeError:
        clean = [v.encode(errors="replace").decode() if isinstance(v, str) else v for v in values]
        return pa.array(clean, type=pa.large_string(), from_pandas=True)


# Order matters: an address or a card can hold what looks like a telephone number. Every number
# must stand free of other digits; `+` and brackets belong to it. Digits may be full-width.
_D = "[0-9０-９]"
_SEP = "[ .·-]?"
_EMAIL = r"[A-Za-z0-9._%+-]+[@＠][A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_ID = (  # 18 digits: area, birth date, serial, check digit; or 15 of the old kind
    f"[1-9１-９]{_D}{{5}}(?:[12１２]{_D})?{_D}{{2}}(?:[0０][1-9１-９]|[1１][0-2０-２])"
    f"(?:[0-2０-２]{_D}|[3３][01０１]){_D}{{3}}(?:{_D}|[xXｘＸ])?"
)
_CARD = (  # 16 to 19 digits in groups of four, or 15 as 4-6-5
    f"[2-6２-６]{_D}{{3}}(?:{_SEP}{_D}{{4}}){{3}}(?:{_SEP}{_D}{{1,3}})?"
    f"|3[47]{_D}{{2}}{_SEP}{_D}{{6}}{_SEP}{_D}{{5}}"
)
_EXTENSION = f"(?:(?:转|-|ext ?){_D}{{1,6}})?"
_PHONE = "|".join(
    (
        # Chinese mobile; landline with its extension; hotline
        rf"(?:[(（]?(?:\+|00)?86[)）]?[ -]?)?[1１][3-9３-９]{_D}{_SEP}{_D}{{4}}{_SEP}{_D}{{4}}",
        f"[(（]?[0０]{_D}{{2,3}}[)）]?[ -]?[2-9２-９]{_D}{{2,3}}[ -]?{_D}{{4}}{_EXTENSION}",
        f"[48]00-?{_D}{{3,4}}-?{_D}{{3,4}}",
        # international; as written in Britain; as written in North America
        rf"(?:\+|00)[1-9](?:[ .()-]{{0,2}}{_D}){{6,14}}",
        f"[0０]{_D}{{2,4}}[ -]{_D}{{3,4}}[ -]?{_D}{{3,4}}",
        f"(?:[(]{_D}{{3}}[)] ?|{_D}{{3}}[-. ]){_D}{{3}}[-. ]{_D}{{4}}",
    )
)


def _free(number: str) -> str:
    return f"(^|[^0-9０-９])(?:{number})($|[^0-9０-９])"


_MASKS: Final = (  # pattern, Chinese replacement, English replacement
    (_EMAIL, "〔邮箱〕", "[email]"),
    (_free(_ID), r"\1〔证件〕\2", r"\1[id]\2"),
    (_free(_CARD), r"\1〔卡号〕\2", r"\1[card]\2"),
    (_free(_PHONE), r"\1〔电话〕\2", r"\1[phone]\2"),
)
_PERSONAL = f"[@＠]|(?:{_D}[ .()（）·-]{{0,2}}){{7}}"
_PERSONAL_FEW: Final = re.compile(_PERSONAL)  # classes of characters alone: the same to RE2


def redact(texts: Texts) -> list[str | None]:
    """The texts with e-mails, Chinese ID numbers, bank cards and telephone numbers masked.

    Masks are Chinese in a text with Chinese characters, else English. Order numbers of the shape
    of one of these are masked too: better one number too many than one too few. Redacting
    twice changes nothing more. Missing stays missing.

    >>> redact(["请回电13800138000或发至a.b@example.com", "call (555) 010-9999", None])
    ['请回电〔电话〕或发至〔邮箱〕', 'call [phone]', None]
    """
    column = column_of(texts)
    if len(column) <= _FEW and not any(map(_PERSONAL_FEW.search, filter(None, column.to_pylist()))):
        return list(column.to_pylist())
    chinese = _matches(column, r"\p{Han}")
    rows = np.flatnonzero(_matches(column, _PERSONAL))
    done: list[str | None] = column.to_pylist()
    for language, members in ((0, rows[chinese[rows]]), (1, rows[~chinese[rows]])):
        if not members.size:
            continue  # as above
        masked = _mask(column.take(pa.array(members)), language).to_pylist()
        for row, text in zip(members.tolist(), masked, strict=True):
            done[row] = text
    return done


def _mask(column: pa.LargeStringArray, language: int) -> pa.LargeStringArray:
    """Every pattern, again and again until nothing changes.

    A match uses up the boundary character of its neighbour, so one round is not enough; each
    round leaves fewer digits and `@`, so this ends.
    """
    while True:
        before = column
        for pattern, *masks in _MASKS:
            column = pc.replace_substring_regex(column, pattern, masks[language])
        if column.equals(before):
            return column
