"""The bodies that change the policy: bytes in, a policy out, or every fault with its pointer."""

from __future__ import annotations

from itertools import islice
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from features.snapshot import Snapshot
from features.words import Words
from model import policy_reader
from model.policy import Policy
from model.policy_check import PolicyFaultsError
from serving.policy.answers import RollbackIn
from serving.policy.preview_answers import PreviewIn
from serving.policy.previews import PreviewAsk
from serving.policy.simulation import SimulationAsk
from serving.problems import Problem
from serving.requests import Fault, fault_at, faults_in
from serving.schemas import MAX_FAULTS, InvalidBodyError, NotJsonError, parse_refresh

Shape = TypeVar("Shape", bound=BaseModel)


def parse_policy(body: bytes) -> Policy:
    """The policy of a JSON document.

    Raises:
        NotJsonError: it is no JSON.
        Problem: 422, with every fault of the document (up to `MAX_FAULTS`).
    """
    return policy_of(parse_json(body))


def policy_of(document: object, prefix: str = "") -> Policy:
    """The policy of parsed JSON that stands at a JSON pointer of the body. Raises Problem."""
    try:
        return policy_reader.of(document)
    except PolicyFaultsError as refused:
        faults = tuple(
            Fault(
                (prefix + each.pointer)[:500],
                f"{each.reason}; {each.remedy}"[:1000],
                each.zh[:1000],
            )
            for each in refused.faults[:MAX_FAULTS]
        )
        said = Words(refused.said.en[:1000], refused.said.zh[:1000])
        raise Problem(422, "invalid-policy", said, faults) from None


def parse_rollback(body: bytes) -> RollbackIn:
    """The body of a rollback; none at all is an empty one.

    Raises:
        NotJsonError, InvalidBodyError: it cannot be read.
    """
    return _read(RollbackIn, parse_json(body or b"{}"))


def parse_preview(body: bytes) -> PreviewAsk:
    """A policy document, or one beside what to look at it on and what to simulate.

    Raises:
        NotJsonError, InvalidBodyError: the body cannot be read.
        Problem: 422, with every fault of the policy.
    """
    tree = parse_json(body)
    if not (isinstance(tree, dict) and "policy" in tree):
        return PreviewAsk(policy_of(tree))
    asked = _read(PreviewIn, tree)
    wanted = asked.simulate
    simulate = None if wanted is None else SimulationAsk(wanted.days, wanted.seeds)
    snapshot = None if asked.snapshot is None else _snapshot(asked.snapshot)
    return PreviewAsk(policy_of(asked.policy, "/policy"), snapshot, simulate)


def _snapshot(tree: object) -> Snapshot:
    try:
        return parse_refresh(to_json(tree))[0]
    except InvalidBodyError as error:
        faults = tuple(fault_at(f"/snapshot{each.pointer}", each.said) for each in error.faults)
        raise InvalidBodyError(faults) from None


def _read(shape: type[Shape], tree: object) -> Shape:
    try:
        return shape.model_validate(tree)
    except ValidationError as error:
        raise InvalidBodyError(tuple(islice(faults_in(error), MAX_FAULTS))) from None


def parse_json(body: bytes) -> object:
    """Parsed JSON. Raises NotJsonError."""
    try:
        read: object = from_json(body, allow_inf_nan=False)
    except ValueError as not_json:
        raise NotJsonError(
            str(not_json)[:200],
            where="body",
            remedy="send RFC 8259 JSON in UTF-8",
            zh=f"{str(not_json)[:200]}；请发送 UTF-8 编码的 JSON",
        ) from None
    return read
