"""The bodies that change the policy: bytes in, a policy out, or every fault with its pointer."""

from __future__ import annotations

from itertools import islice

from pydantic import ValidationError
from pydantic_core import from_json

from model import policy_reader
from model.policy import Policy
from model.policy_check import PolicyFaultsError
from serving.policy_answers import RollbackIn
from serving.problems import Problem
from serving.requests import Fault, faults_of
from serving.schemas import MAX_FAULTS, InvalidBodyError, NotJsonError


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
            Fault((prefix + each.pointer)[:500], f"{each.reason}; {each.remedy}"[:1000])
            for each in refused.faults[:MAX_FAULTS]
        )
        raise Problem(422, "invalid-policy", str(refused)[:1000], faults) from None


def parse_rollback(body: bytes) -> RollbackIn:
    """The body of a rollback; none at all is an empty one.

    Raises:
        NotJsonError, InvalidBodyError: it cannot be read.
    """
    try:
        return RollbackIn.model_validate(parse_json(body or b"{}"))
    except ValidationError as error:
        faults = faults_of(error.errors(include_url=False, include_input=False))
        raise InvalidBodyError(tuple(islice(faults, MAX_FAULTS))) from None


def parse_json(body: bytes) -> object:
    """Parsed JSON. Raises NotJsonError."""
    try:
        read: object = from_json(body, allow_inf_nan=False)
    except ValueError as not_json:
        raise NotJsonError(
            str(not_json)[:200], where="body", remedy="send RFC 8259 JSON in UTF-8"
        ) from None
    return read
