import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.rollout.design import Guardrail
from experiments.rollout.judge import Series, Standing, decide, looks, signed
from tests.experiments.rollout.releases import release

NAN = float("nan")


def metric(low: float, high: float) -> Standing:
    return Standing("late", NAN, 12, (low + high) / 2, low, high)


def rail(low: float, high: float, name: str = "escalated") -> Standing:
    return Standing(name, 0.01, 12, (low + high) / 2, low, high)


@pytest.mark.parametrize(
    ("main", "rails", "over", "verdict", "en", "zh"),
    [
        (metric(-0.08, -0.02), (rail(-0.01, 0.005),), False, "ship", "guardrail holds", "护栏"),
        (metric(-0.08, -0.02), (rail(-0.01, 0.02),), False, "go_on", "not yet certain", "不能确认"),
        (metric(-0.08, -0.02), (rail(0.011, 0.03),), False, "stop_harm", "+1.1 pp, where", "护栏"),
        (metric(0.01, 0.05), (), False, "stop_harm", "got worse by +3.0 pp", "变差"),
        (metric(-0.009, 0.008), (), False, "no_difference", "count as the same", "视为相同"),
        (metric(-0.05, 0.02), (), False, "go_on", "after 12 pairs", "12 对"),
        (metric(-0.05, 0.02), (), True, "no_difference", "time is over", "计划时间已到"),
        (metric(-np.inf, np.inf), (), False, "go_on", "−∞ to +∞", "−∞"),
    ],
)  # fmt: skip
def test_what_a_look_says_and_why_in_both_languages(main, rails, over, verdict, en, zh):
    found, why = decide(main, rails, 0.01, over=over)
    assert found == verdict
    assert en in why.en
    assert zh in why.zh


def test_where_more_is_better_the_words_speak_of_the_change_itself():
    fewer = Standing("resolved", NAN, 12, 0.03, 0.01, 0.05)  # worse by 3 points: 3 points fewer
    verdict, why = decide(fewer, (), 0.01, over=False)
    assert verdict == "stop_harm"
    assert "-3.0 pp (-5.0 pp to -1.0 pp)" in why.en
    assert signed("hand_overs", 0.25) == "+0.25"


def series(effect: float, seed: int, name: str = "late", pairs: int = 60) -> Series:
    rng = np.random.default_rng(seed)
    return Series(name, rng.normal(effect, 0.1, pairs), np.full(pairs, 50.0), np.arange(pairs))


def test_the_first_look_that_decides_ends_the_release():
    found = looks(release(), (series(-0.15, 1),), 60, over=False)
    assert [look.verdict for look in found[:-1]] == ["go_on"] * (len(found) - 1)
    assert found[-1].verdict == "ship"
    assert len(found) < 30


def test_a_guardrail_stops_what_the_metric_would_ship():
    design = release(guardrails=(Guardrail("escalated", 0.01), Guardrail("resolved", 0.01)))
    parts = (series(-0.15, 1), series(0.0, 2, "escalated"), series(-0.15, 3, "resolved"))
    found = looks(design, parts, 60, over=False)
    assert found[-1].verdict == "stop_harm"
    assert "resolved in time" in found[-1].why.en


def test_a_guardrail_that_comes_later_is_looked_at_when_it_comes():
    late = series(-0.15, 1)
    rail = Series("slow", np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64))
    found = looks(release(guardrails=(Guardrail("slow", 0.5),)), (late, rail), 60, over=True)
    assert len(found) == 60  # never known to hold, never shipped
    assert found[-1].verdict == "no_difference"
    assert found[-1].guardrails[0].pairs == 0


def test_of_releases_that_change_nothing_few_are_stopped_or_shipped():
    design = release(guardrails=(Guardrail("escalated", 0.0), Guardrail("slow", 0.0)), same=0.0)
    names = ("late", "escalated", "slow")
    wrong = 0
    for run in range(200):
        parts = tuple(series(0.0, 10 * run + at, name) for at, name in enumerate(names))
        wrong += looks(design, parts, 60, over=False)[-1].verdict != "go_on"
    assert wrong / 200 <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 200)  # alpha, and alpha for the guardrails


@given(st.floats(-0.2, 0.2), st.floats(0, 0.3), st.floats(-0.2, 0.2), st.floats(0, 0.3))
def test_nothing_is_shipped_that_is_not_better_and_safe(low, width, rail_low, rail_width):
    main, guard = metric(low, low + width), rail(rail_low, rail_low + rail_width)
    verdict, _ = decide(main, (guard,), 0.01, over=False)
    assert (verdict == "ship") == (main.high < 0 and guard.high < 0.01)
    if guard.low > 0.01 or main.low > 0:
        assert verdict == "stop_harm"
