"""A registry of two versions: the champion, and a challenger that the gate refused."""

import json

from features.words import Words
from model.registry import CHALLENGER, CHAMPION
from model.runs import RunRecord
from tests.model.memory_registry import MemoryRegistry
from tests.model.tiny_bundle import tiny_bundle
from training.gate.verdict import Ruling, Verdict, fails, passes, unjudged

BUNDLE, _ = tiny_bundle()
CALIBRATED = Words("calibrated", "概率校准")
SMALL = Ruling("small", Words("small enough", "大小"), passes(Words("3 MB", "3 MB"), {}))
ALONE = Ruling(
    "quick", Words("quick", "速度"), unjudged(Words("no champion yet", "还没有现任模型"))
)
BAD = fails(
    Words("ECE 0.09 on 782 test tickets", "782 张测试工单上 ECE 0.09"),
    Words("train on newer tickets", "用更新的工单训练"),
    {"ece": 0.09, "limit": 0.05},
)
GOOD = passes(Words("ECE 0.02 on 700 test tickets", "ECE 0.02"), {"ece": 0.02, "limit": 0.05})
CURVE = {
    "timeout": {
        "tickets": 200,
        "figures": {"auc": {"value": 0.81, "low": 0.78, "high": 0.84}},
        "bins": [
            {"risk": 0.1, "rate": 0.12, "tickets": 100.0},
            {"risk": 0.6, "rate": 0.5, "tickets": 100.0},
        ],
    }
}
DRIFT = {
    "features": [{"name": "hour", "en": "hour of the day", "zh": "时刻", "psi": 0.31}],
    "weeks": {
        "timeout": [{"week": "2026-02-23", "tickets": 90, "risk": 0.4, "rate": 0.35, "ece": 0.03}]
    },
}


def shelf(home):
    """Version 1 is champion, version 2 challenger; a rollback leads nowhere yet."""
    made = MemoryRegistry(home)
    for against, finding in ((0, GOOD), (1, BAD)):
        put(made, finding, against)
    made.set_alias(CHAMPION, 1)
    made.set_alias(CHALLENGER, 2)
    return made


def put(registry, finding, against):
    """One more version, as training leaves it after the gate."""
    record = RunRecord(
        {"tickets": 2000, "events": 21000},
        {"timeout.assigned.auc": 0.81, "timeout.assigned.ece": 0.03, "eta.coverage_p50": 0.5},
        {"until": "2026-03-01T00:00:00Z", "data_fingerprint": "d" * 64},
        [],
        None,
    )
    version = registry.publish(BUNDLE, record)
    verdict = Verdict((Ruling("calibrated", CALIBRATED, finding), SMALL, ALONE), against)
    tags = {
        "gate": "passed" if verdict.passed else "refused",
        "gate_words": verdict.words,
        "gate_against": str(against),
        "until": "2026-03-01T00:00:00Z",
        "auc": "0.8100",
        "ece": "0.0300",
    }
    texts = {
        "gate.json": verdict.json(),
        "calibration.json": json.dumps(CURVE),
        "drift.json": json.dumps(DRIFT),
    }
    registry.note(version, tags, texts)
    return version.version
