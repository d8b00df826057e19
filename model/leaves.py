"""Which leaf a row reaches, compiled: by going down, or by ruling leaves out bit by bit.

Going down is quickest for whole rows. Ruling out is QuickScorer's idea (Lucchese et al. 2015,
*QuickScorer: a fast algorithm to rank documents with additive ensembles of regression trees*):
every split that sends a row right rules out the leaves on its left, and the other way round, in a
64-bit mask of the tree's leaves. Splits can be looked at in any order and by any number of
hands: a mask of the ticket's splits AND a mask of the agent's is the mask of both, and when every
split was looked at, one bit is left.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numba.extending import intrinsic
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Masks = NDArray[np.uint64]


ZERO, RIGHT, LEFT, CODES = range(4)
"""What a split does with NaN: reads it as 0.0, sends it right or left; `CODES`: a category."""


class Splits(NamedTuple):
    """What each node asks, (nodes,): `kind` is one of the four above.

    The codes that go left are bits of `words[word[node]:word[node + 1]]`.
    """

    feature: Ints
    kind: NDArray[np.int8]
    threshold: Floats
    word: Ints
    words: NDArray[np.uint32]


@intrinsic  # type: ignore[untyped-decorator]  # numba ships no types
def lowest(_context: Any, _mask: Any) -> Any:  # noqa: ANN401  # numba's and LLVM's own
    """The place of the lowest set bit of a mask that has one."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        return builder.cttz(arguments[0], numba.core.cgutils.true_bit)

    return numba.types.uint64(numba.types.uint64), generate


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def known(  # pragma: no cover
    value: float, low: int, high: int, words: NDArray[np.uint32]
) -> bool:
    """Whether a category's code is among the bits `words[low:high]`, as LightGBM has it."""
    if not (-1.0 < value < 2147483648.0):  # NaN too; a code is cut off towards zero
        return False
    code = np.int64(value)
    place = low + (code >> 5)
    return bool(place < high and (np.int64(words[place]) >> (code & 31)) & 1 == 1)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _left(value: float, kind: int, threshold: float) -> bool:  # pragma: no cover
    """Whether a number goes left, as LightGBM's `Tree::NumericalDecision` has it."""
    if np.isnan(value):
        return kind == LEFT or (kind == ZERO and threshold >= 0.0)
    return value <= threshold


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def go_down(  # pragma: no cover
    x: Floats, splits: Splits, nodes: Ints, leaves: Ints, left: Ints, right: Ints, value: Ints,
    total: Ints,
) -> None:  # fmt: skip
    """Add the value of each row's leaf in every tree to `total` (n,)."""
    feature, kind, threshold, word, words = splits  # taken apart once, not for every split
    for start in range(0, len(x), 256):  # few enough rows that they stay near for every tree
        stop = min(start + 256, len(x))
        for tree in range(nodes.size - 1):
            first, one_leaf = nodes[tree], nodes[tree] == nodes[tree + 1]
            for i in range(start, stop):
                place = -1 if one_leaf else 0
                while place >= 0:
                    node = first + place
                    asked = x[i, feature[node]]
                    if kind[node] == CODES:
                        goes = known(asked, word[node], word[node + 1], words)
                    else:
                        goes = _left(asked, kind[node], threshold[node])
                    place = left[node] if goes else right[node]
                total[i] += value[leaves[tree] + ~place]


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def below(nodes: Ints, left: Ints, right: Ints) -> tuple[Masks, Masks]:  # pragma: no cover
    """The leaves on the left and on the right of each node, as bits.

    A child's number is higher than its parent's: LightGBM numbers nodes as it grows them.
    """
    on_left, on_right = np.zeros(left.size, np.uint64), np.zeros(left.size, np.uint64)
    for tree in range(nodes.size - 1):
        first = nodes[tree]
        for node in range(nodes[tree + 1] - 1, first - 1, -1):
            for child, mask in ((left[node], on_left), (right[node], on_right)):
                if child >= 0:
                    mask[node] = on_left[first + child] | on_right[first + child]
                else:
                    mask[node] = np.uint64(1) << np.uint64(~child)
    return on_left, on_right


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def rule_out(  # pragma: no cover
    x: Floats, column: Ints, starts: Ints, nodes: Ints, splits: Splits, sides: tuple[Masks, Masks],
    masks: Masks,
) -> None:  # fmt: skip
    """Clear in `masks` (n, trees) the leaves that the splits `nodes` rule out.

    Tree k has the splits `nodes[starts[k]:starts[k + 1]]`; feature f is column `column[f]` of `x`.
    """
    on_left, on_right = sides
    feature, kind, threshold, word, words = splits
    for i in range(len(x)):
        for tree in range(starts.size - 1):
            mask = masks[i, tree]
            for place in range(starts[tree], starts[tree + 1]):
                node = nodes[place]
                asked = x[i, column[feature[node]]]
                if kind[node] == CODES:
                    goes = known(asked, word[node], word[node + 1], words)
                else:
                    goes = _left(asked, kind[node], threshold[node])
                mask &= ~(on_right[node] if goes else on_left[node])
            masks[i, tree] = mask


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def reach(  # pragma: no cover
    x: Floats, column: Ints, nodes: Ints, splits: Splits, left: Ints, right: Ints, masks: Masks
) -> None:
    """The same as `rule_out` by going down, both ways where a split is not known.

    Quicker where nearly all are. `masks` (n, trees) are written anew.
    """
    feature, kind, threshold, word, words = splits
    waiting = np.empty(64, np.int64)
    for i in range(len(x)):
        for tree in range(nodes.size - 1):
            first, mask, some = nodes[tree], np.uint64(0), 1
            waiting[0] = 0 if nodes[tree + 1] > first else -1
            while some > 0:
                some -= 1
                place = waiting[some]
                while place >= 0:
                    node = first + place
                    at = column[feature[node]]
                    if at < 0:
                        waiting[some] = right[node]
                        some += 1
                        place = left[node]
                    elif kind[node] == CODES:
                        goes = known(x[i, at], word[node], word[node + 1], words)
                        place = left[node] if goes else right[node]
                    elif _left(x[i, at], kind[node], threshold[node]):
                        place = left[node]
                    else:
                        place = right[node]
                mask |= np.uint64(1) << np.uint64(~place)
            masks[i, tree] = mask


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def least(  # pragma: no cover
    masks: Masks, which: Ints, known: Masks, leaves: Ints, value: Ints, total: Ints
) -> None:
    """Add the least value of each tree that a row's masks leave to `total` (n,).

    Row i has the masks `masks[i]` (trees,) and those of its kind, `known[which[i]]`.
    """
    for i in range(len(masks)):
        for tree in range(leaves.size - 1):
            left = masks[i, tree] & known[which[i], tree]
            lowest_yet = value[leaves[tree] + np.int64(lowest(left))]
            left &= left - np.uint64(1)
            while left != 0:
                lowest_yet = min(lowest_yet, value[leaves[tree] + np.int64(lowest(left))])
                left &= left - np.uint64(1)
            total[i] += lowest_yet


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def distinct(  # pragma: no cover
    masks: Masks, class_of: NDArray[np.uint16], found: Masks, count: Ints
) -> None:
    """Number the distinct masks of each tree: many agents differ in no split of a tree.

    Of `masks` (trees, n): `class_of` (trees, n) is the number, `found` (trees, n) the mask of
    each number, `count` (trees,) how many there are. By a hash table with open addresses.
    """
    size = 4
    while size < 2 * masks.shape[1]:
        size *= 2
    slots = np.empty(size, np.int64)
    for tree in range(len(masks)):
        slots[:] = -1
        for i in range(masks.shape[1]):
            mask = masks[tree, i]
            slot = np.int64((mask * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)) & (size - 1)
            while slots[slot] >= 0 and found[tree, slots[slot]] != mask:
                slot = (slot + 1) & (size - 1)
            if slots[slot] < 0:
                slots[slot] = count[tree]
                found[tree, count[tree]] = mask
                count[tree] += 1
            class_of[tree, i] = slots[slot]


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _each(  # pragma: no cover
    agent: Ints, classes: NDArray[np.uint16], mask: int, found: Masks, bins: NDArray[np.uint16],
    pair_masks: Masks, value: Ints, total: Ints,
) -> None:  # fmt: skip
    """Add the leaf of one tree for each pair of a ticket, looking at all its masks."""
    for j in range(agent.size):
        left = mask & found[classes[agent[j]]]
        for c in range(bins.shape[0]):
            left &= pair_masks[c, bins[c, j]]
        total[j] += value[np.int64(lowest(left))]


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _by_class(  # pragma: no cover
    agent: Ints, classes: NDArray[np.uint16], mask: int, found: Masks, value: Ints, total: Ints
) -> int:
    """The same where agents differ by their class alone; what is the same for all is returned."""
    table = np.empty(found.size, np.int64)
    same = True
    for c in range(found.size):
        table[c] = value[np.int64(lowest(mask & found[c]))]
        same &= table[c] == table[0]
    if same:
        return int(table[0])
    for j in range(agent.size):
        total[j] += table[classes[agent[j]]]
    return 0


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def meet(  # pragma: no cover
    order: Ints, starts: Ints, agent: Ints, bins: NDArray[np.uint16], ticket_masks: Masks,
    category: Ints, class_of: NDArray[np.uint16], found: Masks, first: Ints, pair_masks: Masks,
    swayed: Masks, leaves: Ints, value: Ints, total: Ints,
) -> None:  # fmt: skip
    """Add the value of each pair's leaf in every tree to `total` (n,).

    Ticket i (rows of `ticket_masks`, looked at in `order`) has the pairs
    `[starts[i], starts[i + 1])` with the agents `agent` (n,). In category c and tree k agent a
    has the mask `found[first[c, k] + class_of[c, k, a]]`, and pair column j in bin b the mask
    `pair_masks[k, j, b]`. A tree whose leaf the ticket alone settles, or that no agent sways, is
    looked up once for all of the ticket's pairs.
    """
    for i in order:
        own, settled = slice(starts[i], starts[i + 1]), 0
        agents, sums, table = agent[own], total[own], first[category[i]]
        for tree in range(leaves.size - 1):
            mask, values = ticket_masks[i, tree], value[leaves[tree] : leaves[tree + 1]]
            if mask & (mask - np.uint64(1)) == 0:
                settled += values[np.int64(lowest(mask))]
                continue
            known = found[table[tree] : table[tree + 1]]
            classes = class_of[category[i], tree]
            if mask & swayed[tree] != 0:
                _each(agents, classes, mask, known, bins[:, own], pair_masks[tree], values, sums)
            elif known.size > agents.size:  # a table would have more entries than are read
                _each(agents, classes, mask, known, bins[:0, own], pair_masks[tree], values, sums)
            else:
                settled += _by_class(agents, classes, mask, known, values, sums)
        sums += settled
