"""The life of a ticket as a strip: who had it, in which state, and what happened when.

Drawn like the other charts (`serving.console.charts`): classes for colours, no script, no style.
What it shows stands beside it as a list, for those who do not see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from markupsafe import Markup

from features.words import Language
from serving.console.ticket_happenings import LOOKS
from serving.console.ticket_life import Life, Spell
from serving.console.time_axis import time_ticks
from serving.console.words import words
from serving.names import state_of

_WIDTH, _HEIGHT = 960.0, 150.0
_LEFT, _RIGHT = 76.0, 14.0
_MARKS, _OWNERS, _STATES, _LANE, _AXIS = 12.0, 34.0, 78.0, 34.0, 124.0
_LETTER: Final = 7.0
"""Width of a letter in the strip; a Chinese character takes two."""
_SIGNS: Final = {"contacted": "b", "escalated": "d", "opened_again": "c"}
"""What is marked above the lanes, by class of colour."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where moments lie in the picture."""

    begin: float
    end: float

    def across(self, moment: float) -> float:
        share = (moment - self.begin) / ((self.end - self.begin) or 1.0)
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(max(share, 0.0), 1.0)


def life_chart(life: Life, language: Language, zone: tzinfo) -> Markup:
    """The strip of a life from its begin to its last spell's end, and to its promise if later.

    Times are written on the clock of `zone`.
    """
    said = words("ticket", language)
    last = life.states[-1].end
    if life.due is not None:
        span = max(last - life.begin, 3600.0)
        last = max(last, min(life.due, last + span))  # a promise far off does not squeeze the rest
    scale = _Scale(life.begin, max(last, life.begin + 60.0))
    states = [
        (spell, state_of(spell.name, language), f"state {LOOKS[spell.name]}")
        for spell in life.states
    ]
    owners = [
        (spell, spell.name or said["nobody"], f"owner {_look(spell, place)}")
        for place, spell in enumerate(life.owners)
    ]
    parts = [
        _axis(scale, zone),
        _lane(scale, _OWNERS, said["lane_owner"], owners),
        _lane(scale, _STATES, said["lane_state"], states),
        *_signs(scale, life, said),
        *_posts(scale, life, said),
    ]
    return Markup(
        '<svg class="chart life" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">{}</svg>'
    ).format(_WIDTH, _HEIGHT, said["strip_title"], Markup("").join(parts))


def _look(spell: Spell, place: int) -> str:
    if not spell.name:
        return "nobody"
    return "odd" if place % 2 else "even"


def _axis(scale: _Scale, zone: tzinfo) -> Markup:
    return Markup("").join(
        Markup(
            '<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="24" y2="{down:.0f}"/>'
            '<text x="{x:.1f}" y="{text:.0f}" text-anchor="middle">{name}</text>'
        ).format(x=scale.across(moment), down=_AXIS, text=_AXIS + 16, name=name)
        for moment, name in time_ticks(scale.begin, scale.end, zone)
    )


def _lane(
    scale: _Scale, top: float, title: str, spells: Sequence[tuple[Spell, str, str]]
) -> Markup:
    parts = [Markup('<text x="6" y="{:.0f}">{}</text>').format(top + 21, title)]
    for spell, name, look in spells:
        left, right = scale.across(spell.begin), scale.across(spell.end)
        wide = max(right - left, 1.5)
        fits = wide > _LETTER * sum(2 if ord(c) > 255 else 1 for c in name) + 6
        label = Markup('<text x="{:.1f}" y="{:.0f}">{}</text>').format(left + 5, top + 21, name)
        parts.append(
            Markup(
                '<g class="{}"><title>{}</title>'
                '<rect x="{:.1f}" y="{:.0f}" width="{:.1f}" height="{:.0f}"/>{}</g>'
            ).format(look, name, left, top, wide, _LANE, label if fits else Markup(""))
        )
    return Markup("").join(parts)


def _signs(scale: _Scale, life: Life, said: Mapping[str, str]) -> list[Markup]:
    """A dot for each contact, escalation and reopening."""
    return [
        Markup('<circle class="{}" cx="{:.1f}" cy="26" r="4"><title>{}</title></circle>').format(
            _SIGNS[each.kind], scale.across(each.at), said[each.kind]
        )
        for each in life.happenings
        if each.kind in _SIGNS
    ]


def _posts(scale: _Scale, life: Life, said: Mapping[str, str]) -> list[Markup]:
    """The promise and the present, each a line with its name."""
    named = [("now", life.states[-1].end, said["now"])]
    if life.due is not None and life.due <= scale.end:
        named.append(("promise", life.due, said["promise"]))
    return [
        Markup(
            '<line class="{}" x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{down:.0f}"/>'
            '<text class="{}" x="{x:.1f}" y="{top:.0f}" text-anchor="{anchor}">{name}</text>'
        ).format(
            f"post {look}", f"post {look}", x=scale.across(moment), down=_AXIS, top=_MARKS,
            name=name, anchor="end" if scale.across(moment) > _WIDTH / 2 else "start",
        )
        for look, moment, name in named
    ]  # fmt: skip
