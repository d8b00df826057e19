"""Which physical line of a text file a record begins on, found only when a row is refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Records:
    r"""Where the records of a CSV text begin: quoted line breaks and blank lines allowed for.

    `line` holds the 1-based physical line of record 0 (the header), 1, 2, ...; `complete` is
    the number of bytes up to the end of the last record that a line break ends, `lines` the
    number of line breaks up to there, and `open_quote` says that the text ends inside quotes.

    >>> Records.of(b'a,b\n\n1,"x\ny"\n2,z\n').line.tolist()
    [1, 3, 5]
    """

    line: Ints
    complete: int
    lines: int
    open_quote: bool

    @classmethod
    def of(cls, data: bytes) -> Records:
        """Scan the text once: a line break ends a record when an even number of quotes precede."""
        text = np.frombuffer(data, dtype=np.uint8)
        breaks = np.flatnonzero(text == ord("\n"))
        quotes = np.flatnonzero(text == ord('"'))
        outside = np.searchsorted(quotes, breaks) % 2 == 0
        ends = np.flatnonzero(outside)
        complete = int(breaks[ends[-1]]) + 1 if len(ends) else 0
        first = np.concatenate(([0], ends + 1))
        begin = np.concatenate(([0], breaks[ends] + 1))
        stop = np.append(breaks[ends], len(text))
        blank = stop == begin
        crlf = (stop == begin + 1) & (text[np.minimum(begin, len(text) - 1)] == ord("\r"))
        lines = int(ends[-1]) + 1 if len(ends) else 0
        return cls(first[~(blank | crlf)] + 1, complete, lines, len(quotes) % 2 == 1)


def plain_lines(data: bytes) -> Ints:
    """The 1-based physical lines that hold anything, for a text whose quotes do not pair up."""
    text = np.frombuffer(data, dtype=np.uint8)
    breaks = np.flatnonzero(text == ord("\n"))
    begin = np.concatenate(([0], breaks + 1))
    stop = np.append(breaks, len(text))
    crlf = (stop == begin + 1) & (text[np.minimum(begin, len(text) - 1)] == ord("\r"))
    return np.flatnonzero((stop != begin) & ~crlf).astype(np.int64) + 1
