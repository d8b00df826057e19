"""Which variant a team works under, and when: drawn from the salt, the same for whoever asks.

A fair coin says which block of a pair gets the new policy; the mirror of the pair, a week later,
is turned round. So each week is balanced, and each hour of the week is within each fortnight. A
pair is the unit of the analysis: under a policy that changes nothing its difference has the sign
of the coin, whatever the two blocks have in common with each other and with those before.
"""

from __future__ import annotations

import hashlib

import numpy as np

from experiments.rollout.design import Design
from experiments.rollout.grid import Pairing
from training.moments import Bool


def treated(design: Design, team: str, pairing: Pairing) -> Bool:
    """(n,) whether a team works under the new policy in each block; never where held out."""
    return (_heads(design, team, pairing) ^ pairing.turned ^ ~pairing.first) & ~held_out(
        design, team, pairing
    )


def held_out(design: Design, team: str, pairing: Pairing) -> Bool:
    """(n,) whether each block belongs to the permanent holdout.

    Teams are held out whole, the first by the hash of their names; the desk as one gives up the
    pairs whose hash falls below the share.
    """
    share, salt = design.holdout.share, design.holdout.salt
    if design.teams:
        ranked = sorted(design.team_names, key=lambda name: _hash(salt, name))
        held = team in ranked[: round(share * len(ranked))]
        return np.full(pairing.pair.shape, held)
    coins, place = np.unique(pairing.coin, return_inverse=True)
    drawn = np.array([_hash(salt, str(coin)) < share for coin in coins.tolist()], dtype=bool)
    return drawn[place]


def _heads(design: Design, team: str, pairing: Pairing) -> Bool:
    coins, place = np.unique(pairing.coin, return_inverse=True)
    heads = [_hash(design.salt, team, str(coin)) < 0.5 for coin in coins.tolist()]
    return np.array(heads, dtype=bool)[place]


def _hash(*parts: str) -> float:
    """A number in [0, 1) that looks drawn, of texts."""
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
