"""Similar solved cases as JSON values, for the service and for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from model.similar import SimilarCase


def similar_answer(as_of: datetime, cases: Sequence[SimilarCase]) -> dict[str, Any]:
    """The answer of `GET /v1/similar`, in the shape of `serving.answers.SimilarOut`."""
    return {"as_of": as_of, "cases": [_case(case) for case in cases]}


def similar_table(cases: Sequence[SimilarCase]) -> str:
    """The cases for people: a line of facts each, and below it the course in both languages."""
    if not cases:
        return "no solved case is like it / 没有相似的已解决案例"
    return "\n".join(line for case in cases for line in _lines(case))


def _lines(case: SimilarCase) -> tuple[str, ...]:
    course = case.solution
    day = course.resolved_at.isoformat(sep=" ", timespec="minutes")
    noted = ", ".join(f"{name}: {value}" for name, value in course.resolution.items())
    facts = f"{case.similarity:.2f}  {case.ticket_id}  {case.category or '-'}  {day}"
    told = (facts, f"      {course.text}", f"      {course.text_zh}")
    return (*told, f"      {' > '.join(course.path)}", *((f"      {noted}",) if noted else ()))


def _case(case: SimilarCase) -> dict[str, Any]:
    course = case.solution
    return {
        "ticket_id": case.ticket_id,
        "category": case.category,
        "similarity": round(case.similarity, 4),
        "resolved_at": course.resolved_at,
        "solution": {
            "agent_id": course.agent_id,
            "hours_to_resolve": round(course.hours, 2),
            "hand_overs": course.hand_overs,
            "reopenings": course.reopenings,
            "parties": list(course.parties),
            "path": list(course.path),
            "sla_met": course.sla_met,
            "resolution": dict(course.resolution),
            "text": course.text,
            "text_zh": course.text_zh,
        },
    }
