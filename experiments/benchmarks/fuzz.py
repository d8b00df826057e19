"""Thousands of made-up requests over the whole OpenAPI: nothing may answer off the document.

    python -m experiments.benchmarks.fuzz [--cases 5000] [--seed 1]

Starts `fendan serve` with the demo's model and a key, then lets schemathesis (of the development
set) ask it: the document's examples, every bound of every field, bodies made by chance, and chains
in which one answer feeds the next request. First with the key, then without. A failure is any
answer with 5xx, with a status, a content type, a header or a body that the document does not tell,
a wrong body that is taken, or a path that opens without the key. Ends with 1 where there is one.
"""

from __future__ import annotations

import argparse
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from experiments.benchmarks import services

# What JSON Schema cannot say is refused with 422 all the same: two parameters that exclude each
# other, a key that was used before, a time of the year 12. And of events a bad one is told beside
# the good ones, which are kept.
_CHECKS: Final = """
[checks]
positive_data_acceptance.enabled = false
[[operations]]
include-path = "/v1/events"
[operations.checks]
negative_data_rejection.enabled = false
"""
_UNASKED: Final = '[[operations]]\ninclude-path = "{path}"\nenabled = false\n'
# A preview may play the simulated centre for minutes; the slow test asks one that has no centre.
_TOO_LONG: Final = ("/v1/policy/preview",)
_WITH_KEY: Final = '\n[auth.openapi.bearer]\nbearer = "{key}"\n'
_PATIENCE_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Fuzz:
    """What is asked: made-up cases an operation, from which seed, in which of the phases.

    `unasked` are paths left out.
    """

    examples: int
    seed: int
    phases: str = "examples,coverage,fuzzing,stateful"
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What came of it: requests sent, failures in a line each, and all that schemathesis said."""

    cases: int
    failures: tuple[str, ...]
    said: str


def fuzz(url: str, key: str | None, what: Fuzz) -> Found:
    """Ask the service at `url`, with its key or as a stranger.

    Raises:
        RuntimeError: schemathesis did not come to its end; with what it said.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings, report = Path(folder) / "schemathesis.toml", Path(folder) / "report.json"
        unasked = "".join(_UNASKED.format(path=path) for path in what.unasked)
        keyed = _WITH_KEY.format(key=key) if key else ""
        settings.write_text(_CHECKS + unasked + keyed, "utf-8")
        ended = subprocess.run(
            _command(url, what, settings, report),
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            timeout=_PATIENCE_SECONDS,
        )
        said = ended.stdout + ended.stderr
        told = orjson.loads(report.read_bytes()) if report.exists() else {}
    if not told.get("complete"):
        raise RuntimeError(said)
    failures = tuple(_line(failure) for failure in told["failures"])
    if told["test_cases"]["errored"] or (ended.returncode and not failures):
        failures = (*failures, "part of it could not be asked; see what schemathesis said")
    return Found(told["test_cases"]["generated"], failures, said)


def _command(url: str, what: Fuzz, settings: Path, report: Path) -> list[str]:
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run"]
    options = {
        "--phases": what.phases,
        "--max-examples": str(what.examples),
        "--seed": str(what.seed),
        "--generation-database": "none",
        "--request-timeout": "120",  # a preview may simulate
        "--report": "json",
        "--report-json-path": str(report),
    }
    flat = [word for option in options.items() for word in option]
    return [*program, f"{url}/openapi.json", *flat, "--continue-on-failure", "--no-color"]


def _line(failure: dict[str, Any]) -> str:
    where = ", ".join(failure["operations"])
    return f"{failure['title']} ({failure['code']}), {failure['count']} times: {where}"


def thousands(url: str, key: str | None, cases: int, seed: int) -> list[Found]:
    """Rounds until so many cases were asked: all phases first, then those that go by chance.

    Stops at the first round with failures.
    """
    rounds = [fuzz(url, key, Fuzz(20, seed, unasked=_TOO_LONG))]
    while sum(found.cases for found in rounds) < cases and not rounds[-1].failures:
        seed += 1
        rounds.append(fuzz(url, key, Fuzz(100, seed, "fuzzing,stateful", _TOO_LONG)))
    return rounds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and say by the exit code whether everything held."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    key, failed = secrets.token_urlsafe(32), False
    with services.fendan(
        services.trained(
            {"FENDAN_API_KEY": key, "FENDAN_WRONG_KEYS": "1000000"}  # it guesses keys
        )
    ) as settings:
        url = f"http://{settings.host}:{settings.port}"
        for name, sent in (("with the key", key), ("without", None)):
            rounds = thousands(url, sent, given.cases if sent else 0, given.seed)
            failures = [line for found in rounds for line in found.failures]
            print(f"{name}: {sum(found.cases for found in rounds):,} cases, {len(failures)} kinds")
            for line in failures:
                print(f"  {line}")
            if failures:
                print(rounds[-1].said, file=sys.stderr)
            failed = failed or bool(failures)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
