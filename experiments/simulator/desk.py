"""The calibrated desk: the field's figures as parameters (see `calibration` for the check).

Known from the field: tickets a year, peaks, meetings, the route of quality disputes. Assumed:
everything else (`assumed` tells it in words). Work, promises, waits, patience and insistence were
tuned on seeds 11 to 18 under the static rule alone, then rounded.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from experiments.simulator.params import (
    ArrivalParams,
    CategoryParams,
    CustomerParams,
    HelpParams,
    OutcomeParams,
    StepParams,
    SurgeParams,
    WorldParams,
)
from experiments.simulator.staff import ShiftParams, SkillParams, TeamParams

CATEGORIES = (
    CategoryParams(
        code="logistics",
        share=0.33,
        promise_hours=12,
        work_hours=0.9,
        customer_share=0.11,
        customer_hours=21,
        party_share=0.05,
        parties=(StepParams("carrier", 1.0, 28), StepParams("warehouse", 0.4, 16)),
        subcategories=("late", "lost", "damaged_parcel", "wrong_address", "courier_attitude"),
        home_team="frontline",
    ),
    CategoryParams(
        code="quality",
        share=0.22,
        promise_hours=20,
        work_hours=1.5,
        customer_share=0.3,
        customer_hours=29,
        party_share=0.18,
        parties=(
            StepParams("qc", 1.0, 17),
            StepParams("warehouse", 1.0, 16),
            StepParams("supplier", 1.0, 17),
        ),
        subcategories=("defect", "not_as_described", "counterfeit", "safety", "expired"),
        home_team="engineering",
    ),
    CategoryParams(
        code="after_sales",
        share=0.18,
        promise_hours=30,
        work_hours=0.8,
        customer_share=0.15,
        customer_hours=20,
        party_share=0.07,
        parties=(StepParams("warehouse", 1.0, 34), StepParams("supplier", 0.3, 27)),
        subcategories=("refund_slow", "return_refused", "repair", "exchange"),
        home_team="frontline",
    ),
    CategoryParams(
        code="invoice",
        share=0.10,
        promise_hours=48,
        work_hours=0.75,
        customer_share=0.15,
        customer_hours=20,
        party_share=0.07,
        parties=(StepParams("finance", 1.0, 34),),
        subcategories=("not_issued", "wrong_title", "tax_id"),
        home_team="billing",
    ),
    CategoryParams(
        code="account",
        share=0.08,
        promise_hours=18,
        work_hours=0.8,
        customer_share=0.12,
        customer_hours=20,
        party_share=0.07,
        parties=(StepParams("security", 1.0, 34),),
        subcategories=("locked", "stolen", "charged_twice", "points"),
        home_team="frontline",
    ),
    CategoryParams(
        code="price",
        share=0.05,
        promise_hours=36,
        work_hours=0.75,
        customer_share=0.07,
        customer_hours=20,
        party_share=0.07,
        parties=(StepParams("marketing", 1.0, 34),),
        subcategories=("promotion", "price_drop"),
        home_team="billing",
    ),
    CategoryParams(
        code="suggestion",
        share=0.04,
        promise_hours=72,
        work_hours=1.0,
        customer_share=0.02,
        customer_hours=20,
        party_share=0.07,
        parties=(StepParams("product_board", 1.0, 34),),
        subcategories=("app", "service"),
        home_team="product",
    ),
)

EARLY = ShiftParams("early", 8, 17, (12, 13), 3.5)
DAY = ShiftParams("day", 9, 18, (12, 13), 2.9)
LATE = ShiftParams("late", 13, 22, (17, 18), 3.5)
ENGINEER = ShiftParams("engineer", 9, 18, (12, 13.5), 0)
OFFICE = ShiftParams("office", 9, 18, (12, 13), 0)

_ALL = tuple(category.code for category in CATEGORIES if category.code != "suggestion")
"""What the duty managers take: everything urgent must have somebody of their tier."""

TEAMS = (
    TeamParams("frontline", 1, 27, (EARLY, DAY, DAY, LATE), True, 10, 0.3, 3, ("price",)),
    TeamParams("engineering", 2, 10, (ENGINEER,), True, 10, 0.4, 1, ("after_sales", "account")),
    TeamParams("billing", 1, 4, (OFFICE,), True, 14, 0.4, 0, ("account",)),
    TeamParams("product", 1, 2, (OFFICE,), False, 20, 1.0, 0, ()),
    TeamParams("duty", 3, 2, (DAY, LATE), True, 8, 1.0, 0, _ALL),
)

FIELD_DESK = WorldParams(
    start=datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=8))),
    days=378,
    categories=CATEGORIES,
    regions=(("east", 0.33), ("south", 0.24), ("north", 0.19), ("west", 0.13), ("central", 0.11)),
    channels=(("app", 0.38), ("phone", 0.34), ("wechat", 0.16), ("web", 0.08), ("email", 0.04)),
    arrivals=ArrivalParams(
        per_year=18_427,
        hourly=(
            *(0.10, 0.06, 0.04, 0.03, 0.04, 0.08, 0.20, 0.45, 0.85, 1.10, 1.15, 1.10),
            *(0.80, 0.90, 1.10, 1.10, 1.00, 0.90, 0.70, 0.65, 0.65, 0.55, 0.40, 0.22),
        ),
        weekday=(1.15, 1.10, 1.08, 0.98, 0.95, 0.80, 0.75),
        peak_days=(0, 1, 2),
        peak_hours=((10, 11.5), (14, 15.5)),
        peak_factor=2.0,
        day_noise=0.12,
        season=(0.97, 0.88, 0.97, 0.98, 1.00, 1.03, 0.98, 0.98, 1.00, 1.00, 1.12, 1.09),
        surges=(
            SurgeParams("rain_south", "logistics", "south", 43, 4, 9),
            SurgeParams("may_day", "logistics", None, 62, 5, 6),
            SurgeParams("promotion_618", "logistics", None, 106, 10, 9),
            SurgeParams("typhoon_east", "logistics", "east", 165, 3, 14),
            SurgeParams("promotion_1111", "logistics", None, 254, 14, 10),
            SurgeParams("recall", "quality", None, 199, 5, 6),
        ),
    ),
    customers=CustomerParams(
        count=8_000,
        orders_per_year=5.0,
        order_margin=38.0,
        return_share=0.08,
        impatient_share=0.16,
        patience_hours=(4.0, 1.6),  # drawn: nights and silences make 11 h and 7 h of them
        insist=(0.145, 0.66),
        overdue_insist=6,
        quiet=0.025,
        english_share=0.05,
    ),
    teams=TEAMS,
    skill=SkillParams(
        spread=0.2,
        weekly_drift=0.03,
        unskilled=1.5,
        newcomer=1.7,
        learning_days=60,
        leave_days=12,
    ),
    outcome=OutcomeParams(
        reopen_share=0.099,
        rework=0.5,
        close_hours=48,
        escalate_at_contact=0.0047,
        overdue_factor=3.0,
        signal_factor=3.0,
        public_share=0.12,
        regulator_share=0.18,
        signal_shares=(0.035, 0.045, 0.025, 0.16),
        handover=0.3,
        reading_hours=0.25,
        party_answer_hours=2.0,
    ),
    help=HelpParams(
        chase_moves=0.5,
        nudge_moves=0.5,
        keeps=(0.1, 0.6),
        tries=3,
        chase_apart=4,
        nudge_apart=2,
        nudges_per_day=12,
    ),
    staleness=0.2,
)
